using System.Globalization;
using BlazorTransfer.Web.Localization;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Components.Shared;

/// <summary>An upright axis.</summary>
/// <param name="Name">What it shows, with its unit.</param>
/// <param name="Marks">Labels and where they stand, 0 at the foot, 1 at the top.</param>
public sealed record ParallelAxis(string Name, IReadOnlyList<(double Position, string Label)> Marks);

/// <summary>A line through all axes.</summary>
/// <param name="Label">What it stands for.</param>
/// <param name="Positions">Where it crosses each axis, 0…1.</param>
/// <param name="Shown">Its value on each axis, for people.</param>
/// <param name="Shade">0 is faint, 1 is strong; the strong ones lie on top.</param>
/// <param name="Href">Where a click on it leads.</param>
public sealed record ParallelLine(string Label, IReadOnlyList<double> Positions, IReadOnlyList<string> Shown, double Shade, string Href);

/// <summary>
/// Parallel coordinates (Inselberg, "The plane with parallel coordinates", 1985): a line for each trial, an axis for each setting and
/// for the score. Drawn by the server, each line a link, so that it needs no script.
/// </summary>
public sealed partial class ParallelCoordinates
{
    // The drawing is stretched to its place: lengths are percent of it, either way.
    private const int Width = 100;

    // In pixels; the names of the axes stand above the lines.
    private const int Top = 34,
        LineHeight = 284;

    [Parameter, EditorRequired]
    public IReadOnlyList<ParallelAxis> Axes { get; set; } = [];

    [Parameter, EditorRequired]
    public IReadOnlyList<ParallelLine> Lines { get; set; } = [];

    /// <summary>What a screen reader says of the picture; the table beside it has the rest.</summary>
    private string Summary =>
        Lines.MaxBy(l => l.Shade) is { } best
            ? Texts<SharedTexts>.Get("TrialsOver", Lines.Count, List(Axes.Select(a => a.Name)), best.Label, List(best.Shown))
            : Texts<SharedTexts>.Get("NoTrials");

    private static string Number(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);

    private string X(int axis) => Number(Axes.Count == 1 ? Width / 2.0 : Width * axis / (Axes.Count - 1.0));

    private static string Y(double position) => Number(Top + (1 - position) * LineHeight);

    /// <summary>The labels of the outer axes stay inside the picture.</summary>
    private string Anchor(int axis, string between) =>
        axis == 0 ? "start"
        : axis == Axes.Count - 1 ? "end"
        : between;

    private static string Colour(ParallelLine line) =>
        $"color-mix(in oklab, var(--bt-accent) {Number(100 * line.Shade)}%, var(--bt-line-strong))";

    private string TitleOf(ParallelLine line) =>
        Texts<SharedTexts>.Get("Valued", line.Label, List(Axes.Select((a, i) => $"{a.Name} {line.Shown[i]}")));

    private static string List(IEnumerable<string> parts) => string.Join(Texts<SharedTexts>.Get("ListSeparator"), parts);

    private string PointsOf(ParallelLine line) => string.Join(" ", line.Positions.Select((p, i) => $"{X(i)},{Number(100 * (1 - p))}"));
}
