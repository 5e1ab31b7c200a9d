using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Components.Shared;
using BlazorTransfer.Web.Execution;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Lineage;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Localization;
using BlazorTransfer.Web.Refusals;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.RunDetails;

/// <summary>A run, live or finished. The page shows everything from its beginning, whenever it is opened.</summary>
public sealed partial class RunPage : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(400);
    private readonly CancellationTokenSource _closed = new();
    private RunView _view = null!;
    private Run _run = null!;
    private int? _sampleIndex;
    private bool _hasImages;
    private bool _hasTargetImages;
    private IReadOnlyList<Message> _warnings = [];
    private string _log = "";
    private LineageGraph _lineage = null!;
    private JointEmbedding? _embedding;
    private string? _again;
    private DisplayNames _names = DisplayNames.None;
    private bool _isProbe;
    private RunListWatch? _watch;
    private InstanceWeights? _weights;

    [Parameter]
    public string RunId { get; set; } = "";

    [Inject]
    private RunService Runs { get; set; } = null!;

    [Inject]
    private CatalogueProvider Catalogues { get; set; } = null!;

    [Inject]
    private RunLineage Lineage { get; set; } = null!;

    [Inject]
    private DatasetService Datasets { get; set; } = null!;

    [Inject]
    private RunEventStream Stream { get; set; } = null!;

    [Inject]
    private SilentWorkers Silent { get; set; } = null!;

    [Inject]
    private RunChanges Changes { get; set; } = null!;

    /// <summary>Number of the predictions that are shown, from 1: those of the chosen epoch; unless somebody chose, of the best epoch once
    /// the run has ended, and of the latest one before.</summary>
    private int ShownSamples =>
        Math.Min(_sampleIndex ?? (_run.Status.IsFinal() ? BestSamples : null) ?? _view.Samples.Count, _view.Samples.Count);

    private SamplesPredicted Shown => _view.Samples[ShownSamples - 1];

    private int? BestSamples => _view.Samples.FindIndex(s => s.Epoch == _view.KeptEpoch) is >= 0 and int index ? index + 1 : null;

    /// <summary>A method that finds its model at once leaves no curves.</summary>
    private bool HasSteps => !_run.Status.IsFinal() || _view.StepLoss.Count > 0;

    private string? ValidationHint =>
        _run.BestEpoch is not { } best ? T["NoEpoch"].Value
        : _view.Started is { TargetSamples: > 0 } ? T["SourceAfterAdaptation"].Value
        : _run.Epochs == 1 ? null
        : T["BestEpochNumber", best].Value;

    /// <summary>A figure of the best epoch, or of the latest one until that is evaluated.</summary>
    private double? BestFigure(string key) =>
        _view.Evaluations.Select(e => e.Metrics).Append(_view.LastEpoch?.Metrics).FirstOrDefault(m => m?.ContainsKey(key) == true)?[key];

    private string SpeedHint => _view.HasComputedFeatures && _isProbe ? T["SpeedCached"] : T["SpeedTraining"];

    /// <summary>What the download holds, and from which epoch.</summary>
    private string PackageText => _run.Epochs > 1 && _view.KeptEpoch is { } best ? T["PackageOfBest", best] : T["Package"];

    /// <summary>A new run on the same data set that starts from this run's model.</summary>
    private string FineTuneAddress => AppRoutes.NewRun(ProjectId, dataset: _hasImages ? _run.Submission.DatasetId : null, start: RunId);

    /// <summary>Network, method, data and weights; the first two once their names are known.</summary>
    private string Subtitle
    {
        get
        {
            string data = BestSoFar.DataOf(_run),
                weights = _run.Job.Weights.Name ?? T["Unnamed"];
            if (_run.Submission.TargetName is { } target)
                data = T["DataToTarget", data, target];
            string subtitle =
                _names == DisplayNames.None
                    ? T["SubtitleWithoutNames", data, weights]
                    : T["Subtitle", _names.Of(_run.Job.Backbone), _names.Of(_run.Job.Method), data, weights];
            if (_run.Job.LabelSets.Count > 0)
                subtitle = T["SubtitleLabelSets", subtitle, string.Join(", ", _run.Job.LabelSets.Select(l => l.Name))];
            return _run.Job.Teacher is { } teacher ? T["SubtitleTeacher", subtitle, teacher.Name ?? T["Unnamed"]] : subtitle;
        }
    }

    /// <summary>The target, and how its images and labels were used.</summary>
    private string TargetUse
    {
        get
        {
            string target = _run.Submission.TargetName!;
            string use = _run.Job.Target!.Transductive ? T["TargetTransductive", target] : target;
            return _view.Started is { TargetLabelled: > 0 }
                ? Texts<RunDetailTexts>.Count("TargetLabelled", _run.Job.Target!.LabelledPerClass, use)
                : use;
        }
    }

    private string QueueNote =>
        Runs.Ahead(User, ProjectId, RunId) is > 0 and int ahead ? Texts<RunDetailTexts>.Count("Queued", ahead) : T["QueuedNext"];

    private string DetailOf(PhaseProgressed phase)
    {
        string done = $"{phase.Done:N0}",
            total = $"{phase.Total:N0}";
        return phase switch
        {
            { Unit: not "images" } => T["Of", done, total],
            { SecondsLeft: { } left } => T["ImagesDoneLeft", done, total, Format.Duration(TimeSpan.FromSeconds(left))],
            _ => T["ImagesDone", done, total],
        };
    }

    private string ImagesOf(RunStarted started)
    {
        string source = T["ImagesOfRun", started.TrainSamples, started.ValidationSamples, started.TestSamples];
        return _run.Job.Target is null ? source
            : started.TargetLabelled > 0
                ? T["ImagesOfTargetLabelled", source, started.TargetSamples, started.TargetLabelled, started.TargetScored]
            : T["ImagesOfTarget", source, started.TargetSamples, started.TargetScored];
    }

    protected override async Task OnInitializedAsync()
    {
        await base.OnInitializedAsync();
        _run = Runs.Get(User, ProjectId, RunId);
        _view = new RunView(_run);
        IReadOnlyList<Dataset> datasets = Datasets.List(User, ProjectId);
        _hasImages = datasets.Any(d => d.Id == _run.Submission.DatasetId);
        // Warnings of the version that the run learns from.
        _warnings =
            datasets.FirstOrDefault(d => d.Id == _run.Submission.DatasetId)?.Version(_run.Submission.DatasetVersion)?.Warnings ?? [];
        _hasTargetImages = datasets.Any(d => d.Id == _run.Submission.TargetDatasetId);
        _ = LoadNamesAsync();
        LoadResults();
        // A silent worker writes no events that would draw the page, and names and notes are not among those of the stream.
        _watch = new RunListWatch(Changes, ProjectId, () => InvokeAsync(TakeAnnotations), DispatchExceptionAsync);
        _ = FollowAsync();
    }

    /// <summary>The worker may have to be started for its catalogue; meanwhile the page is there without these names.</summary>
    private async Task LoadNamesAsync()
    {
        if (await Catalogues.TryGetAsync() is not { } catalogue || _closed.IsCancellationRequested)
            return;
        _names = DisplayNames.From(catalogue);
        _isProbe = catalogue.FindMethod(_run.Job.Method)?.Has(MethodRole.FeatureProbe) == true;
        await InvokeAsync(() =>
        {
            _lineage = Lineage.OfRun(User, ProjectId, RunId, _names.Of);
            StateHasChanged();
        });
    }

    public void Dispose()
    {
        _watch?.Dispose();
        _closed.Cancel();
        _closed.Dispose();
    }

    /// <summary>Takes in events as they come and draws at most two or three times a second.</summary>
    private async Task FollowAsync()
    {
        try
        {
            await foreach (RunEventBatch batch in Stream.ReadAsync(RunId, 0, _closed.Token))
            {
                await InvokeAsync(() => Take(batch));
                // What is there already is caught up with at full speed.
                if (batch.IsLatest)
                    await Task.Delay(Pause, _closed.Token);
            }
        }
        catch (OperationCanceledException) { }
        catch (Exception e)
        {
            await DispatchExceptionAsync(e);
        }
    }

    /// <summary>Names and notes are not among the events of the stream. A run that was deleted ends the stream.</summary>
    private void TakeAnnotations()
    {
        try
        {
            _view.TakeAnnotations(Runs.Get(User, ProjectId, RunId));
            _run = _view.Run;
            StateHasChanged();
        }
        catch (NotFoundException) { }
    }

    private void Take(RunEventBatch batch)
    {
        foreach (RunEvent runEvent in batch.Events)
            _view.Apply(runEvent);
        if (!batch.IsLatest)
            return;
        RunStatus before = _run.Status;
        _run = _view.Run;
        if (_run.IsDeleted)
            throw new NotFoundException();
        if (_run.Status != before)
            LoadResults();
        StateHasChanged();
    }

    /// <summary>What changes with the run's status alone.</summary>
    private void LoadResults()
    {
        // An upper bound is never requested alone: "Run again" repeats the comparison that it belongs to.
        _again = _run.Job.Target is not { IsOracle: true }
            ? RunId
            : Runs.Experiment(User, ProjectId, _run.Submission.ExperimentId!).FirstOrDefault(r => r.Job.Target is { IsOracle: false })?.Id;
        _lineage = Lineage.OfRun(User, ProjectId, RunId, _names.Of);
        _embedding = Runs.Embedding(User, ProjectId, RunId);
        _weights = Runs.InstanceWeights(User, ProjectId, RunId);
    }

    private void ShowEpoch(int index) => _sampleIndex = index;

    private void LoadLog() => _log = Runs.Log(User, ProjectId, RunId) is { Length: > 0 } log ? RunLog.Readable(log) : T["NoLog"];

    private async Task CancelAsync()
    {
        if (!await ConfirmDialog.AskAsync(Dialogs, T["CancelTitle"], T["CancelHelp"], T["CancelTheRun"]))
            return;
        await AttemptAsync(() => Runs.Cancel(User, ProjectId, RunId));
    }

    /// <summary>A method without epochs has nothing to stop early; the page says so instead of a button.</summary>
    private bool MayStopEarly => _run.Status == RunStatus.Running && _run.Epochs != 1;

    private string StopText => _run.StoppedBy is { Length: > 0 } name ? T["StopTextBy", name] : T["StopText"];

    private string StoppedText(int epoch) =>
        _run.StoppedBy is { Length: > 0 } name
            ? T["StoppedBy", name, epoch, _run.Epochs, _view.KeptEpoch ?? epoch]
            : T["Stopped", epoch, _run.Epochs, _view.KeptEpoch ?? epoch];

    private async Task StopAsync()
    {
        if (
            !await ConfirmDialog.AskAsync(
                Dialogs,
                T["StopTitle"],
                T["StopHelp", _run.BestEpoch ?? 0, Format.Percent(_run.BestTop1)],
                T["StopAndKeepBest"]
            )
        )
            return;
        await AttemptAsync(() => Runs.Stop(User, ProjectId, RunId));
    }

    private async Task DeleteAsync()
    {
        if (!await ConfirmDialog.AskAsync(Dialogs, T["DeleteTitle"], T["DeleteHelp"], T["DeleteTheRun"]))
            return;
        if (await AttemptAsync(() => Runs.Delete(User, ProjectId, RunId)))
            Navigation.NavigateTo(AppRoutes.Runs(ProjectId));
    }
}
