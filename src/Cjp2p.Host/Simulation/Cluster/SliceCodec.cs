using System.Collections.Immutable;
using System.Text.Json;
using Cjp2p.Actors.Simulation.Scenarios;

namespace Cjp2p.Host.Simulation.Cluster;

/// <summary>The bodies of <see cref="SliceCall"/> and <see cref="SliceAnswer"/>: binary for what is sent with each window.</summary>
internal static class SliceCodec
{
    private const long Never = long.MaxValue;

    public static byte[] Write(SliceBegin begin) => JsonSerializer.SerializeToUtf8Bytes(begin, SliceJson.Default.SliceBegin);

    public static SliceBegin ReadBegin(byte[] body) => JsonSerializer.Deserialize(body, SliceJson.Default.SliceBegin)!;

    public static byte[] Write(SliceResult result) => JsonSerializer.SerializeToUtf8Bytes(result, SliceJson.Default.SliceResult);

    public static SliceResult ReadResult(byte[] body) => JsonSerializer.Deserialize(body, SliceJson.Default.SliceResult)!;

    public static byte[] Write(IReadOnlyList<string> names) =>
        JsonSerializer.SerializeToUtf8Bytes([.. names], SliceJson.Default.StringArray);

    public static string[] ReadNames(byte[] body) => JsonSerializer.Deserialize(body, SliceJson.Default.StringArray)!;

    public static byte[] Write(SliceStep step)
    {
        var body = new byte[10 + step.Mail.Sum(mail => mail.Length)];
        BitConverter.TryWriteBytes(body, step.Until.Ticks);
        body[8] = step.Looks ? (byte)1 : (byte)0;
        body[9] = step.Ends ? (byte)1 : (byte)0;
        var at = 10;
        foreach (var mail in step.Mail)
        {
            mail.Span.CopyTo(body.AsSpan(at));
            at += mail.Length;
        }

        return body;
    }

    public static SliceStep ReadStep(byte[] body) =>
        new(new TimeSpan(BitConverter.ToInt64(body)), [body.AsMemory(10)], body[8] == 1, body[9] == 1);

    public static byte[] Write(SliceReport report)
    {
        var stream = new MemoryStream(64 + report.Mail.Sum(mail => mail.Datagrams.Length + 16));
        using var writer = new BinaryWriter(stream);
        writer.Write(report.NextDue?.Ticks ?? Never);
        writer.Write((byte)report.Phase);
        writer.Write(report.Mail.Length);
        foreach (var mail in report.Mail)
        {
            writer.Write(mail.To);
            writer.Write(mail.Earliest.Ticks);
            writer.Write(mail.Datagrams.Length);
            writer.Write(mail.Datagrams.Span);
        }

        writer.Write(report.Look is not null);
        if (report.Look is { } look)
        {
            writer.Write(look.IsQuiet);
            writer.Write(look.Fetches);
            writer.Write(look.Completed);
            writer.Write(look.Delivered);
            Write(writer, look.Has);
            Write(writer, look.Wants);
        }

        return stream.ToArray();
    }

    public static SliceReport ReadReport(byte[] body)
    {
        using var reader = new BinaryReader(new MemoryStream(body));
        var due = reader.ReadInt64();
        var phase = (ScenarioPhase)reader.ReadByte();
        var mail = new SliceMail[reader.ReadInt32()];
        for (var i = 0; i < mail.Length; i++)
            mail[i] = new SliceMail(reader.ReadInt32(), new TimeSpan(reader.ReadInt64()), reader.ReadBytes(reader.ReadInt32()));
        return new SliceReport
        {
            NextDue = due == Never ? null : new TimeSpan(due),
            Phase = phase,
            Mail = [.. mail],
            Look = reader.ReadBoolean()
                ? new SliceLook
                {
                    IsQuiet = reader.ReadBoolean(),
                    Fetches = reader.ReadInt32(),
                    Completed = reader.ReadInt32(),
                    Delivered = reader.ReadInt64(),
                    Has = ReadNames(reader),
                    Wants = ReadNames(reader),
                }
                : null,
        };
    }

    private static void Write(BinaryWriter writer, ImmutableArray<string> names)
    {
        writer.Write(names.Length);
        foreach (var name in names)
            writer.Write(name);
    }

    private static ImmutableArray<string> ReadNames(BinaryReader reader)
    {
        var names = new string[reader.ReadInt32()];
        for (var i = 0; i < names.Length; i++)
            names[i] = reader.ReadString();
        return [.. names];
    }
}
