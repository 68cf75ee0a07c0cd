using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.AntiSpoof;

/// <summary>
/// The cookies that others gave us, as raw JSON, to be returned with everything we send them. Only cookies from verified
/// datagrams come in. Bounded: the least recently used are forgotten, which costs the next exchange with that peer one
/// round trip. Thread-safe; written by receive threads, read by whoever sends.
/// </summary>
public sealed class CookieJar
{
    private readonly TwoGenerationMap<PeerAddress, byte[]> _cookies;

    /// <param name="capacity">Cookies held at the most.</param>
    public CookieJar(int capacity) => _cookies = new TwoGenerationMap<PeerAddress, byte[]>(capacity);

    /// <summary>Cookies held.</summary>
    public int Count
    {
        get
        {
            lock (_cookies)
                return _cookies.Count;
        }
    }

    /// <summary>Cookies that had to make room.</summary>
    public long Evictions
    {
        get
        {
            lock (_cookies)
                return _cookies.Evictions;
        }
    }

    /// <summary>The payload to return to <paramref name="peer"/>, or an empty span. The bytes never change.</summary>
    public ReadOnlySpan<byte> Find(PeerAddress peer)
    {
        lock (_cookies)
            return _cookies.TryGet(peer, out var raw) ? raw : default;
    }

    /// <summary>Whether there is one of <paramref name="peer"/>. To look is not to use it.</summary>
    public bool Holds(in PeerAddress peer)
    {
        lock (_cookies)
            return _cookies.Holds(peer);
    }

    /// <summary>Keeps a copy of <paramref name="rawJson"/> for <paramref name="peer"/>; says whether that changed anything.</summary>
    public bool Set(in PeerAddress peer, ReadOnlySpan<byte> rawJson)
    {
        lock (_cookies)
        {
            if (_cookies.TryGet(peer, out var known) && rawJson.SequenceEqual(known))
                return false;
            _cookies.Set(peer, rawJson.ToArray());
            return true;
        }
    }

    /// <summary>Forgets what <paramref name="peer"/> gave us.</summary>
    public void Remove(in PeerAddress peer)
    {
        lock (_cookies)
            _cookies.Remove(peer);
    }
}
