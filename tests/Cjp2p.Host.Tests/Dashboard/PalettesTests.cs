using Cjp2p.Dashboard;
using MudBlazor;
using MudBlazor.Utilities;

namespace Cjp2p.Host.Tests.Dashboard;

/// <summary>What is written can be read: 4.5 : 1 is what WCAG 2.2 asks for.</summary>
public sealed class PalettesTests
{
    private const double ContrastMin = 4.5;

    public static TheoryData<bool> Schemes => [false, true];

    [Theory]
    [MemberData(nameof(Schemes))]
    public void Text_on_buttons_and_on_the_page_stands_out_in_light_and_dark(bool isDark)
    {
        Palette palette = isDark ? Palettes.Theme.PaletteDark : Palettes.Theme.PaletteLight;
        foreach (var (name, text, behind) in new[]
        {
            ("a button", palette.PrimaryContrastText, palette.Primary), ("a link on the page", palette.Primary, palette.Background), ("a link on a card", palette.Primary, palette.Surface),
            ("text", palette.TextPrimary, palette.Surface), ("text beside", palette.TextSecondary, palette.Surface), ("text beside on the page", palette.TextSecondary, palette.Background),
        })
        {
            var contrast = Contrast(text, behind);
            Assert.True(contrast >= ContrastMin, FormattableString.Invariant($"{name}: {contrast:0.00} : 1"));
        }
    }

    private static double Contrast(MudColor one, MudColor other)
    {
        var (a, b) = (Luminance(one), Luminance(other));
        return (Math.Max(a, b) + 0.05) / (Math.Min(a, b) + 0.05);
    }

    private static double Luminance(MudColor color) => 0.2126 * Linear(color.R) + 0.7152 * Linear(color.G) + 0.0722 * Linear(color.B);

    private static double Linear(byte part) => part / 255.0 is var share && share <= 0.04045 ? share / 12.92 : Math.Pow((share + 0.055) / 1.055, 2.4);
}
