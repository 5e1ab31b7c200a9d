namespace BlazorTransfer.Core.Datasets;

/// <summary>Images of one class, or with one tag, by split.</summary>
public sealed record ClassCount(string Label, int Train, int Validation, int Test)
{
    public int Total => Train + Validation + Test;

    /// <param name="label">What the images are counted under.</param>
    /// <param name="samples">The images.</param>
    public static ClassCount Of(string label, IEnumerable<Sample> samples)
    {
        ILookup<Split, Sample> bySplit = samples.ToLookup(s => s.Split);
        return new ClassCount(label, bySplit[Split.Train].Count(), bySplit[Split.Validation].Count(), bySplit[Split.Test].Count());
    }

    /// <summary>The classes of a data set, in its order; an image with several counts under each.</summary>
    public static IReadOnlyList<ClassCount> Of(DatasetManifest data)
    {
        ILookup<string, Sample> byLabel = data
            .Samples.SelectMany(s => data.ClassTask.LabelsOf(s) ?? [], (sample, label) => (sample, label))
            .ToLookup(x => x.label, x => x.sample, StringComparer.Ordinal);
        return [.. data.Classes.Select(label => Of(label, byLabel[label]))];
    }
}
