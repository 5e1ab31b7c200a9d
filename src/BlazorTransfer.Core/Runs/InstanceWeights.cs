using System.Text.Json;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;

namespace BlazorTransfer.Core.Runs;

/// <summary>
/// How a method weighed the source's training images, as multiples of their mean weight: 1 counts as it would without weighing. A file
/// among
/// the run's artifacts.
/// </summary>
/// <param name="Images">How many were weighed.</param>
/// <param name="EffectiveSampleSize">(Σw)² / Σw²: how many images that all count alike tell as much (Kish, "Survey Sampling",
/// 1965).</param>
/// <param name="DroppedShare">Share of the images with less than a tenth of the mean weight, 0…1.</param>
/// <param name="Histogram">Images by weight, the light ones first.</param>
/// <param name="Heaviest">Those that count most, the heaviest first.</param>
/// <param name="Lightest">Those that count least, the lightest first; none of <paramref name="Heaviest"/>.</param>
public sealed record InstanceWeights(
    int Images,
    double EffectiveSampleSize,
    double DroppedShare,
    IReadOnlyList<WeightBin> Histogram,
    IReadOnlyList<WeightedImage> Heaviest,
    IReadOnlyList<WeightedImage> Lightest
)
{
    /// <summary>Most images of either end.</summary>
    public const int MostShown = 24;

    private const double Dropped = 0.1;

    // Weights are ratios: one that is doubled is as far from one as one that is halved.
    private static readonly double[] Bounds = [0, Dropped, 0.25, 0.5, 1, 2, 4, 8];

    /// <param name="samples">The images.</param>
    /// <param name="weights">Of each of them, on any scale, not negative.</param>
    public static InstanceWeights Of(IReadOnlyList<Sample> samples, IReadOnlyList<double> weights)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(weights.Count, samples.Count);
        double sum = weights.Sum(),
            squares = weights.Sum(w => w * w);
        // Where nothing counts, nothing is a multiple of the mean.
        double scale = sum > 0 ? weights.Count / sum : 1;
        // A file of many digits says no more. Images of one weight have an order too, the same each time.
        WeightedImage[] ordered =
        [
            .. samples
                .Zip(weights, (s, w) => new WeightedImage(s.Sha256, s.Label ?? "", Math.Round(w * scale, 4)))
                .OrderByDescending(i => i.Weight)
                .ThenBy(i => i.Sha256, StringComparer.Ordinal),
        ];
        int heaviest = Math.Min(MostShown, (ordered.Length + 1) / 2),
            lightest = Math.Min(MostShown, ordered.Length - heaviest);
        WeightBin[] histogram =
        [
            .. Bounds
                .Select((from, i) => (From: from, To: i + 1 < Bounds.Length ? Bounds[i + 1] : (double?)null))
                .Select(b => new WeightBin(b.From, b.To, ordered.Count(w => w.Weight >= b.From && !(w.Weight >= b.To)))),
        ];
        return new InstanceWeights(
            ordered.Length,
            squares > 0 ? sum * sum / squares : 0,
            ordered.Length > 0 ? ordered.Count(w => w.Weight < Dropped) / (double)ordered.Length : 0,
            histogram,
            ordered[..heaviest],
            [.. ordered[^lightest..].Reverse()]
        );
    }

    public void Save(string path) => AtomicFile.WriteAllText(path, JsonSerializer.Serialize(this, ProtocolJson.Line));

    /// <inheritdoc cref="ProtocolJson.TryRead" path="/returns"/>
    public static InstanceWeights? TryLoad(string path) => ProtocolJson.TryRead<InstanceWeights>(path);
}

/// <param name="From">Smallest weight.</param>
/// <param name="To">The weight that none of them reaches; null where there is no limit.</param>
/// <param name="Images">How many weigh so much.</param>
public sealed record WeightBin(double From, double? To, int Images);

/// <param name="Sha256">The image's identity.</param>
/// <param name="Label">Its class.</param>
/// <param name="Weight">How often it counts, where the mean is 1.</param>
public sealed record WeightedImage(string Sha256, string Label, double Weight);
