using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Jobs;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.BackgroundJobs;

/// <summary>A project's background jobs: those that are queued or running, live, and what became of the last ones.</summary>
public sealed partial class JobsPage
{
    private readonly CancellationTokenSource _closed = new();
    private IReadOnlyList<BackgroundJob> _jobs = [];
    private Dictionary<string, string> _names = [];

    [Inject]
    private JobService Jobs { get; set; } = null!;

    [Inject]
    private ProjectService Projects { get; set; } = null!;

    private IReadOnlyList<BackgroundJob> Unfinished => [.. _jobs.Where(j => !j.State.IsFinal())];

    private IReadOnlyList<BackgroundJob> Ended => [.. _jobs.Where(j => j.State.IsFinal())];

    public void Dispose()
    {
        _closed.Cancel();
        _closed.Dispose();
    }

    protected override async Task OnInitializedAsync()
    {
        await base.OnInitializedAsync();
        _names = Projects.Members(User, ProjectId).ToDictionary(m => m.User.Id, m => m.User.UserName);
        _jobs = Jobs.List(User, ProjectId);
        _ = FollowAsync();
    }

    private static string Tone(JobState state) =>
        state switch
        {
            JobState.Queued or JobState.Cancelled => "idle",
            JobState.Running => "busy",
            JobState.Succeeded => "good",
            JobState.Failed => "bad",
            _ => throw new ArgumentOutOfRangeException(nameof(state), state, null),
        };

    private string Detail(BackgroundJob job) =>
        job switch
        {
            { State: JobState.Queued } => T["State.Queued"],
            { Progress: null } => T["State.Running"],
            { Progress: { Total: 0 } p } => p.Text,
            { Progress: { Skipped: > 0 } p } => T["DoneSkipped", p.Done.ToString("N0"), p.Total.ToString("N0"), p.Skipped.ToString("N0")],
            { Progress: { Text: "" } p } => T["Done", p.Done.ToString("N0"), p.Total.ToString("N0")],
            { Progress: var p } => T["DoneWith", p.Text, p.Done.ToString("N0"), p.Total.ToString("N0")],
        };

    private string OwnerOf(BackgroundJob job) => _names.GetValueOrDefault(job.OwnerId) ?? T["FormerMember"];

    private Task CancelAsync(BackgroundJob job) => AttemptAsync(() => Jobs.Cancel(User, job.Id));

    private async Task FollowAsync()
    {
        try
        {
            await foreach (int _ in Jobs.WatchAsync(User, ProjectId, _closed.Token))
            {
                await InvokeAsync(() =>
                {
                    _jobs = Jobs.List(User, ProjectId);
                    StateHasChanged();
                });
            }
        }
        catch (OperationCanceledException) { }
        catch (Exception e)
        {
            // Such as a project that was deleted in another tab.
            await DispatchExceptionAsync(e);
        }
    }
}
