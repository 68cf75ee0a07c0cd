using System.Reflection;
using Akka.Actor;

namespace Cjp2p.Actors.Tests;

/// <summary>Holds an assembly to it that each of its actors has a class of tests, so that the next one is not forgotten.</summary>
internal static class ActorsWithTests
{
    /// <summary>Fails unless each actor has tests under its own name or under the one that <paramref name="elsewhere"/> gives.</summary>
    /// <param name="actors">Where the actors are.</param>
    /// <param name="tests">Where the tests are.</param>
    /// <param name="elsewhere">By the name of an actor, the class whose tests are its own.</param>
    public static void Check(Assembly actors, Assembly tests, IReadOnlyDictionary<string, Type> elsewhere)
    {
        var names = actors.GetTypes().Where(type => type.IsSubclassOf(typeof(ActorBase)) && !type.IsAbstract).Select(NameOf).ToArray();
        Assert.NotEmpty(names);
        var classes = tests.GetTypes().Where(HasTests).ToArray();
        var named = names.Where(name => classes.Any(type => type.Name == name + "Tests")).ToArray();

        Assert.Equal([], names.Except(named).Except(elsewhere.Keys));
        // Nothing is said here that is no longer so.
        Assert.Equal([], elsewhere.Keys.Except(names).Concat(elsewhere.Keys.Intersect(named)));
        Assert.All(elsewhere, entry => Assert.Contains(entry.Value, classes));
    }

    private static string NameOf(Type actor) => actor.DeclaringType is { } outer ? $"{outer.Name}.{actor.Name}" : actor.Name;

    private static bool HasTests(Type type) =>
        !type.IsAbstract && type.GetMethods().Any(method => method.GetCustomAttribute<FactAttribute>() is not null);
}
