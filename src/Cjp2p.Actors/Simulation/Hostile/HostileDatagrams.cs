using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Simulation.Hostile;

/// <summary>Well-formed questions that promise much answer for little.</summary>
internal static class HostileDatagrams
{
    internal const int BytesMax = 1024;

    /// <summary>Writes a question that a stranger may ask; returns its length.</summary>
    internal static int WriteQuestion(Span<byte> buffer, Random random, HostileTarget target)
    {
        var writer = new DatagramWriter(buffer);
        switch (random.Next(target.Contents.IsEmpty ? 4 : 8))
        {
            case 0:
                writer.TryWritePleaseSendPeers();
                break;
            case 1:
                writer.TryWritePleaseListSupportedMessages();
                break;
            case 2:
                writer.TryWriteCookieRequest("00"u8);
                break;
            case 3:
                WriteGuessedCookie(ref writer, random);
                writer.TryWritePleaseSendPeers();
                writer.TryWritePleaseListSupportedMessages();
                break;
            default:
                var content = target.Contents[random.Next(target.Contents.Length)];
                if (random.Next(2) == 0)
                    WriteGuessedCookie(ref writer, random);
                for (var i = random.Next(1, 5); i > 0; i--)
                    writer.TryWritePleaseSendContent(content.Id, 40_960, random.Next(content.Bytes.Length + 1));
                break;
        }

        return writer.Finish();
    }

    private static void WriteGuessedCookie(ref DatagramWriter writer, Random random)
    {
        Span<byte> cookie = stackalloc byte[29];
        "{\"cookie\":\""u8.CopyTo(cookie);
        for (var i = 11; i < 27; i++)
            cookie[i] = "0123456789abcdef"u8[random.Next(16)];
        "\"}"u8.CopyTo(cookie[27..]);
        writer.TryWriteAlwaysReturned(cookie);
    }
}
