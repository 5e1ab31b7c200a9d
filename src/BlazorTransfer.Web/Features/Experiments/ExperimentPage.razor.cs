using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Components.Shared;
using BlazorTransfer.Web.Execution;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Localization;
using BlazorTransfer.Web.Refusals;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.Experiments;

/// <summary>The runs of an experiment together, live: the best configuration with its figure, a chart, a table, and what to do with the
/// result.</summary>
public sealed partial class ExperimentPage : IDisposable
{
    private Experiment _experiment = null!;
    private DisplayNames _names = DisplayNames.None;
    private Catalogue? _catalogue;
    private IReadOnlyList<ExperimentNote> _notes = [];
    private IReadOnlyList<ParameterSpec> _searched = [];
    private IReadOnlyList<ParallelAxis> _axes = [];
    private IReadOnlyList<ParallelLine> _lines = [];
    private IReadOnlyList<DotRow> _rows = [];
    private PairedGain? _comparison;
    private RunListWatch? _watch;
    private string? _newName;
    private int _inRound;
    private int _done;

    [Parameter]
    public string ExperimentId { get; set; } = "";

    [Inject]
    private RunService Runs { get; set; } = null!;

    [Inject]
    private RunChanges Changes { get; set; } = null!;

    [Inject]
    private RunAnswers Answers { get; set; } = null!;

    [Inject]
    private CatalogueProvider Catalogues { get; set; } = null!;

    private Run First => _experiment.Members[0];

    private LabelKind Kind => MainMetricNames.KindOf(_experiment.Members);

    private string Subtitle =>
        T[
            "Subtitle",
            ExperimentWords.Extent(_experiment),
            First.Submission.TargetName is { } target ? T["DataToTarget", BestSoFar.DataOf(First), target].Value : BestSoFar.DataOf(First)
        ];

    private string ProgressLabel =>
        _experiment.Search is { Rounds: > 1 and int rounds } ? T["RoundOf", _experiment.LastRound + 1, rounds] : T["FinishedRuns"];

    private bool CanTrainOnAll =>
        _experiment is { HasTarget: false, Best: not null, IsProvisional: false } && First.Job.LabelSets.Count == 0;

    protected override async Task OnInitializedAsync()
    {
        await base.OnInitializedAsync();
        Load();
        _watch = new RunListWatch(Changes, ProjectId, () => InvokeAsync(Refresh), DispatchExceptionAsync);
        _catalogue = await Catalogues.TryGetAsync();
        if (_catalogue is null)
            return;
        _names = DisplayNames.From(_catalogue);
        Load();
    }

    public void Dispose() => _watch?.Dispose();

    private void Refresh()
    {
        Load();
        StateHasChanged();
    }

    private void Load()
    {
        IReadOnlyList<Run> members = Runs.Experiment(User, ProjectId, ExperimentId);
        _experiment = members.Count > 0 ? Experiment.Of(members) : throw new NotFoundException();
        Run[] round = [.. members.Where(r => r.Submission.Round == _experiment.LastRound)];
        Run[] counted = _experiment.Search is { Rounds: > 1 } ? round : [.. members];
        (_inRound, _done) = (counted.Length, counted.Count(r => r.Status.IsFinal()));
        _comparison =
            _experiment is { Best: { } best, Second: { } second } && _experiment.Score.IsAccuracy && best.Round == second.Round
                ? Answers.ValidationGain(best.Finished, second.Finished)
                : null;
        _notes = [.. ExperimentNote.Of(_experiment, _comparison)];
        Draw();
    }

    private void Draw()
    {
        IReadOnlyList<ParameterSpec> specs = _catalogue?.FindMethod(First.Job.Method) is { } method ? _catalogue.ParametersOf(method) : [];
        if (_experiment.Search is { } plan)
        {
            _searched = [.. plan.Ranges.Select(r => specs.FirstOrDefault(s => s.Name == r.Name)).OfType<ParameterSpec>()];
            Run[] scored = [.. _experiment.Configurations.Where(c => c.Rank is not null).Select(c => c.Runs[0])];
            (_axes, _lines) =
                scored.Length == 0
                    ? ([], [])
                    : SearchChart.Draw(plan, specs, scored, _experiment.Score, r => AppRoutes.Run(ProjectId, r.Id));
        }
        else if (_experiment.Type != ExperimentType.Adaptation)
        {
            _rows =
            [
                .. _experiment
                    .Configurations.Where(c => c.Accuracy is not null)
                    .Select(c => new DotRow(
                        c.Name,
                        [
                            .. c
                                .Finished.Where(r => r.BestTop1 is not null)
                                .Select(r => new Dot(r.BestTop1!.Value, LabelOf(r), AppRoutes.Run(ProjectId, r.Id))),
                        ],
                        c.Accuracy!.Value.Mean
                    )),
            ];
        }
    }

    private string LabelOf(Run run) => run.Job.Fold is { } fold ? T["FoldNumber", fold.Index + 1] : T["SeedNumber", run.Job.Seed];

    private string BestTitle(ConfigurationResult best) =>
        _experiment.Configurations.Count == 1
            ? T["MethodAndNetwork", _names.Of(best.Runs[0].Job.Method), _names.Of(best.Runs[0].Job.Backbone)]
            : T["BestConfiguration", best.Name];

    private string AccuracyHint(ConfigurationResult best) =>
        best.Finished.Count() > 1 ? T["MeanHint", ExperimentWords.MeanOver(best)] : T["BestEpochHint"];

    private void StartRenaming() => _newName = _experiment.Name;

    private async Task RenameAsync()
    {
        if (!await AttemptAsync(() => Runs.RenameExperimentAsync(User, ProjectId, ExperimentId, _newName ?? "")))
            return;
        _newName = null;
        Load();
    }

    private async Task CancelAsync()
    {
        if (
            !await ConfirmDialog.AskAsync(
                Dialogs,
                T["CancelTitle"],
                Texts<ExperimentTexts>.Count(_experiment.Search is null ? "CancelHelp" : "CancelSearchHelp", _experiment.Open),
                T["CancelRemaining"]
            )
        )
            return;
        if (await AttemptAsync(() => Runs.CancelExperiment(User, ProjectId, ExperimentId)))
            Load();
    }
}
