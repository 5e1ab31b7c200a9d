using System.Security.Cryptography;
using System.Text;
using BlazorTransfer.Core.Messages;

namespace BlazorTransfer.Core.Datasets;

/// <summary>
/// One turn of a k-fold cross-validation: training and validation images together are dealt into <paramref name="Count"/> parts, of which
/// part <paramref name="Index"/> validates and the others train. Over all turns each image validates once. Test images stay aside.
/// </summary>
/// <param name="Index">From 0.</param>
/// <param name="Count">At least two.</param>
/// <param name="Seed">Another seed deals other parts; the same for all turns.</param>
public sealed record Fold(int Index, int Count, int Seed = 0)
{
    /// <summary>Why it cannot be used, or null where it can.</summary>
    public Message? Check() =>
        Count < 2 || Index < 0 || Index >= Count ? Message.Of("split.no-fold", $"Fold {Index + 1} of {Count} does not exist.") : null;

    /// <summary>
    /// Deals class by class, so that each part has the classes in proportion. What part an image is in depends on the seed and the hashes
    /// alone, not on the order of the list.
    /// </summary>
    /// <remarks>Images with several labels are divided by <see cref="IterativeStratification"/>.</remarks>
    public DatasetManifest Apply(DatasetManifest data)
    {
        if (data.Samples.Any(s => s.Region is not null))
            return data with { Samples = RegionsTogether.Divide(data.Samples, images => Apply(data with { Samples = images }).Samples) };
        Sample[] dealt = [.. data.Samples.Where(s => s.Split != Split.Test)];
        Sample[] divided = [.. dealt.Any(s => s.Labels is not null) ? DealSeveral(dealt) : Deal(dealt)];
        return data with { Samples = [.. divided, .. data.Of(Split.Test)] };
    }

    private IEnumerable<Sample> DealSeveral(IReadOnlyList<Sample> samples)
    {
        Sample[] drawn = [.. samples.OrderBy(s => Draw(s.Key), StringComparer.Ordinal)];
        int[] parts = IterativeStratification.Divide([.. drawn.Select(s => s.Labels ?? [])], [.. Enumerable.Repeat(1.0 / Count, Count)]);
        return drawn.Select((s, i) => s with { Split = parts[i] == Index ? Split.Validation : Split.Train });
    }

    private IEnumerable<Sample> Deal(IReadOnlyList<Sample> samples)
    {
        int dealt = 0;
        return
        [
            .. samples
                .GroupBy(s => s.Label, StringComparer.Ordinal)
                .OrderBy(g => g.Key, StringComparer.Ordinal)
                .SelectMany(g => g.OrderBy(s => Draw(s.Sha256), StringComparer.Ordinal))
                // Dealt on from class to class, so that small classes do not all leave their odd image with the first part.
                .Select(s => s with { Split = dealt++ % Count == Index ? Split.Validation : Split.Train }),
        ];
    }

    private string Draw(string sha256) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"fold:{Seed}:{sha256}")));
}
