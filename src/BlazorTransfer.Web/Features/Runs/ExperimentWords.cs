using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Localization;

namespace BlazorTransfer.Web.Features.Runs;

/// <summary>What an experiment is, in words for lists and headings.</summary>
internal static class ExperimentWords
{
    /// <summary>What it consists of, such as <c>Cross-validation, 5 folds</c>.</summary>
    public static string Extent(Experiment experiment) =>
        experiment.Type switch
        {
            ExperimentType.Search => Texts<RunTexts>.Get("Extent.Search", Trials(experiment)),
            ExperimentType.Adaptation => Texts<RunTexts>.Get("Extent.Adaptation", Counted.Runs(experiment.Members.Count)),
            ExperimentType.Comparison => Texts<RunTexts>.Get("Extent.Comparison", Configurations(experiment), Each(experiment)),
            ExperimentType.CrossValidation => Texts<RunTexts>.Get(
                "Extent.CrossValidation",
                Texts<RunTexts>.Count("Count.Fold", experiment.Members.Count)
            ),
            ExperimentType.Repeats => Texts<RunTexts>.Get("Extent.Repeats", Texts<RunTexts>.Count("Count.Seed", experiment.Members.Count)),
            _ => throw new InvalidOperationException($"No words for {experiment.Type}."),
        };

    /// <summary>What its figure in a list is, such as <c>mean of 5 folds</c>.</summary>
    public static string FigureNote(Experiment experiment)
    {
        ConfigurationResult best = experiment.Best!;
        string note = experiment.Type switch
        {
            ExperimentType.Search => Texts<RunTexts>.Get("BestOf", Trials(experiment)),
            ExperimentType.Adaptation => Texts<RunTexts>.Get("Target"),
            ExperimentType.Comparison => Texts<RunTexts>.Get("BestOf", Configurations(experiment)),
            ExperimentType.CrossValidation or ExperimentType.Repeats => Texts<RunTexts>.Get("MeanOf", MeanOver(best)),
            _ => throw new InvalidOperationException($"No words for {experiment.Type}."),
        };
        return experiment.IsProvisional ? Texts<RunTexts>.Get("Provisional", note) : note;
    }

    /// <summary>What the mean of a configuration is over, such as <c>5 folds</c>.</summary>
    public static string MeanOver(ConfigurationResult configuration) =>
        Texts<RunTexts>.Count(configuration.Runs[0].Job.Fold is null ? "Count.Seed" : "Count.Fold", configuration.Finished.Count());

    private static string Each(Experiment experiment) =>
        experiment.Folds > 0
            ? Texts<RunTexts>.Count("Count.Fold", experiment.Folds)
            : Texts<RunTexts>.Count("Count.Seed", experiment.Configurations.Max(c => c.Runs.Count));

    private static string Trials(Experiment experiment) => Texts<RunTexts>.Count("Count.Trial", experiment.Configurations.Count);

    private static string Configurations(Experiment experiment) =>
        Texts<RunTexts>.Count("Count.Configuration", experiment.Configurations.Count);
}
