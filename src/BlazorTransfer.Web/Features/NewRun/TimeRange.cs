using System.Globalization;
using BlazorTransfer.Web.Localization;

namespace BlazorTransfer.Web.Features.NewRun;

/// <summary>How long something takes, as a range.</summary>
/// <param name="Low">Where all goes well.</param>
/// <param name="High">Where the machine is busy.</param>
/// <param name="IsGuess">True if nothing was measured on this machine.</param>
internal readonly record struct TimeRange(TimeSpan Low, TimeSpan High, bool IsGuess)
{
    private const double FewestSeconds = 5;

    /// <summary>The spread around seconds that were computed: wide where the speed of the machine is not known.</summary>
    public static TimeRange Around(double seconds, bool isGuess) =>
        isGuess
            ? new TimeRange(TimeSpan.FromSeconds(0.5 * seconds), TimeSpan.FromSeconds(2.5 * seconds), true)
            : new TimeRange(TimeSpan.FromSeconds(0.8 * seconds), TimeSpan.FromSeconds(1.6 * seconds), false);

    public override string ToString() => Texts<NewRunTexts>.Get(IsGuess ? "Time.Guess" : "Time.About", Span);

    private string Span
    {
        get
        {
            (double unit, string name, double step) = High.TotalSeconds switch
            {
                < 90 => (1.0, "Time.Seconds", FewestSeconds),
                < 90 * 60 => (60.0, "Time.Minutes", 1.0),
                _ => (3600.0, "Time.Hours", 0.5),
            };
            double low = Rounded(Low.TotalSeconds / unit, step),
                high = Rounded(High.TotalSeconds / unit, step);
            return Texts<NewRunTexts>.Get(name, low == high ? Shown(high) : $"{Shown(low)}–{Shown(high)}");
        }
    }

    private static double Rounded(double value, double step) => Math.Max(step, Math.Round(value / step) * step);

    private static string Shown(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}
