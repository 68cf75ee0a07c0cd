namespace Cjp2p.Actors.Transport.Linux;

/// <summary>
/// Whether a socket wants to hear of ICMP messages. They are only counted, and each costs a system call that fails and two more,
/// so whoever makes a node answer addresses that are not there (a flood of questions with forged sources) would take
/// the most of its time by them: more than <see cref="ErrorsMax"/> of them among <see cref="DatagramsWatched"/> received
/// datagrams, and for the next <see cref="DatagramsOff"/> it does not want to hear of any. Thread-safe.
/// </summary>
internal sealed class IcmpInterest
{
    /// <summary>Errors among the watched datagrams that are borne.</summary>
    public const int ErrorsMax = 64;

    /// <summary>Received datagrams after which errors are counted anew.</summary>
    public const int DatagramsWatched = 1024;

    /// <summary>Received datagrams for which it stays off: at the rate of a flood a second or less.</summary>
    public const int DatagramsOff = 65_536;

    private readonly Lock _gate = new();
    private bool _isOff;
    private int _errors;
    private int _datagrams;

    /// <summary>An error came; true when the socket has to be told that it was one too many.</summary>
    public bool OnError()
    {
        lock (_gate)
        {
            if (_isOff || ++_errors <= ErrorsMax)
            {
                return false;
            }

            (_isOff, _errors, _datagrams) = (true, 0, 0);
            return true;
        }
    }

    /// <summary>Datagrams came; true when the socket has to be told that errors are of interest again.</summary>
    public bool OnDatagrams(int count)
    {
        lock (_gate)
        {
            _datagrams += count;
            if (_datagrams < (_isOff ? DatagramsOff : DatagramsWatched))
            {
                return false;
            }

            (_errors, _datagrams) = (0, 0);
            var wasOff = _isOff;
            _isOff = false;
            return wasOff;
        }
    }
}
