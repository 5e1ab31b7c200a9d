using System.Globalization;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Web.Components;

namespace BlazorTransfer.Web.Features.Runs;

/// <summary>
/// The score by which the configurations of an experiment are ranked: validation accuracy of the best epoch, which is the accuracy of the
/// model that the run offers. Where the runs keep their best epoch by a label-free score of the target, that score: validation images of
/// the source say little of the target.
/// </summary>
/// <param name="Name">For tables.</param>
/// <param name="Short">For an axis of a chart, with the direction that is good.</param>
/// <param name="Value">Its value for a run; null while there is none.</param>
/// <param name="LowIsGood">Whether the lowest is the best.</param>
/// <param name="Show">A value with its unit.</param>
internal sealed record TrialScore(string Name, string Short, Func<Run, double?> Value, bool LowIsGood, Func<double?, string> Show)
{
    private static readonly TrialScore Validation = new("Accuracy", "Accuracy ↑", r => r.BestTop1, LowIsGood: false, Format.Percent);

    /// <summary>Whether it is the validation accuracy.</summary>
    public bool IsAccuracy => this == Validation;

    /// <summary>A value that is higher the better the run is; null while there is none.</summary>
    public double? Rank(Run run) => LowIsGood ? -Value(run) : Value(run);

    /// <param name="trial">Any of the search: they share it.</param>
    public static TrialScore Of(Run trial) =>
        trial.Job.Parameters.TryGetValue(ParameterNames.BestOf, out ParameterValue chosen)
            ? chosen.ToString() switch
            {
                "information-maximisation" => new(
                    "Information maximisation, target",
                    "IM ↑",
                    r => r.LabelFree?.Information,
                    LowIsGood: false,
                    v => Shown(v, " nats")
                ),
                "snd" => new(
                    "Soft neighbourhood density, target",
                    "SND ↑",
                    r => r.LabelFree?.Density,
                    LowIsGood: false,
                    v => Shown(v, " nats")
                ),
                "dev" => new("Deep embedded validation, target", "DEV ↓", r => r.LabelFree?.Risk, LowIsGood: true, v => Shown(v, "")),
                _ => Validation,
            }
            : Validation;

    private static string Shown(double? value, string unit) =>
        value is null ? "–" : value.Value.ToString("0.000;−0.000", CultureInfo.InvariantCulture) + unit;
}
