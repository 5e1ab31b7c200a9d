using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Text;

namespace BlazorTransfer.Core.Tuning;

/// <summary>
/// What a learning-rate range test advises: the rate at which the smoothed loss falls fastest, but at most a tenth of the one at which it
/// is lowest
/// (Smith, "Cyclical Learning Rates for Training Neural Networks", 2017, section 3.3, and the two rules that fastai and PyTorch Lightning
/// made
/// of it). The first is the better measure and the second the safer one, since the fall goes on for a while after rates have become too
/// large.
/// </summary>
/// <param name="Rate">To two digits; null where none can be advised.</param>
/// <param name="Steepest">Where the smoothed loss falls fastest over the logarithm of the rate; null with <paramref name="Rate"/>.</param>
/// <param name="Lowest">Where it is lowest, and behind which it rises; null with <paramref name="Rate"/>.</param>
/// <param name="Reason">Why this rate, or why none, in words.</param>
public sealed record LearningRateSuggestion(double? Rate, double? Steepest, double? Lowest, Message Reason)
{
    /// <summary>Steps at the start whose average is over too few batches to mean much; their loss is where the fall begins.</summary>
    public const int FirstSteps = 10;

    // A fall that is less than this share of the loss may be the difference between batches.
    private const double LeastFall = 0.1;

    // The slope is taken over so many steps to either side, as that between neighbours is mostly noise.
    private const int Reach = 3;

    /// <param name="points">In order of the rate, which grows by the same factor each step.</param>
    public static LearningRateSuggestion Of(IReadOnlyList<LearningRatePoint> points)
    {
        LearningRatePoint[] counted = [.. points.Where(p => double.IsFinite(p.Smoothed)).Skip(FirstSteps - 1)];
        if (counted.Length <= 2 * Reach)
            return None(
                Message.Of(
                    "tuning.no-number",
                    $"The loss was no number after a few steps, at rates far too small to do that: look at the images and the weights."
                )
            );
        int lowest = Enumerable.Range(0, counted.Length).MinBy(i => counted[i].Smoothed);
        double start = counted[0].Smoothed,
            fall = start - counted[lowest].Smoothed;
        if (fall < LeastFall * Math.Abs(start))
        {
            return None(
                Message.Of(
                    "tuning.no-fall",
                    $"The loss never fell by more than chance, from {start:G3} to {counted[lowest].Smoothed:G3} at best. "
                        + $"Either nothing is left to learn from these images, or the network cannot learn them with these settings."
                )
            );
        }

        double Slope(int i) => counted[Math.Min(i + Reach, lowest)].Smoothed - counted[Math.Max(i - Reach, 0)].Smoothed;
        int steepest = Enumerable.Range(0, lowest + 1).MinBy(Slope);
        (double fastest, double best) = (counted[steepest].Rate, counted[lowest].Rate);
        Message rise =
            lowest == counted.Length - 1
                ? Message.Of("tuning.lowest-at-end", $"is lowest at {best:G2}, where the test ends")
                : Message.Of("tuning.rises", $"begins to rise at {best:G2}");
        return fastest <= best / 10
            ? new LearningRateSuggestion(
                TwoDigits(fastest),
                fastest,
                best,
                Message.Of("tuning.falls-here", $"The loss falls fastest here, and {rise}.")
            )
            : new LearningRateSuggestion(
                TwoDigits(best / 10),
                fastest,
                best,
                Message.Of("tuning.tenth", $"The loss falls fastest at {fastest:G2} and {rise}: this is a tenth of that, to be safe.")
            );
    }

    private static LearningRateSuggestion None(Message reason) => new(null, null, null, reason);

    /// <summary>The rate to two digits: more would claim more than such a test tells.</summary>
    internal static double TwoDigits(double rate) => NumberText.Round(rate, 2);
}
