namespace Cjp2p.Host.Http;

/// <summary>A request cannot be answered as it is; the message is one line for who asked.</summary>
internal sealed class ApiException(int status, string reason) : Exception(reason)
{
    /// <summary>The status of the answer.</summary>
    public int Status { get; } = status;
}
