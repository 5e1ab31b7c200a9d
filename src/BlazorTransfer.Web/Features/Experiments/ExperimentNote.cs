using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Features.Runs;

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
            yield return new(
                "",
                $"Provisional: {experiment.Finished} of {Format.Count(experiment.Members.Count, "run")} have finished. The result may "
                    + "change."
            );
        else if (experiment.IsProvisional)
            yield return new("", "Provisional: the next round of the search starts in a moment. The result may change.");
        if (!best.IsComplete && best.Open == 0 && experiment.Type != ExperimentType.Search)
            yield return new(
                "warn",
                $"Only {best.Finished.Count()} of {Format.Count(best.Runs.Count, "run")} succeeded. The mean is over those."
            );
        if (experiment.Type == ExperimentType.Adaptation)
            yield break;
        if (gain is not null && experiment.Second is { } second)
            yield return Significance(gain, second, experiment.Type);
        if (experiment.Score.IsAccuracy)
            yield return new("", Optimism(experiment));
        else
            yield return new("", $"Ranked by {experiment.Score.Name}. Target labels were used for scoring only.");
    }

    private static ExperimentNote Significance(PairedGain gain, ConfigurationResult second, ExperimentType type)
    {
        string interval =
            $"{PairedGain.Points(gain.Difference)} points, 95 % CI {PairedGain.Points(gain.Low)} to {PairedGain.Points(gain.High)}";
        return gain.IsGain
            ? new("good", $"Significantly better than {second.Name} ({interval}).")
            : new(
                "warn",
                $"Not significantly better than {second.Name} ({interval})."
                    + (type == ExperimentType.Comparison ? " Prefer the faster one." : "")
            );
    }

    private static string Optimism(Experiment experiment) =>
        (experiment.Configurations.Count > 1, experiment.Best!.Test) switch
        {
            (true, null) =>
                "Optimistic: the best configuration and the best epochs were selected on the same validation images. Use a test split for "
                    + "an unbiased accuracy.",
            (true, _) =>
                "Optimistic: the best configuration and the best epochs were selected on the same validation images. The test accuracy is "
                    + "unbiased.",
            (false, null) =>
                "Slightly optimistic: the best epoch of each run was selected on its validation images. The final epochs were not "
                    + "selected.",
            (false, _) =>
                "Slightly optimistic: the best epoch of each run was selected on its validation images. The test accuracy is unbiased.",
        };
}
