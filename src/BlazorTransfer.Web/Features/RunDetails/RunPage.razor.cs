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

/// <summary>A run, live or finished. Whoever opens it, whenever, sees everything from the beginning.</summary>
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
    private TimeSpan? _silence;
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

    private int? BestSamples => _view.Samples.FindIndex(s => s.Epoch == _view.KeptEpoch) is >= 0 and int index ? index + 1 : null;

    /// <summary>A method that finds its model at once leaves no curves.</summary>
    private bool HasSteps => !_run.Status.IsFinal() || _view.StepLoss.Count > 0;

    private string? ValidationHint =>
        _run.BestEpoch is not { } best ? "no epoch yet"
        : _view.Started is { TargetSamples: > 0 } ? "source accuracy after adaptation"
        : _run.Epochs == 1 ? null
        : $"best epoch {best}";

    private string SpeedHint => _view.HasComputedFeatures && _isProbe ? "images/s, head on cached features" : "images/s in training";

    /// <summary>What the download holds, and from which epoch.</summary>
    private string PackageText =>
        $"{(_run.Epochs > 1 && _view.KeptEpoch is { } best ? $"Model of the best epoch ({best}). " : "")}The ZIP file holds the network in "
        + "float32 twice, as safetensors and as PyTorch state dictionary, with labels, preprocessing and a README.";

    /// <summary>A new run on the same data set that starts from this run's model.</summary>
    private string FineTuneAddress => AppRoutes.NewRun(ProjectId, dataset: _hasImages ? _run.Submission.DatasetId : null, start: RunId);

    private static string Beside(Run run) =>
        run.Job.LabelSets.Count == 0 ? "" : $" of class, {string.Join(", ", run.Job.LabelSets.Select(l => l.Name))}";

    private static string TargetOf(Run run) => run.Submission.TargetName is { } target ? $" → {target}" : "";

    private static string TeacherOf(Run run) => run.Job.Teacher is { } teacher ? $"; teacher: {teacher.Name ?? "unnamed"}" : "";

    private string NetworkAndMethod =>
        _names == DisplayNames.None ? "" : $"{_names.Of(_run.Job.Backbone)}, {_names.Of(_run.Job.Method)}{Beside(_run)}, ";

    private string Subtitle =>
        $"{NetworkAndMethod}on {_run.Submission.DatasetName} v{_run.Submission.DatasetVersion}"
        + (_run.Job.Data.Only is { } part ? $", {part}" : "")
        + $"{TargetOf(_run)}; weights: {_run.Job.Weights.Name ?? "unnamed"}{TeacherOf(_run)}";

    /// <summary>How the target's images and labels were used, after its name.</summary>
    private string TargetUse =>
        (_run.Job.Target!.Transductive ? ", all images adapted to and scored" : "")
        + (
            _view.Started is { TargetLabelled: > 0 }
                ? $"; {Format.Count(_run.Job.Target!.LabelledPerClass, "labelled image")} of each class learned from and not scored"
                : ""
        );

    private string QueueNote =>
        Runs.Ahead(User, ProjectId, RunId) is > 0 and int ahead
            ? $"Queued: {Format.Count(ahead, "run")} of this installation {(ahead == 1 ? "is" : "are")} running or queued before this one."
            : "Queued: the run starts in a moment.";

    private static string DetailOf(PhaseProgressed phase) =>
        $"{phase.Done:N0} of {phase.Total:N0} {EngineTexts.Of(CatalogueKeys.Unit(phase.Unit))}"
        + (phase.SecondsLeft is { } left ? $", {Format.Duration(TimeSpan.FromSeconds(left))} left" : "");

    private string ImagesOf(RunStarted started)
    {
        string source = $"{started.TrainSamples} to train, {started.ValidationSamples} to validate, {started.TestSamples} to test";
        if (_run.Job.Target is null)
            return source;
        string labelled = started.TargetLabelled > 0 ? $", {started.TargetLabelled} of them with labels" : "";
        return $"{source}; of the target {started.TargetSamples} to adapt to{labelled}, {started.TargetScored} to score";
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
        Changes.Changed += OnChanged;
        _ = FollowAsync();
    }

    /// <summary>The worker may have to be started for its catalogue; meanwhile the page is there without these names.</summary>
    private async Task LoadNamesAsync()
    {
        if (await Catalogues.TryGetAsync() is not { } catalogue || _closed.IsCancellationRequested)
            return;
        _names = DisplayNames.From(catalogue);
        _isProbe = catalogue.FindMethod(_run.Job.Method)?.Has(MethodRole.FeatureProbe) == true;
        await InvokeAsync(StateHasChanged);
    }

    public void Dispose()
    {
        Changes.Changed -= OnChanged;
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

    /// <summary>A silent worker writes no events that would draw the page. Raised on the supervisor's thread, for every project.</summary>
    private void OnChanged(string projectId)
    {
        if (projectId != ProjectId)
            return;
        _silence = Silent.Of(RunId);
        _ = InvokeAsync(TakeAnnotations);
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
        // Nobody asks for an oracle alone: what is asked for again is the comparison that it belongs to.
        _again = _run.Job.Target is not { IsOracle: true }
            ? RunId
            : Runs.Experiment(User, ProjectId, _run.Submission.ExperimentId!).FirstOrDefault(r => r.Job.Target is { IsOracle: false })?.Id;
        _lineage = Lineage.OfRun(User, ProjectId, RunId);
        _embedding = Runs.Embedding(User, ProjectId, RunId);
        _weights = Runs.InstanceWeights(User, ProjectId, RunId);
    }

    private void ShowEpoch(int index) => _sampleIndex = index;

    private void LoadLog() =>
        _log = Runs.Log(User, ProjectId, RunId) is { Length: > 0 } log ? RunLog.Readable(log) : "The worker has written nothing.";

    private async Task CancelAsync()
    {
        if (
            !await ConfirmDialog.AskAsync(
                Dialogs,
                "Cancel the run?",
                "The worker stops at the next batch. What it has learned so far is not offered as a model.",
                "Cancel the run"
            )
        )
            return;
        await AttemptAsync(() => Runs.Cancel(User, ProjectId, RunId));
    }

    /// <summary>A method without epochs has nothing to stop early; the page says so instead of a button.</summary>
    private bool MayStopEarly => _run.Status == RunStatus.Running && _run.Epochs != 1;

    private string StopText =>
        $"{(_run.StoppedBy is { Length: > 0 } name ? $"{name} asked" : "Somebody asked")} to stop early. The worker ends at the next step "
        + "and keeps the best epoch.";

    private async Task StopAsync()
    {
        if (
            !await ConfirmDialog.AskAsync(
                Dialogs,
                "Stop and keep the best epoch?",
                $"Training ends at the next step. The model of epoch {_run.BestEpoch} ({Format.Percent(_run.BestTop1)}) is evaluated and "
                    + "can be downloaded. The unfinished epoch is dropped.",
                "Stop and keep best"
            )
        )
            return;
        await AttemptAsync(() => Runs.Stop(User, ProjectId, RunId));
    }

    private async Task DeleteAsync()
    {
        if (
            !await ConfirmDialog.AskAsync(
                Dialogs,
                "Delete the run?",
                "Its curves and its model are deleted. This cannot be undone.",
                "Delete the run"
            )
        )
            return;
        if (await AttemptAsync(() => Runs.Delete(User, ProjectId, RunId)))
            Navigation.NavigateTo(AppRoutes.Runs(ProjectId));
    }
}
