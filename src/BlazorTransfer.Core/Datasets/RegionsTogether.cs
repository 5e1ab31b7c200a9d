namespace BlazorTransfer.Core.Datasets;

/// <summary>Divides images, not their regions: a region in training would show what another one of the same image asks in
/// validation.</summary>
internal static class RegionsTogether
{
    /// <param name="samples">Images and regions of images.</param>
    /// <param name="divide">Divides whole images; each stands for its regions, with the labels of all of them.</param>
    /// <returns>The samples in the order of what was divided, each with its image's split.</returns>
    public static IReadOnlyList<Sample> Divide(IReadOnlyList<Sample> samples, Func<IReadOnlyList<Sample>, IReadOnlyList<Sample>> divide)
    {
        if (samples.All(s => s.Region is null))
            return divide(samples);
        ILookup<string, Sample> byImage = samples.ToLookup(s => s.Sha256, StringComparer.Ordinal);
        return
        [
            .. divide([.. byImage.Select(WholeImage)])
                .SelectMany(image => byImage[image.Sha256].Select(s => s with { Split = image.Split })),
        ];
    }

    private static Sample WholeImage(IEnumerable<Sample> regions)
    {
        Sample[] all = [.. regions];
        return all[0] with
        {
            Region = null,
            Label = null,
            Labels = [.. all.SelectMany(s => s.Labels ?? (s.Label is { } label ? [label] : [])).Distinct().Order(StringComparer.Ordinal)],
        };
    }
}
