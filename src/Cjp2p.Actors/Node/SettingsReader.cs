using System.Collections.Immutable;
using System.Globalization;
using Akka.Actor;
using Akka.Configuration;
using Akka.Configuration.Hocon;
using Akka.Dispatch;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Transport;

namespace Cjp2p.Actors.Node;

/// <summary>Reads values of the <c>cjp2p</c> section, each with its bounds, so that an error names the key and the remedy.</summary>
internal sealed class SettingsReader(Config section)
{
    // Sections of the reference that Akka reads: they may have any key that Akka's own of their kind have.
    private static readonly (string Sections, string OfAkka)[] ReadByAkka =
    [
        ("cjp2p.dispatchers", "akka.actor.default-dispatcher"),
        ("cjp2p.mailboxes", "akka.actor.default-mailbox"),
    ];

    /// <summary>
    /// Refuses keys below <c>cjp2p</c> that neither the reference has nor, for a dispatcher or a mailbox of it, Akka; names the
    /// nearest that there is.
    /// </summary>
    public static void RejectUnknownKeys(Config config, Config reference)
    {
        if (config.IsEmpty || !config.HasPath("cjp2p"))
            return;
        var known = new List<string>();
        Collect(reference.GetConfig("cjp2p").Root, "cjp2p", known);
        var given = new List<string>();
        Collect(config.GetConfig("cjp2p").Root, "cjp2p", given);
        if (given.TrueForAll(known.Contains))
            return;
        CollectOfAkka(reference, known);
        if (given.Find(key => !known.Contains(key)) is { } unknown)
            throw new NodeSettingsException($"Unknown setting {unknown}: did you mean {NearestName.Of(unknown, known)}?");
    }

    /// <summary>Akka would refuse a wrong value of a dispatcher or mailbox, too, but would not say which.</summary>
    public void CheckDispatchersAndMailboxes()
    {
        foreach (var mailbox in section.GetConfig("mailboxes").Root.GetObject().Items.Keys)
        {
            if (Type.GetType(Text($"mailboxes.{mailbox}.mailbox-type")) is not { } type || !type.IsAssignableTo(typeof(MailboxType)))
                throw Bad($"mailboxes.{mailbox}.mailbox-type", "the full name of a class of mailboxes and its assembly");
        }

        foreach (var dispatcher in section.GetConfig("dispatchers").Root.GetObject().Items.Keys)
        {
            Count($"dispatchers.{dispatcher}.throughput", 1, int.MaxValue);
            Count($"dispatchers.{dispatcher}.dedicated-thread-pool.thread-count", 1, 1024);
            if (Text($"dispatchers.{dispatcher}.dedicated-thread-pool.threadtype") is not ("background" or "foreground"))
                throw Bad($"dispatchers.{dispatcher}.dedicated-thread-pool.threadtype", "background or foreground");
        }
    }

    public string Text(string key) => section.GetString(key, "");

    /// <summary>A list; one text alone needs no brackets.</summary>
    public ImmutableArray<string> Texts(string key)
    {
        ImmutableArray<string> texts = [.. section.GetStringList(key, [])];
        return texts.IsEmpty && section.GetString(key, "") is { Length: > 0 } text ? [text] : texts;
    }

    /// <summary>A program by its full path, and its arguments; or nothing.</summary>
    public ImmutableArray<string> Command(string key)
    {
        var command = Texts(key);
        return command.IsEmpty || Path.IsPathFullyQualified(command[0])
            ? command
            : throw new NodeSettingsException(
                $"cjp2p.{key} begins with \"{command[0]}\": it has to be the full path of a program; arguments follow in the list.");
    }

    /// <summary>A name that an actor can have.</summary>
    public string Name(string key) =>
        ActorPath.IsValidPathElement(Text(key)) ? Text(key) : throw Bad(key, "a name of letters, digits, '-' and '_'");

    /// <summary>Hours of the day, or null for none.</summary>
    public Content.QuietHours? Hours(string key)
    {
        // A list has no text.
        if (Text(key) is not { } text)
            throw Bad(key, "hours of the day (UTC), such as 22:00-06:00, or empty");
        if (text.Length == 0)
            return null;
        return Content.QuietHours.TryParse(text, out var hours)
            ? hours
            : throw Bad(key, "hours of the day (UTC), such as 22:00-06:00, or empty");
    }

    public bool Flag(string key) => AutoFlag(key) ?? throw Bad(key, "on or off");

