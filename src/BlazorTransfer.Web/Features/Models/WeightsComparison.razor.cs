using BlazorTransfer.Core.Models;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.Models;

/// <summary>Which tensors of a file are missing, unknown or of another shape, in a table that scrolls.</summary>
public sealed partial class WeightsComparison
{
    [Parameter, EditorRequired]
    public WeightsMismatch Mismatch { get; set; } = null!;

    private string Summary =>
        Mismatch.Matching == Mismatch.Total
            ? $"{Mismatch.Backbone}: all {Mismatch.Total} tensors of the trunk load"
                + (
                    Mismatch.IsWhole
                        ? ", and nothing is left over. The head is made anew for a run's classes."
                        : "; of the rest, these differ."
                )
            : $"{Mismatch.Backbone}: {Mismatch.Matching} of the {Mismatch.Total} tensors of the trunk match. {Parts}";

    private string Parts =>
        string.Join(
            ", ",
            new[]
            {
                (Mismatch.MissingCount, "missing"),
                (Mismatch.MismatchedCount, "of another shape"),
                (Mismatch.UnexpectedCount, "unknown to it"),
            }
                .Where(p => p.Item1 > 0)
                .Select(p => $"{p.Item1:N0} {p.Item2}")
        ) + ".";

    private IEnumerable<(string Tensor, string What)> Rows =>
        [
            .. Mismatch.Missing.Select(t => (t, "missing in the file")),
            .. Mismatch.Mismatched.Select(t =>
                t.Split(": ", 2) is [var name, var shapes] ? (name, $"another shape: {shapes}") : (t, "another shape")
            ),
            .. Mismatch.Unexpected.Select(t => (t, "unknown to the network, left out")),
        ];

    private int Cut =>
        Mismatch.MissingCount
        + Mismatch.MismatchedCount
        + Mismatch.UnexpectedCount
        - Mismatch.Missing.Count
        - Mismatch.Mismatched.Count
        - Mismatch.Unexpected.Count;
}
