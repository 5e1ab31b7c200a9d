using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Web.Features.Runs;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.Experiments;

/// <summary>The configurations of an experiment, the best first; where it has one configuration only, its folds or seeds.</summary>
public sealed partial class ConfigurationTable
{
    [Parameter, EditorRequired]
    public string ProjectId { get; set; } = "";

    /// <summary>The settings that differ between the trials of a search; empty for others.</summary>
    [Parameter]
    public IReadOnlyList<ParameterSpec> Settings { get; set; } = [];

    [CascadingParameter]
    private Experiment Experiment { get; set; } = null!;

    private SearchPlan? Plan => Experiment.Search;

    private bool IsOne => Experiment.Configurations.Count == 1;

    private bool HasTest => Experiment.Members.Any(r => r.TestTop1 is not null);

    private bool HasTarget => Experiment.Members.Any(r => r.TargetTop1 is not null);

    /// <summary>What the rows are, as the keys of their texts say it.</summary>
    private string Kind =>
        Plan is not null ? "Trials"
        : !IsOne ? "Configurations"
        : Experiment.Folds > 0 ? "Folds"
        : "Seeds";

    private IReadOnlyList<ConfigurationResult> Rows =>
        IsOne
            ?
            [
                .. Experiment
                    .Members.Select(r => new ConfigurationResult([r], Experiment.Score))
                    .OrderByDescending(c => c.Rank ?? double.NegativeInfinity)
                    .ThenBy(c => c.Runs[0].Submission.Number),
            ]
            : Experiment.Configurations;

    /// <summary>The best run of each row that has one, as many as can be compared.</summary>
    private IReadOnlyList<string> Comparable => [.. Rows.Select(c => c.Best?.Id).OfType<string>().Take(ComparePage.Most)];

    private string Help =>
        !Experiment.Score.IsAccuracy ? T["Help.LabelFree", Experiment.Score.Name]
        : IsOne ? T["Help.One"]
        : Experiment.Members.Any(r => r.Submission.Round > 0) ? T["Help.Rounds"]
        : T["Help.Several"];

    private string NameOf(ConfigurationResult row) =>
        !IsOne ? row.Name
        : row.Runs[0].Job.Fold is { } fold ? T["FoldNumber", fold.Index + 1]
        : T["SeedNumber", row.Runs[0].Job.Seed];

    private bool IsBest(ConfigurationResult row) => row == Experiment.Best;

    private string ScoreOf(ConfigurationResult row) =>
        Experiment.Score.IsAccuracy ? row.Accuracy?.ToString() ?? "–" : Experiment.Score.Show(row.Mean);
}
