using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Datasets.Changes;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Components.Shared;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Datasets.Versions;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Jobs;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace BlazorTransfer.Web.Features.Workbench;

/// <summary>The versions of a data set, and what the working copy would publish as the next one.</summary>
public sealed partial class VersionsPage : IDisposable
{
    private const int MostRuns = 8;
    private const int RecentChanges = 8;
    private readonly CancellationTokenSource _closed = new();
    private Dataset _dataset = null!;
    private WorkingCopy _copy = null!;
    private ChangeSummary _changes = null!;
    private IReadOnlyList<ChangeEntry> _recent = [];
    private ILookup<int, Run> _runs = null!;
    private IDisposable? _subscription;
    private BackgroundJob? _job;
    private string _note = "";
    private int? _published;

    [Parameter]
    public string DatasetId { get; set; } = "";

    [Inject]
    private DatasetService Datasets { get; set; } = null!;

    [Inject]
    private DatasetWorkspaces Workspaces { get; set; } = null!;

    [Inject]
    private DatasetVersions Versions { get; set; } = null!;

    [Inject]
    private JobService Jobs { get; set; } = null!;

    [Inject]
    private RunService Runs { get; set; } = null!;

    [Inject]
    private PublishJob PublishKind { get; set; } = null!;

    [Inject]
    private PeopleNames People { get; set; } = null!;

    private string Summary =>
        _changes.IsEmpty ? T["NoChangesLine", _dataset.Latest.Number] : T["ChangesLine", _dataset.Latest.Number, SampleWords.Of(_changes)];

    private Message? WhyNotPublish => VersionReadiness.WhyNot(_copy.Counts.Classes, _copy.Counts.BySplit.Total);

    /// <summary>The labels were given here, so that no import has drawn a split of them.</summary>
    private bool LacksValidation => _copy.Counts.Classes.Sum(c => c.Total) > 0 && _copy.Counts.Classes.All(c => c.Validation == 0);

    /// <summary>The newest run on this data, whose settings another one can take over.</summary>
    private Run? LastRun => _runs.SelectMany(r => r).MaxBy(r => r.Submission.Number);

    public void Dispose()
    {
        _subscription?.Dispose();
        _closed.Cancel();
        _closed.Dispose();
    }

    protected override async Task OnInitializedAsync()
    {
        await base.OnInitializedAsync();
        Load();
        _subscription = Workspaces.Subscribe(User, ProjectId, DatasetId, OnChanged);
        _ = FollowAsync();
    }

    /// <summary>Somebody has changed the data set.</summary>
    private void OnChanged() =>
        _ = InvokeAsync(async () =>
        {
            try
            {
                ShowAgain();
            }
            catch (Exception e)
            {
                // Such as a data set that was deleted, or a user who is no member any more.
                await DispatchExceptionAsync(e);
            }
        });

    private void ShowAgain()
    {
        if (_closed.IsCancellationRequested)
            return;
        Load();
        StateHasChanged();
    }

    private void Load()
    {
        _dataset = Datasets.Get(User, ProjectId, DatasetId);
        _copy = Workspaces.Open(User, ProjectId, DatasetId);
        _changes = _copy.Summary;
        _recent = [.. _copy.Changes().Reverse().Where(c => !c.IsTakenBack && c.Change is not ChangeTakenBack).Take(RecentChanges)];
        _runs = Runs.List(User, ProjectId).Where(r => r.Submission.DatasetId == DatasetId).ToLookup(r => r.Submission.DatasetVersion);
        string? before = _job is { State: var state } && !state.IsFinal() ? _job.Id : null;
        _job = Jobs.List(User, ProjectId).FirstOrDefault(j => j.Kind == PublishKind.Name && j.Subject == DatasetId && !j.IsDismissed);
        if (before is not null && _job is { State: JobState.Succeeded } && _job.Id == before)
            (_published, _note) = (_dataset.Latest.Number, "");
    }

    private async Task FollowAsync()
    {
        try
        {
            await foreach (int _ in Jobs.WatchAsync(User, ProjectId, _closed.Token))
                await InvokeAsync(ShowAgain);
        }
        catch (OperationCanceledException)
        {
            // The page is closed.
        }
        catch (Exception e)
        {
            // Such as a project that was deleted in another tab.
            await DispatchExceptionAsync(e);
        }
    }

    private IEnumerable<Run> RunsOf(int version) => _runs[version].OrderByDescending(r => r.Submission.Number);

    private string OriginOf(DatasetVersion version) =>
        version.AuthorId is { } author
            ? T["ByWhen", People.NameOf(author), Format.Ago(version.CreatedAt, Clock.GetUtcNow())]
            : Format.Ago(version.CreatedAt, Clock.GetUtcNow());

    // Going back to the newest version takes back all changes since.
    private bool MayRestore(DatasetVersion version) => version.Number < _dataset.Latest.Number || !_changes.IsEmpty;

    private async Task PublishAsync()
    {
        if (WhyNotPublish is null && await AttemptAsync(() => _job = Versions.Publish(User, ProjectId, DatasetId, _note)))
            ShowAgain();
    }

    private async Task RestoreAsync(DatasetVersion version)
    {
        bool isSure = await ConfirmDialog.AskAsync(Dialogs, T["RestoreOf", version.Number], T["RestoreHelp", version.Number], T["Restore"]);
        DatasetChange? change = null;
        if (isSure && await AttemptAsync(() => change = Versions.Restore(User, ProjectId, DatasetId, version.Number)))
            OfferUndo(change!, 0);
    }

    /// <summary>Moves a part of each class to validation, as an import without splits does.</summary>
    private async Task DrawValidationAsync()
    {
        string[] keys =
        [
            .. SplitPlan
                .Default.Apply(_copy.Samples().Where(s => s.IsLabelled && s.Split == Split.Train))
                .Where(s => s.Split == Split.Validation)
                .Select(s => s.Key),
        ];
        DatasetChange change = new SamplesMoved(keys, Split.Validation);
        if (await AttemptAsync(() => change = Workspaces.Change(User, ProjectId, DatasetId, change)))
            OfferUndo(change, keys.Length);
    }

    private void OfferUndo(DatasetChange change, int images)
    {
        ShowAgain();
        Snackbar.Add(
            SampleWords.Of(change, images),
            Severity.Normal,
            options =>
            {
                options.Action = T["Undo"];
                options.OnClick = _ => InvokeAsync(() => UndoAsync(change.Number));
            }
        );
    }

    private async Task UndoAsync(int number)
    {
        if (await AttemptAsync(() => Workspaces.Undo(User, ProjectId, DatasetId, number)))
            ShowAgain();
    }

    private void Dismiss()
    {
        if (_job is { } job)
            Jobs.Dismiss(User, job.Id);
        ShowAgain();
    }
}
