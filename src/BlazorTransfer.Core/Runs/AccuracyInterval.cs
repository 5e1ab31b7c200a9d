using System.Globalization;

namespace BlazorTransfer.Core.Runs;

/// <summary>
/// Where the accuracy on all such images may lie, given that on some of them: the 95 % score interval of Wilson, "Probable inference, the
/// law
/// of succession, and statistical inference" (1927), <c>(p + z²/2n ± z √(p(1 − p)/n + z²/4n²)) / (1 + z²/n)</c>, which stays within 0…1 and
/// is
/// fair also to few images.
/// </summary>
/// <param name="Low">Lower end, 0…1.</param>
/// <param name="High">Upper end, 0…1.</param>
public readonly record struct AccuracyInterval(double Low, double High)
{
    private const double Quantile = 1.959964;

    /// <param name="accuracy">Share of the images that were right, 0…1.</param>
    /// <param name="images">How many images were asked about.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no images, or there is no such share.</exception>
    public static AccuracyInterval Of(double accuracy, int images)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(images, 1);
        if (accuracy is not (>= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(accuracy), accuracy, "A share is between 0 and 1.");
        double square = Quantile * Quantile / images,
            middle = accuracy + square / 2;
        double half = Quantile * Math.Sqrt((accuracy * (1 - accuracy) + square / 4) / images);
        return new AccuracyInterval(Math.Max(0, (middle - half) / (1 + square)), Math.Min(1, (middle + half) / (1 + square)));
    }

    /// <summary>In percent: <c>77.0 to 92.2 %</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{100 * Low:F1} to {100 * High:F1} %");
}
