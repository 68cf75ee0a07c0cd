namespace Cjp2p.Browser.Tests;

/// <summary>Makes the pictures of the documentation; done only when a folder for them is named.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PicturesFactAttribute : FactAttribute
{
    /// <summary>Environment variable with the folder.</summary>
    public const string Folder = "CJP2P_IMAGES";

    public PicturesFactAttribute() => Skip = new BrowserFactAttribute().Skip
        ?? (Environment.GetEnvironmentVariable(Folder) is null ? $"It makes pictures: name a folder for them with {Folder}." : null);
}