    /// <summary>on, off, or auto (null).</summary>
    public bool? AutoFlag(string key) => Text(key).ToUpperInvariant() switch
    {
        "ON" or "TRUE" or "YES" => true,
        "OFF" or "FALSE" or "NO" => false,
        "AUTO" => null,
        _ => throw Bad(key, "on or off"),
    };

    public int Count(string key, int least, int most)
    {
        if (!int.TryParse(Text(key), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            || value < least || value > most)
            throw Bad(key, $"a whole number from {least} to {most}");
        return value;
    }

    public long Bytes(string key, long least, long most)
    {
        long? value;
        try
        {
            value = section.GetByteSize(key);
        }
        catch (Exception)
        {
            value = null;
        }

        if (value is not { } bytes || bytes < least || bytes > most)
            throw Bad(key, $"a size from {least} to {most} bytes, such as 4MiB");
        return bytes;
    }

    public TimeSpan Duration(string key, double leastSeconds, double mostSeconds)
    {
        TimeSpan value;
        try
        {
            value = section.GetTimeSpan(key, TimeSpan.FromTicks(-1), allowInfinite: false);
        }
        catch (Exception)
        {
            value = TimeSpan.FromTicks(-1);
        }

        if (value < TimeSpan.FromSeconds(leastSeconds) || value > TimeSpan.FromSeconds(mostSeconds))
            throw Bad(key, FormattableString.Invariant($"a duration from {leastSeconds}s to {mostSeconds}s, such as 500ms"));
        return value;
    }

    /// <summary>At least one address, and none twice: a port can be bound once. Port 0 is another one each time.</summary>
    public ImmutableArray<PeerAddress> ListenAddresses(string key)
    {
        var addresses = Addresses(key);
        if (addresses.IsEmpty)
            throw new NodeSettingsException($"cjp2p.{key} names no address.");
        var once = new HashSet<PeerAddress>();
        foreach (var address in addresses)
        {
            if (address.Port != 0 && !once.Add(address))
                throw new NodeSettingsException($"cjp2p.{key} names {address} twice.");
        }

        return addresses;
    }

    /// <summary>Folders or files.</summary>
    public ImmutableArray<string> Paths(string key)
    {
        var paths = Texts(key);
        return paths.Any(string.IsNullOrWhiteSpace)
            ? throw new NodeSettingsException($"cjp2p.{key} has \"\": a folder or file has a name.")
            : paths;
    }

    public ImmutableArray<PeerAddress> Addresses(string key)
    {
        var addresses = ImmutableArray.CreateBuilder<PeerAddress>();
        foreach (var text in Texts(key))
        {
            if (!PeerAddress.TryParse(text, out var address))
                throw new NodeSettingsException(
                    $"cjp2p.{key} has \"{text}\": an address is ip:port or [ipv6]:port, such as 127.0.0.1:24254.");
            addresses.Add(address);
        }

        return addresses.ToImmutable();
    }

    /// <summary>Addresses and networks to be shut out.</summary>
    public BlockList BlockList(string key)
    {
        var texts = Texts(key);
        if (texts.Length > Transport.BlockList.EntriesMax)
            throw new NodeSettingsException($"cjp2p.{key} has {texts.Length} entries, more than {Transport.BlockList.EntriesMax}.");
        return Transport.BlockList.TryParse(texts, out var list, out var wrong)
            ? list
            : throw new NodeSettingsException(
                $"cjp2p.{key} has \"{wrong}\": an entry is an IP address, ip:port, or a network such as 192.0.2.0/24.");
    }

    public void RejectOrder(string least, string most)
    {
        if (section.GetTimeSpan(least) > section.GetTimeSpan(most))
            throw new NodeSettingsException($"cjp2p.{least} is larger than cjp2p.{most}.");
    }

    private NodeSettingsException Bad(string key, string wanted) =>
        new($"cjp2p.{key} is \"{Text(key)}\": it has to be {wanted}.");

    private static void CollectOfAkka(Config reference, List<string> keys)
    {
        var akka = ConfigurationFactory.Default();
        foreach (var (sections, ofAkka) in ReadByAkka)
        {
            foreach (var name in reference.GetConfig(sections).Root.GetObject().Items.Keys)
                Collect(akka.GetConfig(ofAkka).Root, $"{sections}.{name}", keys);
        }
    }

    private static void Collect(HoconValue value, string path, List<string> keys)
    {
        if (!value.IsObject())
        {
            keys.Add(path);
            return;
        }

        foreach (var (name, child) in value.GetObject().Items)
            Collect(child, path + "." + name, keys);
    }
}
