using System.Globalization;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Components.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace BlazorTransfer.Web.Features.Adaptation;

/// <summary>Both domains on a plane: do they lie on each other, class on class?</summary>
public sealed partial class EmbeddingCard
{
    private const int Width = 720,
        Height = 440,
        Margin = 16;

    // Distinguishable with colour blindness, in light and dark. Further classes repeat the colours.
    private static readonly string[] Palette = ["#0b8a92", "#c96a00", "#7a5bd0", "#3f9b4a", "#c2407a", "#8a7a1f", "#3a72c8", "#8c5a3c"];

    private Colouring _by = Colouring.Domain;
    private EmbeddedImage? _chosen;
    private bool _byNeighbours;

    /// <summary>The meaning of a point's colour.</summary>
    private enum Colouring
    {
        Domain,
        Prediction,
        Label,
        Error,
    }

    [Parameter, EditorRequired]
    public string ProjectId { get; set; } = "";

    [Parameter, EditorRequired]
    public JointEmbedding Embedding { get; set; } = null!;

    /// <summary>In the order of the outputs, so that a class has the same colour on every run's page.</summary>
    [Parameter]
    public IReadOnlyList<string> Classes { get; set; } = [];

    /// <summary>The source's data set.</summary>
    [Parameter, EditorRequired]
    public string SourceId { get; set; } = "";

    /// <summary>The target's data set.</summary>
    [Parameter]
    public string? TargetId { get; set; }

    /// <summary>False where the data set was deleted, and its images with it.</summary>
    [Parameter]
    public bool HasSourceImages { get; set; }

    [Parameter]
    public bool HasTargetImages { get; set; }

    private bool HasNeighbourhoods => Embedding.Points.All(p => p.Neighbourhood is not null);

    private Choice<bool>[] Layouts => [new(false, T["LayoutPca"]), new(true, T["LayoutTsne"])];

    private Choice<Colouring>[] Colourings => [.. Enum.GetValues<Colouring>().Select(c => new Choice<Colouring>(c, T[$"Colour.{c}"]))];

    private string Explanation
    {
        get
        {
            string layout = _byNeighbours ? T["ExplainTsne"] : T["ExplainPca", Format.Percent(Embedding.Explained)];
            return Embedding.DomainDistance is { } distance ? T["ExplainDistance", layout, $"{distance:0.00}"] : layout;
        }
    }

    private IEnumerable<Mark> Marks
    {
        get
        {
            PlanePoint[] places = [.. Embedding.Points.Select(PlaceOf)];
            (double left, double right) = (places.Min(p => p.X), places.Max(p => p.X));
            (double low, double high) = (places.Min(p => p.Y), places.Max(p => p.Y));
            double Place(double value, double from, double to, double length) =>
                to > from ? Margin + (value - from) / (to - from) * (length - 2 * Margin) : length / 2;
            return Embedding.Points.Zip(
                places,
                (p, place) =>
                    new Mark(p, Place(place.X, left, right, Width), Height - Place(place.Y, low, high, Height), ColourOf(p), Words(p))
            );
        }
    }

    private IEnumerable<(string Name, string Colour)> Legend =>
        _by switch
        {
            Colouring.Domain => [],
            Colouring.Prediction or Colouring.Label => Classes.Select(c => (c, OfClass(c))),
            Colouring.Error =>
            [
                (T["LegendCorrect"], Palette[0]),
                (T["LegendWrong"], "var(--bt-bad)"),
                (T["LegendUnlabelled"], "var(--bt-muted)"),
            ],
            _ => throw new InvalidOperationException($"No legend for {_by}."),
        };

    private string Summary => T["EmbeddingSummary", Embedding.Points.Count(p => !p.OfTarget), Embedding.Points.Count(p => p.OfTarget)];

    private PlanePoint PlaceOf(EmbeddedImage p) => _byNeighbours && p.Neighbourhood is { } place ? place : new PlanePoint(p.X, p.Y);

    /// <summary>From image to image, from left to right.</summary>
    private void Walk(KeyboardEventArgs e)
    {
        int step = e.Key switch
        {
            "ArrowRight" => 1,
            "ArrowLeft" => -1,
            _ => 0,
        };
        if (step == 0)
            return;
        EmbeddedImage[] ordered = [.. Embedding.Points.OrderBy(p => PlaceOf(p).X)];
        int at = _chosen is null ? (step > 0 ? -1 : ordered.Length) : Array.IndexOf(ordered, _chosen);
        _chosen = ordered[Math.Clamp(at + step, 0, ordered.Length - 1)];
    }

    private string ColourOf(EmbeddedImage p) =>
        _by switch
        {
            Colouring.Domain => p.OfTarget ? Palette[1] : Palette[0],
            Colouring.Prediction => OfClass(p.Predicted),
            Colouring.Label => p.Label is null ? "var(--bt-muted)" : OfClass(p.Label),
            Colouring.Error => p.Label is null ? "var(--bt-muted)"
            : p.Label == p.Predicted ? Palette[0]
            : "var(--bt-bad)",
            _ => throw new InvalidOperationException($"No colour for {_by}."),
        };

    private string OfClass(string name) => Palette[Math.Max(0, Classes.ToList().IndexOf(name)) % Palette.Length];

    private string Words(EmbeddedImage p) => T[p.OfTarget ? "TargetPoint" : "SourcePoint", p.Label ?? T["NoLabel"], p.Predicted];

    private static string Number(double value) => value.ToString("F1", CultureInfo.InvariantCulture);

    private sealed record Mark(EmbeddedImage Image, double X, double Y, string Colour, string Words);
}
