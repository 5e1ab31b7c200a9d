namespace BlazorTransfer.Core.Datasets;

/// <summary>The samples of one image, which no split divides: regions of it in training would show what validation asks.</summary>
/// <param name="Sha256">The image.</param>
/// <param name="Samples">The image itself, or its regions.</param>
internal sealed record SplitUnit(string Sha256, IReadOnlyList<Sample> Samples)
{
    /// <summary>
    /// Images by their rarest class, in the order of the names. Divided group by group, each split has about its share of every class, also
    /// where images have several: the idea of iterative stratification (Sechidis et al., 2011), with one pass.
    /// </summary>
    public static IEnumerable<IReadOnlyList<SplitUnit>> ByRarestClass(IEnumerable<Sample> samples)
    {
        SplitUnit[] units =
        [
            .. samples.GroupBy(s => s.Sha256, StringComparer.Ordinal).Select(image => new SplitUnit(image.Key, [.. image])),
        ];
        Dictionary<string, int> images = units
            .SelectMany(u => u.Labels)
            .GroupBy(l => l, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);
        return units
            .GroupBy(u => u.Labels.OrderBy(l => images[l]).ThenBy(l => l, StringComparer.Ordinal).FirstOrDefault(), StringComparer.Ordinal)
            .OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => g.ToArray());
    }

    private IEnumerable<string> Labels =>
        Samples.SelectMany(s => s.Labels ?? (s.Label is { } label ? [label] : [])).Distinct(StringComparer.Ordinal);
}
