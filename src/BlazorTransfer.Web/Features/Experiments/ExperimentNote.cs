using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Localization;

namespace BlazorTransfer.Web.Features.Experiments;

/// <summary>A sentence about how far the result of an experiment can be trusted.</summary>
/// <param name="Tone">Class of the note; empty for a neutral one.</param>
/// <param name="Text">The sentence.</param>
internal sealed record ExperimentNote(string Tone, string Text)
{
    /// <summary>What to know about the result, the most important first.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="gain">Of the best configuration over the second, image by image; null where their answers are not recorded or there is
    /// no second.</param>
    public static IEnumerable<ExperimentNote> Of(Experiment experiment, PairedGain? gain)
    {
        if (experiment.Best is not { } best)
            yield break;
        if (experiment.Open > 0)
            yield return new("", Texts<ExperimentTexts>.Count("Note.Provisional", experiment.Members.Count, experiment.Finished));
        else if (experiment.IsProvisional)
            yield return new("", Texts<ExperimentTexts>.Get("Note.NextRound"));
        if (!best.IsComplete && best.Open == 0 && experiment.Type != ExperimentType.Search)
            yield return new("warn", Texts<ExperimentTexts>.Get("Note.SomeFailed", best.Finished.Count(), best.Runs.Count));
        if (experiment.Type == ExperimentType.Adaptation)
            yield break;
        if (gain is not null && experiment.Second is { } second)
            yield return Significance(gain, second, experiment.Type);
        if (experiment.Score.IsAccuracy)
            yield return new("", Optimism(experiment));
        else
            yield return new("", Texts<ExperimentTexts>.Get("Note.RankedBy", experiment.Score.Name));
    }

    private static ExperimentNote Significance(PairedGain gain, ConfigurationResult second, ExperimentType type)
    {
        string key =
            gain.IsGain ? "Note.Better"
            : type == ExperimentType.Comparison ? "Note.NotBetterFaster"
            : "Note.NotBetter";
        return new ExperimentNote(
            gain.IsGain ? "good" : "warn",
            Texts<ExperimentTexts>.Get(key, second.Name, PairedGain.Points(gain.Difference), Intervals.Of(gain))
        );
    }

    private static string Optimism(Experiment experiment) =>
        Texts<ExperimentTexts>.Get(
            (experiment.Configurations.Count > 1, experiment.Best!.Test) switch
            {
                (true, null) => "Note.OptimisticSelection",
                (true, _) => "Note.OptimisticSelectionTest",
                (false, null) => "Note.OptimisticEpoch",
                (false, _) => "Note.OptimisticEpochTest",
            }
        );
}
