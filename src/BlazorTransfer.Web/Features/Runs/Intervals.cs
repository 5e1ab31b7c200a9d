using System.Globalization;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Localization;

namespace BlazorTransfer.Web.Features.Runs;

/// <summary>95 % confidence intervals as people read them, in the language of the page.</summary>
internal static class Intervals
{
    /// <summary>Of an accuracy: <c>74.2 to 86.1 %</c>.</summary>
    public static string Of(AccuracyInterval interval) =>
        Texts<RunTexts>.Get(
            "PercentRange",
            (100 * interval.Low).ToString("F1", CultureInfo.InvariantCulture),
            (100 * interval.High).ToString("F1", CultureInfo.InvariantCulture)
        );

    /// <summary>Of a difference, in percentage points: <c>+1.2 to +6.8</c>.</summary>
    public static string Of(PairedGain gain) =>
        Texts<RunTexts>.Get("PointsRange", PairedGain.Points(gain.Low), PairedGain.Points(gain.High));

    /// <summary>A difference with its interval, in percentage points: <c>+4.0 (+1.2 to +6.8)</c>.</summary>
    public static string WithGain(PairedGain gain) => Texts<RunTexts>.Get("Gain", PairedGain.Points(gain.Difference), Of(gain));
}
