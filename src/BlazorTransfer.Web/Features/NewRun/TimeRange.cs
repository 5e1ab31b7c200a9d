using System.Globalization;

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

    public override string ToString() => IsGuess ? $"about {Span} on this machine (rough guess)" : $"about {Span} on this machine";

    private string Span
    {
        get
        {
            (double unit, string name, double step) = High.TotalSeconds switch
            {
                < 90 => (1.0, "s", FewestSeconds),
                < 90 * 60 => (60.0, "min", 1.0),
                _ => (3600.0, "h", 0.5),
            };
            double low = Rounded(Low.TotalSeconds / unit, step),
                high = Rounded(High.TotalSeconds / unit, step);
            return low == high ? $"{Shown(high)} {name}" : $"{Shown(low)}–{Shown(high)} {name}";
        }
    }

    private static double Rounded(double value, double step) => Math.Max(step, Math.Round(value / step) * step);

    private static string Shown(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}
