using MudBlazor;

namespace Cjp2p.Dashboard;

/// <summary>Colours and letters of the page; no font comes from anywhere but the machine.</summary>
public static class Palettes
{
    private static readonly string[] Fonts = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica", "Arial", "sans-serif"];

    /// <summary>The theme.</summary>
    public static MudTheme Theme { get; } = new()
    {
        PaletteLight = new PaletteLight
        {
            Primary = "#4457c8",
            Background = "#f5f6fa",
            Surface = "#ffffff",
            TextPrimary = "#1c2033",
            TextSecondary = "#5b6178",
            LinesDefault = "#e2e5ee",
            TableLines = "#e8eaf2",
        },
        PaletteDark = new PaletteDark
        {
            Primary = "#8f9dff",
            // White on it would be 2.5 : 1.
            PrimaryContrastText = "#11131c",
            Background = "#11131c",
            Surface = "#191c29",
            TextPrimary = "#e6e8f2",
            TextSecondary = "#9aa1ba",
            LinesDefault = "#2a2f42",
            TableLines = "#262a3b",
        },
        Typography = new Typography
        {
            Default = new DefaultTypography { FontFamily = Fonts },
            Button = new ButtonTypography { TextTransform = "none", FontWeight = "500" },
        },
        LayoutProperties = new LayoutProperties { DefaultBorderRadius = "8px" },
    };
}
