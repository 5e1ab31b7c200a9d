using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Components.Shared;
using BlazorTransfer.Web.Features.Runs;
using Microsoft.AspNetCore.Components;
using MudBlazor;
using ParameterValue = BlazorTransfer.Core.Catalog.ParameterValue;

namespace BlazorTransfer.Web.Features.NewRun;

/// <summary>One run, several seeds, a cross-validation or a search, with the settings of each.</summary>
public sealed partial class ExperimentFields
{
    private const InputMode NumberKeys = InputMode.@decimal;

    private static readonly Choice<ExperimentKind>[] Kinds =
    [
        new(ExperimentKind.Single, "One run", "The fastest result."),
        new(ExperimentKind.Seeds, "Several seeds", "The same settings with different seeds. Shows how much results vary."),
        new(ExperimentKind.Folds, "Cross-validation", "Each image validates once. A better estimate with few images."),
        new(ExperimentKind.Search, "Search", "Tries different settings and shows which ones matter."),
    ];

    [Parameter, EditorRequired]
    public ExperimentForm Experiment { get; set; } = null!;

    /// <summary>The method's settings.</summary>
    [Parameter, EditorRequired]
    public IReadOnlyList<ParameterSpec> Specs { get; set; } = [];

    /// <summary>Value of a setting in the form.</summary>
    [Parameter, EditorRequired]
    public Func<ParameterSpec, ParameterValue> ValueOf { get; set; } = null!;

    /// <summary>A choice was changed.</summary>
    [Parameter]
    public EventCallback Changed { get; set; }

    private string Cost
    {
        get
        {
            // A method that fits at once has no epochs.
            if (Specs.FirstOrDefault(s => s.Name == ParameterNames.Epochs) is not { } spec)
                return $"{Format.Count(Experiment.Trials, "trial")}. The best one is selected on validation data, so its "
                    + "accuracy is optimistic. A test split gives an honest figure.";
            int epochs = (int)(ValueOf(spec).AsNumber ?? 0);
            SearchPlan plan = Experiment.Plan(Specs, epochs);
            string rounds =
                plan.Rounds == 1
                    ? ""
                    : $" in {plan.Rounds} rounds of {string.Join(", ", Enumerable.Range(0, plan.Rounds).Select(plan.EpochsOf))} epochs";
            return $"{Format.Count(plan.Trials, "trial")}{rounds}: {plan.TotalEpochs:N0} epochs in all, where one run has {epochs:N0}. "
                + "The best trial is selected on validation data, so its accuracy is optimistic. A test split gives an honest figure.";
        }
    }

    private static string Unit(SearchedSetting setting) => setting.Spec.Unit is { } unit ? $" ({unit})" : "";

    private static void Leave(SearchedSetting setting, string value, bool leftOut)
    {
        if (leftOut)
            setting.LeftOut.Add(value);
        else
            setting.LeftOut.Remove(value);
    }

    private Task ChooseAsync(ExperimentKind kind) =>
        SetAsync(() =>
        {
            Experiment.Kind = kind;
            if (
                kind == ExperimentKind.Search
                && Experiment.Searched(Specs).Count == 0
                // The setting that is searched most often.
                && Specs.FirstOrDefault(s => s.Name == ParameterNames.LearningRate) is { } rate
            )
                Experiment.Add(rate, ValueOf(rate));
        });

    private Task AddAsync(string name) =>
        SetAsync(() =>
        {
            if (Specs.FirstOrDefault(s => s.Name == name) is not { } spec)
                return;
            Experiment.Add(spec, ValueOf(spec));
        });

    private async Task SetAsync(Action change)
    {
        change();
        await Changed.InvokeAsync();
    }
}
