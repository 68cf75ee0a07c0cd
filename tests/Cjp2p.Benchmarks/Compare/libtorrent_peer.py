"""A peer of libtorrent for 'compare': seeds a file, or fetches one, by TCP over loopback and with nothing else.

seed <file> <torrent>:             writes the torrent, prints "ready <port>", seeds until its standard input ends.
fetch <torrent> <port> <folder>:   fetches from that port, prints "done <seconds from the request>", and ends.
"""
import os
import sys
import time

import libtorrent as lt


def session():
    settings = lt.high_performance_seed()
    settings.update({
        "listen_interfaces": "127.0.0.1:0",
        "outgoing_interfaces": "127.0.0.1",
        "enable_dht": False,
        "enable_lsd": False,
        "enable_upnp": False,
        "enable_natpmp": False,
        "enable_incoming_utp": False,
        "enable_outgoing_utp": False,
        "allow_multiple_connections_per_ip": True,
        "alert_mask": lt.alert.category_t.status_notification | lt.alert.category_t.error_notification,
    })
    return lt.session(settings)


def wait_for(current, kind):
    while True:
        current.wait_for_alert(1000)
        for alert in current.pop_alerts():
            if isinstance(alert, kind):
                return
            if isinstance(alert, (lt.torrent_error_alert, lt.file_error_alert, lt.listen_failed_alert)):
                sys.exit(alert.message())


def seed(path, torrent):
    files = lt.file_storage()
    lt.add_files(files, path)
    made = lt.create_torrent(files)
    lt.set_piece_hashes(made, os.path.dirname(path))
    with open(torrent, "wb") as output:
        output.write(lt.bencode(made.generate()))
    current = session()
    parameters = lt.add_torrent_params()
    parameters.ti = lt.torrent_info(torrent)
    parameters.save_path = os.path.dirname(path)
    parameters.flags |= lt.torrent_flags.seed_mode
    current.add_torrent(parameters)
    print("ready", current.listen_port(), flush=True)
    try:
        sys.stdin.read()
    except KeyboardInterrupt:
        pass


def fetch(torrent, port, folder):
    current = session()
    started = time.monotonic()
    parameters = lt.add_torrent_params()
    parameters.ti = lt.torrent_info(torrent)
    parameters.save_path = folder
    handle = current.add_torrent(parameters)
    handle.connect_peer(("127.0.0.1", port))
    wait_for(current, lt.torrent_finished_alert)
    # Finished is said when all pieces are verified; what is still to be written is written before the storage is released.
    handle.flush_cache()
    wait_for(current, lt.cache_flushed_alert)
    print("done", time.monotonic() - started, flush=True)


if sys.argv[1] == "seed":
    seed(sys.argv[2], sys.argv[3])
else:
    fetch(sys.argv[2], int(sys.argv[3]), sys.argv[4])
