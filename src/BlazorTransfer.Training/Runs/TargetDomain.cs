using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Training.Foundation;

namespace BlazorTransfer.Training.Runs;

/// <summary>
/// The target domain of a run, divided so that its labels cannot help: what a method adapts to has none, whatever the manifest says, and
/// what has them scores the result and nothing else. A method that asks for labels gets those of a few images, which score nothing.
/// </summary>
/// <param name="Adapting">What a method may see: images without labels, but for those that were drawn for it to learn from.</param>
/// <param name="Scored">What scores the result: images with labels, by the names of the run's classes. Empty where none are
/// labelled.</param>
public sealed record TargetDomain(IReadOnlyList<Sample> Adapting, IReadOnlyList<Sample> Scored)
{
    private const int MostNames = 5;

    // Apart from the streams of orders and augmentations.
    private const int LabelStream = 15485863;

    /// <summary>How many of <see cref="Adapting"/> have their labels.</summary>
    public int Labelled => Adapting.Count(s => s.Label is not null);

    /// <param name="spec">What the job says.</param>
    /// <param name="source">The run's own images, to compare with.</param>
    /// <param name="seed">The run's; it draws the images whose labels are learned from.</param>
    /// <param name="method">What adapts to it.</param>
    /// <exception cref="TrainingException">There are no such images, some are in the source too, or classes have other names; the message
    /// says what to do.</exception>
    /// <exception cref="IOException">The manifest cannot be read.</exception>
    public static TargetDomain Load(TargetSpec spec, DatasetManifest source, int seed, TransferMethodSpec method)
    {
        DatasetManifest data = spec.Data.Read();
        if (data.Samples.Count == 0)
            throw TrainingException.BadInput(NoneOf(spec.Data, isTarget: true));
        HashSet<string> own = [.. source.Samples.Where(s => !spec.IsOracle || s.Split == Split.Train).Select(s => s.Sha256)];
        Sample[] scored = [.. data.Samples.Where(s => s.Label is not null && (spec.Transductive || s.Split != Split.Train))];
        int both = (spec.IsOracle ? scored : data.Samples).Count(s => own.Contains(s.Sha256));
        if (both > 0)
            throw TrainingException.BadInput(
                "target.overlaps-source",
                $"{both} images are in the source and in the target. Take another data set as the target, or divide this one by "
                    + $"a tag, such as 'lighting=warm' and 'lighting=cold'."
            );
        string[] unknown =
        [
            .. data.Samples.Select(s => s.Label).OfType<string>().Distinct().Except(source.Classes).Order(StringComparer.Ordinal),
        ];
        if (unknown.Length > 0)
        {
            throw unknown.Length > MostNames
                ? TrainingException.BadInput(
                    "target.many-unknown-classes",
                    $"The target has {unknown.Length} classes that the source does not have, such as {unknown.Take(MostNames)}. "
                        + $"Map them to classes of the source, or leave them out of the score."
                )
                : TrainingException.BadInput(
                    "target.unknown-classes",
                    $"The target has classes that the source does not have: {unknown}. "
                        + $"Map them to classes of the source, or leave them out of the score."
                );
        }

        HashSet<string> drawn = Draw(spec, data, seed);
        return new TargetDomain(
            // Never a label, whoever reads them, but of those that were drawn for a method that asks for them.
            [
                .. data
                    .Samples.Where(s => spec.Transductive || s.Split == Split.Train)
                    .Select(s => method.UsesTargetLabels && drawn.Contains(s.Key) ? s : s with { Label = null }),
            ],
            [.. scored.Where(s => !drawn.Contains(s.Key))]
        );
    }

    /// <summary>Images of each class whose labels are learned from, and which do not score: the same for each method, whatever the order of
    /// the manifest.</summary>
    private static HashSet<string> Draw(TargetSpec spec, DatasetManifest data, int seed)
    {
        if (spec.WhyTooFewLabels(data) is { } wrong)
            throw TrainingException.BadInput(wrong);
        return
        [
            .. spec.Labelled(data)
                .GroupBy(s => s.Label)
                .SelectMany(c =>
                {
                    string[] images = [.. c.Select(s => s.Key).Order(StringComparer.Ordinal)];
                    // Each class anew, so that no other class's images change the draw.
                    new Random(unchecked(seed * 486187739 + LabelStream)).Shuffle(images);
                    return images.Take(spec.LabelledPerClass);
                }),
        ];
    }

    /// <summary>Says that there are no images, and what there is instead.</summary>
    internal static Message NoneOf(DataSpec spec, bool isTarget)
    {
        if (spec.Only is not { } tag)
            return isTarget
                ? Message.Of("target.no-images", $"The target has no images.")
                : Message.Of("data.no-images", $"The data set has no images.");
        DatasetManifest data = DatasetManifest.Load(spec.Manifest);
        string[] values =
        [
            .. data
                .Samples.SelectMany(s => s.Tags)
                .Where(t => t.Key == tag.Name)
                .Select(t => t.Value)
                .Distinct()
                .Order(StringComparer.Ordinal),
        ];
        string[] others = [.. values.Take(MostNames).Select(v => $"{tag.Name}={v}")];
        return (isTarget, values.Length) switch
        {
            (true, 0) => Message.Of("target.no-tag", $"The target has no images with {$"{tag}"}: none has a tag '{tag.Name}'."),
            (true, _) => Message.Of("target.no-value", $"The target has no images with {$"{tag}"}. There are: {others}."),
            (false, 0) => Message.Of("data.no-tag", $"The data set has no images with {$"{tag}"}: none has a tag '{tag.Name}'."),
            (false, _) => Message.Of("data.no-value", $"The data set has no images with {$"{tag}"}. There are: {others}."),
        };
    }
}
