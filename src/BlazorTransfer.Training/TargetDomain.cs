using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;

namespace BlazorTransfer.Training;

/// <summary>
/// The target domain of a run, divided so that its labels cannot help: what a method adapts to has none, whatever the manifest says, and
/// what has them scores the result and nothing else.
/// </summary>
/// <param name="Adapting">What a method may see: images without labels.</param>
/// <param name="Scored">What scores the result: images with labels, by the names of the run's classes. Empty where none are labelled.</param>
public sealed record TargetDomain(IReadOnlyList<Sample> Adapting, IReadOnlyList<Sample> Scored)
{
    private const int MostNames = 5;

    /// <param name="spec">What the job says.</param>
    /// <param name="source">The run's own images, to compare with.</param>
    /// <exception cref="TrainingException">There are no such images, some are in the source too, or classes have other names; the message says what to do.</exception>
    /// <exception cref="IOException">The manifest cannot be read.</exception>
    public static TargetDomain Load(TargetSpec spec, DatasetManifest source)
    {
        DatasetManifest data = spec.Data.Read();
        if (data.Samples.Count == 0) throw TrainingException.BadInput($"The target has no images{NoneOf(spec.Data)}");
        HashSet<string> own = [.. source.Samples.Where(s => !spec.IsOracle || s.Split == Split.Train).Select(s => s.Sha256)];
        Sample[] scored = [.. data.Samples.Where(s => s.Label is not null && (spec.Transductive || s.Split != Split.Train))];
        int both = (spec.IsOracle ? scored : data.Samples).Count(s => own.Contains(s.Sha256));
        if (both > 0)
            throw TrainingException.BadInput($"{both} images are in the source and in the target. Take another data set as the target, or divide this one by a tag, such as 'lighting=warm' and 'lighting=cold'.");
        string[] unknown = [.. data.Samples.Select(s => s.Label).OfType<string>().Distinct().Except(source.Classes).Order(StringComparer.Ordinal)];
        if (unknown.Length > 0)
        {
            throw TrainingException.BadInput($"The target has classes that the source does not: {string.Join(", ", unknown.Take(MostNames))}{(unknown.Length > MostNames ? ", …" : "")}. "
                + "Say which classes of the source they are, or that they are not scored.");
        }

        return new TargetDomain(
            // Never a label, whoever reads them.
            [.. data.Samples.Where(s => spec.Transductive || s.Split == Split.Train).Select(s => s with { Label = null })],
            scored);
    }

    /// <summary>Ends a sentence about images of which there are none, with what there is instead.</summary>
    internal static string NoneOf(DataSpec spec)
    {
        if (spec.Only is not { } tag) return ".";
        DatasetManifest data = DatasetManifest.Load(spec.Manifest);
        string[] values = [.. data.Samples.SelectMany(s => s.Tags).Where(t => t.Key == tag.Name).Select(t => t.Value).Distinct().Order(StringComparer.Ordinal)];
        return values.Length == 0
            ? $" with {tag}: none has a tag '{tag.Name}'."
            : $" with {tag}. There are: {string.Join(", ", values.Take(MostNames).Select(v => $"{tag.Name}={v}"))}.";
    }
}
