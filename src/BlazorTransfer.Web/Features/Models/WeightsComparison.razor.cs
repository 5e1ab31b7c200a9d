using BlazorTransfer.Core.Models;
using BlazorTransfer.Web.Components;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.Models;

/// <summary>Which tensors of a file are missing, unknown or of another shape, in a table that scrolls.</summary>
public sealed partial class WeightsComparison
{
    [Parameter, EditorRequired]
    public WeightsMismatch Mismatch { get; set; } = null!;

    [CascadingParameter]
    private DisplayNames? Names { get; set; }

    private string Network => Names?.Of(Mismatch.Backbone) ?? Mismatch.Backbone;

    private string Summary =>
        Mismatch.Matching == Mismatch.Total
            ? T[Mismatch.IsWhole ? "AllLoadWhole" : "AllLoad", Network, Mismatch.Total]
            : T[
                "SomeMatch",
                Network,
                Mismatch.Matching,
                Mismatch.Total,
                Mismatch.MissingCount,
                Mismatch.MismatchedCount,
                Mismatch.UnexpectedCount
            ];

    private IEnumerable<(string Tensor, string What)> Rows =>
        [
            .. Mismatch.Missing.Select(t => (t, T["Missing"].Value)),
            .. Mismatch.Mismatched.Select(t =>
                t.Split(": ", 2) is [var name, var shapes] ? (name, T["OtherShapes", shapes].Value) : (t, T["OtherShape"].Value)
            ),
            .. Mismatch.Unexpected.Select(t => (t, T["UnknownTensor"].Value)),
        ];

    private int Cut =>
        Mismatch.MissingCount
        + Mismatch.MismatchedCount
        + Mismatch.UnexpectedCount
        - Mismatch.Missing.Count
        - Mismatch.Mismatched.Count
        - Mismatch.Unexpected.Count;
}
