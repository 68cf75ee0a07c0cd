using System.Security.Cryptography;
using System.Text;

namespace Cjp2p.Host.Http;

/// <summary>The secret that proves that a request comes from the user of the node.</summary>
internal sealed class AccessToken
{
    /// <summary>Characters of a token at the least.</summary>
    public const int LengthMin = 16;

    private readonly byte[] _text;

    private AccessToken(string text)
    {
        Text = text;
        _text = Encoding.UTF8.GetBytes(text);
    }

    /// <summary>The token itself.</summary>
    public string Text { get; }

    /// <summary>The token that the user chose, or else a new one of 256 random bits.</summary>
    /// <param name="chosen">From the settings; empty: none.</param>
    public static AccessToken Of(string chosen) =>
        new(chosen.Length > 0 ? chosen : RandomNumberGenerator.GetHexString(64, lowercase: true));

    /// <summary>Whether it is the token; takes as long for a wrong one as for the right one.</summary>
    public bool Is(string? text) =>
        text is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(text), _text);
}
