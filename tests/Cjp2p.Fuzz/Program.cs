using System.CommandLine;
using System.Globalization;
using Cjp2p.Fuzz;
using SharpFuzz;

// tests/fuzz.sh is how this is run: it makes AFL++ and the instrumented library, too.
var target = new Argument<string>("target") { Description = "reader or node." };
var folder = new Argument<string>("folder") { Description = "Where to." };
var files = new Argument<string[]>("files") { Description = "Inputs, such as those that AFL++ found." };
var count = new Option<long>("--count") { Description = "Datagrams.", DefaultValueFactory = _ => 10_000_000 };
var seconds = new Option<int>("--seconds") { Description = "Stops after so long.", DefaultValueFactory = _ => int.MaxValue };
var seed = new Option<int>("--seed") { Description = "Decides all.", DefaultValueFactory = _ => 1 };
var most = new Option<int>("--most") { Description = "Files at the most.", DefaultValueFactory = _ => 150 };

var afl = new Command("afl", "One input after the other from AFL++, which starts this.") { target };
afl.SetAction(parsed =>
{
    // Made inside: instrumented code must not run before there is a map of what it covers.
    FuzzTarget? made = null;
    Fuzzer.Run(stream =>
    {
        made ??= FuzzTarget.Create(parsed.GetValue(target)!, 1);
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        made.Try(bytes.ToArray());
    });
});

var corpus = new Command("corpus", "Writes inputs to begin with, made of the captured datagrams.") { target, folder, most };
corpus.SetAction(parsed =>
{
    Directory.CreateDirectory(parsed.GetValue(folder)!);
    using var made = FuzzTarget.Create(parsed.GetValue(target)!, 1);
    // One of each kind and length: AFL++ wants few and small ones.
    var chosen = made.Seeds.Where(datagram => datagram.Length is > 0 and < 1500)
        .GroupBy(datagram => (datagram.Length / 16, datagram.Length > 12 ? datagram[8] : (byte)0))
        .Select(group => group.First()).Take(parsed.GetValue(most)).ToArray();
    for (var i = 0; i < chosen.Length; i++)
        File.WriteAllBytes(Path.Combine(parsed.GetValue(folder)!, string.Create(CultureInfo.InvariantCulture, $"captured-{i:000}")), chosen[i]);
    Console.WriteLine($"{chosen.Length} inputs");
});

var replay = new Command("replay", "Tries inputs again.") { target, files };
replay.SetAction(parsed =>
{
    using var made = FuzzTarget.Create(parsed.GetValue(target)!, 1);
    foreach (var file in parsed.GetValue(files)!)
        made.Try(File.ReadAllBytes(file));
    made.Check();
    Console.WriteLine($"{parsed.GetValue(files)!.Length} inputs, no finding; {made.Describe()}");
});

var mutate = new Command("mutate", "Spoils captured datagrams at random, from a seed; nothing needs to be installed.") { target, count, seconds, seed };
mutate.SetAction(parsed =>
    new MutationRun(parsed.GetValue(target)!, parsed.GetValue(count), parsed.GetValue(seconds), parsed.GetValue(seed)).Run());

return new RootCommand("Fuzzing of the reader of datagrams and of a whole node.") { afl, corpus, replay, mutate }.Parse(args).Invoke();
