using System.Globalization;

namespace BlazorTransfer.Core.Runs;

/// <summary>
/// How much better one model is than another on the same images, as a difference of accuracies with its 95 % interval: Agresti and Min,
/// "Simple improved confidence intervals for comparing matched proportions" (2005), which adds half an image to each of the four counts.
/// </summary>
/// <param name="Difference">Accuracy of the one less that of the other, −1…1.</param>
/// <param name="Low">Lower end of the interval.</param>
/// <param name="High">Upper end of the interval.</param>
/// <param name="Images">How many images both answered, over all runs.</param>
public sealed record PairedGain(double Difference, double Low, double High, int Images)
{
    private const double Quantile = 1.959964;

    /// <summary>The interval lies above zero.</summary>
    public bool IsGain => Low > 0;

    /// <summary>The interval lies below zero: negative transfer.</summary>
    public bool IsLoss => High < 0;

    /// <summary>A difference of accuracies in percentage points, with its sign.</summary>
    public static string Points(double share) => (100 * share).ToString("+0.0;−0.0;0.0", CultureInfo.InvariantCulture);

    /// <summary>In percentage points with its interval: <c>+4.0 (+1.2 to +6.8)</c>.</summary>
    public string ToPoints() => $"{Points(Difference)} ({Points(Low)} to {Points(High)})";

    /// <summary>Compares answers image by image, over one or more pairs of runs.</summary>
    /// <param name="pairs">Answers of the one and the other, <c>1</c> for a right one, images in the same order. Pairs of unequal length
    /// are left out.</param>
    /// <returns>Null where there is nothing to compare.</returns>
    /// <remarks>Several seeds answer the same images, so that the interval of more than one pair is that of their mean answers: as wide as
    /// for one.</remarks>
    public static PairedGain? Of(IEnumerable<(string One, string Other)> pairs)
    {
        (string One, string Other)[] all = [.. pairs.Where(p => p.One.Length > 0 && p.One.Length == p.Other.Length)];
        if (all.Length == 0)
            return null;
        // The images are the sample, not the seeds: each counts once, with its mean over the seeds.
        int images = all[0].One.Length;
        double gained = 0,
            lost = 0;
        foreach ((string one, string other) in all.Where(p => p.One.Length == images))
        {
            gained += one.Zip(other).Count(a => a is ('1', '0'));
            lost += one.Zip(other).Count(a => a is ('0', '1'));
        }

        int seeds = all.Count(p => p.One.Length == images);
        (gained, lost) = (gained / seeds, lost / seeds);
        double count = images + 2,
            difference = (gained - lost) / count;
        double error = Math.Sqrt(Math.Max(0, gained + lost + 1 - count * difference * difference)) / count;
        return new PairedGain(
            (gained - lost) / images,
            Math.Max(-1, difference - Quantile * error),
            Math.Min(1, difference + Quantile * error),
            images
        );
    }
}
