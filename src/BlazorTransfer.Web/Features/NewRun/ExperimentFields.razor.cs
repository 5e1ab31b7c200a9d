using BlazorTransfer.Core.Catalog;
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

    private IReadOnlyList<Choice<ExperimentKind>> Kinds =>
        [.. Enum.GetValues<ExperimentKind>().Select(k => new Choice<ExperimentKind>(k, T[$"Kind.{k}"], T[$"Kind.{k}.Help"]))];

    private string Cost
    {
        get
        {
            // A method that fits at once has no epochs.
            if (Specs.FirstOrDefault(s => s.Name == ParameterNames.Epochs) is not { } spec)
                return T["Cost.NoEpochs", Experiment.Trials];
            int epochs = (int)(ValueOf(spec).AsNumber ?? 0);
            SearchPlan plan = Experiment.Plan(Specs, epochs);
            if (plan.Rounds == 1)
                return T["Cost.OneRound", plan.Trials, plan.TotalEpochs, epochs];
            string ofRounds = string.Join(T["ListSeparator"], Enumerable.Range(0, plan.Rounds).Select(plan.EpochsOf));
            return T["Cost.Rounds", plan.Trials, plan.Rounds, ofRounds, plan.TotalEpochs, epochs];
        }
    }

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
