using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Components.Shared;

/// <summary>A confusion matrix as a table; its most frequent confusions where there are too many classes.</summary>
public sealed partial class ConfusionMatrixTable
{
    /// <summary>With more classes than this, the most frequent confusions are listed instead.</summary>
    public const int MostClasses = 30;
    private const int MostConfusions = 30;

    // The style sheet has as many shades, from faint to strong.
    private const int Shades = 7;

    private IReadOnlyList<Confusion> _confusions = [];

    [Parameter, EditorRequired]
    public IReadOnlyList<string> Classes { get; set; } = [];

    /// <summary>Counts by true class (row) and predicted class (column).</summary>
    [Parameter, EditorRequired]
    public IReadOnlyList<IReadOnlyList<int>> Matrix { get; set; } = [];

    /// <summary>A cell off the diagonal was chosen: row and column.</summary>
    [Parameter]
    public EventCallback<(int Row, int Column)> OnCellClick { get; set; }

    protected override void OnParametersSet() =>
        _confusions =
            Classes.Count <= MostClasses
                ? []
                :
                [
                    .. Matrix
                        .SelectMany((counts, row) => counts.Select((count, column) => new Confusion(row, column, count, counts.Sum())))
                        .Where(c => c.Count > 0 && c.Row != c.Column)
                        .OrderByDescending(c => c.Count)
                        .ThenByDescending(c => (double)c.Count / c.Total)
                        .ThenBy(c => c.Row)
                        .ThenBy(c => c.Column)
                        .Take(MostConfusions),
                ];

    private static string Shade(bool isCorrect, int count, int total) =>
        count == 0 ? "" : $"{(isCorrect ? "correct" : "wrong")} shade-{1 + (int)Math.Round((Shades - 1.0) * count / total)}";

    private readonly record struct Confusion(int Row, int Column, int Count, int Total);
}
