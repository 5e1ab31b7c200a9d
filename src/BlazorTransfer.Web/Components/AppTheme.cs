using MudBlazor;

namespace BlazorTransfer.Web.Components;

/// <summary>The same colours and type as <c>app.css</c>, for MudBlazor's parts.</summary>
internal static class AppTheme
{
    private static readonly string[] Fonts = ["var(--bt-sans)"];

    public static MudTheme Theme { get; } =
        new()
        {
            PaletteLight = new PaletteLight
            {
                Primary = "#0b6a72",
                Secondary = "#a85b00",
                Tertiary = "#2f7f86",
                Info = "#0b6a72",
                Success = "#1d7a46",
                Warning = "#a85b00",
                Error = "#b3261e",
                Background = "#f6f7f5",
                Surface = "#ffffff",
                AppbarBackground = "#ffffff",
                TextPrimary = "#17211f",
                TextSecondary = "#56635f",
                LinesDefault = "#dfe3df",
                LinesInputs = "#aab4af",
                TableLines = "#dfe3df",
                Divider = "#dfe3df",
                ActionDefault = "#56635f",
            },
            PaletteDark = new PaletteDark
            {
                Primary = "#5cc4c0",
                PrimaryContrastText = "#0f1416",
                Secondary = "#ffb454",
                Tertiary = "#5cc4c0",
                Info = "#5cc4c0",
                Success = "#6fd19a",
                Warning = "#ffb454",
                Error = "#ff8a80",
                Background = "#0f1416",
                Surface = "#171e20",
                AppbarBackground = "#171e20",
                TextPrimary = "#e6ecea",
                TextSecondary = "#9caaa6",
                LinesDefault = "#2b3437",
                LinesInputs = "#5b686b",
                TableLines = "#2b3437",
                Divider = "#2b3437",
                ActionDefault = "#9caaa6",
            },
            Typography = new Typography
            {
                Default = new DefaultTypography
                {
                    FontFamily = Fonts,
                    FontSize = ".9375rem",
                    LetterSpacing = "normal",
                },
                Body1 = new Body1Typography
                {
                    FontFamily = Fonts,
                    FontSize = ".9375rem",
                    LetterSpacing = "normal",
                },
                Body2 = new Body2Typography
                {
                    FontFamily = Fonts,
                    FontSize = ".875rem",
                    LetterSpacing = "normal",
                },
                Button = new ButtonTypography
                {
                    FontFamily = Fonts,
                    FontSize = ".9rem",
                    FontWeight = "600",
                    TextTransform = "none",
                    LetterSpacing = "normal",
                },
                H6 = new H6Typography
                {
                    FontFamily = Fonts,
                    FontSize = "1.15rem",
                    FontWeight = "600",
                    LetterSpacing = "-.01em",
                },
            },
            LayoutProperties = new LayoutProperties { DefaultBorderRadius = "8px" },
        };
}
