using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Components.Shared;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Lineage;
using BlazorTransfer.Web.Features.Runs;
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
    private string _log = "";
    private LineageGraph _lineage = null!;
    private JointEmbedding? _embedding;
    private string? _again;
    private TimeSpan? _silence;
    private InstanceWeights? _weights;

    [Parameter]
    public string RunId { get; set; } = "";

    [Inject]
    private RunService Runs { get; set; } = null!;

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

    /// <summary>Predictions of the chosen epoch; of the latest one unless somebody chose.</summary>
    private SamplesPredicted? ShownSamples =>
        _view.Samples.Count == 0 ? null : _view.Samples[Math.Min(_sampleIndex ?? _view.Samples.Count, _view.Samples.Count) - 1];

    /// <summary>A method that finds its model at once leaves no curves.</summary>
    private bool HasSteps => !_run.Status.IsFinal() || _view.StepLoss.Count > 0;

    private string ValidationHint =>
        _run.BestEpoch is not { } best ? "no epoch yet"
        : _view.Started is { TargetSamples: > 0 } ? "source accuracy after adaptation"
        : $"best epoch, {best}";

    private static string Beside(Run run) =>
        run.Job.LabelSets.Count == 0 ? "" : $" of class, {string.Join(", ", run.Job.LabelSets.Select(l => l.Name))}";

    private static string TargetOf(Run run) => run.Submission.TargetName is { } target ? $" → {target}" : "";

    private static string TeacherOf(Run run) => run.Job.Teacher is { } teacher ? $"; teacher: {teacher.Name ?? "unnamed"}" : "";

    private string Subtitle =>
        $"{_run.Job.Backbone}, {_run.Job.Method}{Beside(_run)}, on {_run.Submission.DatasetName} v{_run.Submission.DatasetVersion}"
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
        $"{phase.Done:N0} of {phase.Total:N0} {phase.Unit}"
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
        _hasTargetImages = datasets.Any(d => d.Id == _run.Submission.TargetDatasetId);
        LoadResults();
        Changes.Changed += OnChanged;
        _ = FollowAsync();
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

    private void ShowEpoch(int index) => _sampleIndex = index == _view.Samples.Count ? null : index;

    private void LoadLog() => _log = Runs.Log(User, ProjectId, RunId) is { Length: > 0 } log ? log : "The worker has written nothing.";

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
