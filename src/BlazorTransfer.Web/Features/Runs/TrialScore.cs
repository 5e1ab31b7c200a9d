using System.Globalization;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Localization;

namespace BlazorTransfer.Web.Features.Runs;

/// <summary>
/// The score by which the configurations of an experiment are ranked: validation accuracy of the best epoch, which is the accuracy of the
/// model that the run offers. Where the runs keep their best epoch by a label-free score of the target, that score: validation images of
/// the source say little of the target.
/// </summary>
/// <param name="Key">Of its name in the resource file.</param>
/// <param name="Abbreviation">For an axis of a chart, with the direction that is good; null for the accuracy.</param>
/// <param name="Value">Its value for a run; null while there is none.</param>
/// <param name="LowIsGood">Whether the lowest is the best.</param>
/// <param name="Show">A value with its unit.</param>
internal sealed record TrialScore(string Key, string? Abbreviation, Func<Run, double?> Value, bool LowIsGood, Func<double?, string> Show)
{
    private static readonly TrialScore Validation = new("Accuracy", null, r => r.BestTop1, LowIsGood: false, Format.Percent);
    private static readonly TrialScore ValidationMap = new("Map", null, r => r.BestTop1, LowIsGood: false, Format.Percent);

    /// <summary>For tables.</summary>
    public string Name => Texts<RunTexts>.Get(Key);

    /// <summary>For an axis of a chart, with the direction that is good.</summary>
    public string Short => Abbreviation ?? (this == ValidationMap ? Name : Texts<RunTexts>.Get("Score.Accuracy"));

    /// <summary>Whether it is the validation accuracy, or mAP where an image may have several labels.</summary>
    public bool IsAccuracy => this == Validation || this == ValidationMap;

    /// <summary>A value that is higher the better the run is; null while there is none.</summary>
    public double? Rank(Run run) => LowIsGood ? -Value(run) : Value(run);

    /// <param name="trial">Any of the search: they share it.</param>
    public static TrialScore Of(Run trial) =>
        trial.Job.Parameters.TryGetValue(ParameterNames.BestOf, out ParameterValue chosen)
            ? chosen.ToString() switch
            {
                "information-maximisation" => new(
                    "Score.Information",
                    "IM ↑",
                    r => r.LabelFree?.Information,
                    LowIsGood: false,
                    v => Shown(v, " nats")
                ),
                "snd" => new("Score.Density", "SND ↑", r => r.LabelFree?.Density, LowIsGood: false, v => Shown(v, " nats")),
                "dev" => new("Score.Risk", "DEV ↓", r => r.LabelFree?.Risk, LowIsGood: true, v => Shown(v, "")),
                _ => MainOf(trial),
            }
            : MainOf(trial);

    private static TrialScore MainOf(Run trial) => trial.Kind == LabelKind.MultiLabel ? ValidationMap : Validation;

    private static string Shown(double? value, string unit) =>
        value is null ? "–" : value.Value.ToString("0.000;−0.000", CultureInfo.InvariantCulture) + unit;
}
