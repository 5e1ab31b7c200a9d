using BlazorTransfer.Web.Components;

namespace BlazorTransfer.Web.Features.Runs;

/// <summary>What an experiment is, in words for lists and headings.</summary>
internal static class ExperimentWords
{
    /// <summary>What it consists of, such as <c>Cross-validation, 5 folds</c>.</summary>
    public static string Extent(Experiment experiment) =>
        experiment.Type switch
        {
            ExperimentType.Search => $"Hyper-parameter search, {Format.Count(experiment.Configurations.Count, "trial")}",
            ExperimentType.Adaptation => $"Domain adaptation with baselines, {Format.Count(experiment.Members.Count, "run")}",
            ExperimentType.Comparison => $"{Format.Count(experiment.Configurations.Count, "configuration")}, {Each(experiment)}",
            ExperimentType.CrossValidation => $"Cross-validation, {Format.Count(experiment.Members.Count, "fold")}",
            ExperimentType.Repeats => $"Repeats, {Format.Count(experiment.Members.Count, "seed")}",
            _ => throw new InvalidOperationException($"No words for {experiment.Type}."),
        };

    /// <summary>What its figure in a list is, such as <c>mean of 5 folds</c>.</summary>
    public static string FigureNote(Experiment experiment)
    {
        ConfigurationResult best = experiment.Best!;
        string note = experiment.Type switch
        {
            ExperimentType.Search => $"best of {Format.Count(experiment.Configurations.Count, "trial")}",
            ExperimentType.Adaptation => "target",
            ExperimentType.Comparison => $"best of {experiment.Configurations.Count}",
            ExperimentType.CrossValidation or ExperimentType.Repeats => $"mean of {MeanOver(best)}",
            _ => throw new InvalidOperationException($"No words for {experiment.Type}."),
        };
        return experiment.IsProvisional ? $"{note}, provisional" : note;
    }

    /// <summary>What the mean of a configuration is over, such as <c>5 folds</c>.</summary>
    public static string MeanOver(ConfigurationResult configuration) =>
        Format.Count(configuration.Finished.Count(), configuration.Runs[0].Job.Fold is null ? "seed" : "fold");

    private static string Each(Experiment experiment) =>
        experiment.Folds > 0
            ? $"{Format.Count(experiment.Folds, "fold")} each"
            : $"{Format.Count(experiment.Configurations.Max(c => c.Runs.Count), "seed")} each";
}
