using Akka.Actor;
using Akka.Serialization;

namespace Cjp2p.Host.Simulation.Cluster;

/// <summary>Carries <see cref="SliceCall"/> and <see cref="SliceAnswer"/> between processes; their bodies are bytes already.</summary>
internal sealed class SliceSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    private const string Call = "call";
    private const string Answer = "answer";

    public override int Identifier => 24254;

    public override string Manifest(object o) => o is SliceCall ? Call : Answer;

    public override byte[] ToBinary(object obj)
    {
        var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        switch (obj)
        {
            case SliceCall call:
                writer.Write(call.Slice);
                writer.Write((byte)call.Verb);
                writer.Write(call.Body);
                break;
            case SliceAnswer answer:
                writer.Write(answer.Error);
                writer.Write(answer.Body);
                break;
            default:
                throw new ArgumentException($"{obj.GetType()} is not between slices.", nameof(obj));
        }

        return stream.ToArray();
    }

    public override object FromBinary(byte[] bytes, string manifest)
    {
        var stream = new MemoryStream(bytes);
        using var reader = new BinaryReader(stream);
        return manifest switch
        {
            Call => new SliceCall(reader.ReadInt32(), (SliceVerb)reader.ReadByte(), bytes[(int)stream.Position..]),
            Answer => new SliceAnswer(reader.ReadString(), bytes[(int)stream.Position..]),
            _ => throw new ArgumentException($"There is no message {manifest} between slices.", nameof(manifest)),
        };
    }
}
