"""A peer of libtorrent for 'compare' and 'paths': seeds a file, or fetches one, by TCP or by uTP and with nothing else.

<tcp|utp> <own address> seed <file> <torrent>:
    writes the torrent, prints "ready <port>", seeds until its standard input ends.
<tcp|utp> <own address> fetch <torrent> <address> <port> <folder> <seconds>:
    fetches from there for so long at the most, prints "done <seconds from the request> <bytes>", and ends.
"""
import os
import sys
import time

import libtorrent as lt


def session(protocol, address):
    utp = protocol == "utp"
    settings = lt.high_performance_seed()
    settings.update({
        "listen_interfaces": address + ":0",
        "outgoing_interfaces": address,
        "enable_dht": False,
        "enable_lsd": False,
        "enable_upnp": False,
        "enable_natpmp": False,
        "enable_incoming_utp": utp,
        "enable_outgoing_utp": utp,
        "enable_incoming_tcp": not utp,
        "enable_outgoing_tcp": not utp,
        "allow_multiple_connections_per_ip": True,
        "alert_mask": lt.alert.category_t.status_notification | lt.alert.category_t.error_notification,
    })
    return lt.session(settings)


def wait_for(current, kind, until):
    while time.monotonic() < until:
        current.wait_for_alert(100)
        for alert in current.pop_alerts():
            if isinstance(alert, kind):
                return True
            if isinstance(alert, (lt.torrent_error_alert, lt.file_error_alert, lt.listen_failed_alert)):
                sys.exit(alert.message())
    return False


def seed(protocol, address, path, torrent):
    files = lt.file_storage()
    lt.add_files(files, path)
    made = lt.create_torrent(files)
    lt.set_piece_hashes(made, os.path.dirname(path))
    with open(torrent, "wb") as output:
        output.write(lt.bencode(made.generate()))
    current = session(protocol, address)
    parameters = lt.add_torrent_params()
    parameters.ti = lt.torrent_info(torrent)
    parameters.save_path = os.path.dirname(path)
    parameters.flags |= lt.torrent_flags.seed_mode
    current.add_torrent(parameters)
    print("ready", current.listen_port(), flush=True)
    try:
        sys.stdin.read()
    finally:
        # Ending a session in order takes as long as its peers take.
        os._exit(0)


def fetch(protocol, address, torrent, source, port, folder, seconds):
    current = session(protocol, address)
    started = time.monotonic()
    parameters = lt.add_torrent_params()
    parameters.ti = lt.torrent_info(torrent)
    parameters.save_path = folder
    handle = current.add_torrent(parameters)
    handle.connect_peer((source, port))
    if not wait_for(current, lt.torrent_finished_alert, started + seconds):
        print("done", time.monotonic() - started, handle.status().total_wanted_done, flush=True)
        # Ending it in order takes as long as its answers take.
        os._exit(0)
    # Finished is said when all pieces are verified; what is still to be written is written before the storage is released.
    handle.flush_cache()
    wait_for(current, lt.cache_flushed_alert, float("inf"))
    print("done", time.monotonic() - started, handle.status().total_wanted_done, flush=True)


command = sys.argv[3]
if command == "seed":
    seed(*sys.argv[1:3], *sys.argv[4:])
else:
    torrent, source, port, folder, seconds = sys.argv[4:]
    fetch(*sys.argv[1:3], torrent, source, int(port), folder, float(seconds))
