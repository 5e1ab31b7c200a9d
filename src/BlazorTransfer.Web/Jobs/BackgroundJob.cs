using System.Text.Json;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Text;

namespace BlazorTransfer.Web.Jobs;

internal enum JobState
{
    Queued,
    Running,
    Succeeded,
    Failed,
    Cancelled,
}

internal static class JobStates
{
    public static bool IsFinal(this JobState state) => state is JobState.Succeeded or JobState.Failed or JobState.Cancelled;
}

/// <summary>How far a running job is.</summary>
/// <param name="Text">The step that it is at, such as <c>Reading images</c>; may be empty.</param>
/// <param name="Done">Units done.</param>
/// <param name="Total">Units in total; 0 while that is not known.</param>
/// <param name="Skipped">Units of those done that could not be used.</param>
internal sealed record JobProgress(string Text, long Done, long Total, long Skipped = 0)
{
    /// <summary>0…1.</summary>
    public double Fraction => Total > 0 ? Math.Clamp((double)Done / Total, 0, 1) : 0;
}

/// <summary>
/// A piece of work that the application does in the background for a person, and what became of it. The document is written before
/// anything is acknowledged; it changes only through its methods.
/// </summary>
internal sealed record BackgroundJob
{
    public required string Id { get; init; }

    /// <summary>Name of its <see cref="IJobKind"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>The account that started it.</summary>
    public required string OwnerId { get; init; }

    /// <summary>The project that it belongs to; empty for one that belongs to the installation.</summary>
    public string ProjectId { get; init; } = "";

    /// <summary>The thing that it works on, such as a data set's id or a backbone's name; empty where there is none.</summary>
    public string Subject { get; init; } = "";

    /// <summary>What people call it, such as <c>Import Flowers</c>.</summary>
    public required string Title { get; init; }
    public required JsonElement Input { get; init; }
    public JobState State { get; init; } = JobState.Queued;

    /// <summary>How often it was started. The end of the application before the job's own leads to another attempt.</summary>
    public int Attempts { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Of a running job only in memory; of one that has ended as it was last reported.</summary>
    public JobProgress? Progress { get; init; }

    /// <summary>Why it failed, in words.</summary>
    public Message? Error { get; init; }

    /// <summary>What a job that succeeded returned.</summary>
    public JsonElement? Result { get; init; }

    /// <summary>Somebody has read why it failed: it stands in the history, and nowhere else.</summary>
    public bool IsDismissed { get; init; }

    public BackgroundJob Start(DateTimeOffset now) =>
        State == JobState.Queued ? this with { State = JobState.Running, Attempts = Attempts + 1, StartedAt = now, Progress = null } : this;

    /// <summary>Puts it back into the queue, at its old place.</summary>
    /// <param name="takesBackAttempt">The attempt ended in an orderly way, so that it says nothing against another one.</param>
    public BackgroundJob Requeue(bool takesBackAttempt) =>
        State == JobState.Running
            ? this with
            {
                State = JobState.Queued,
                Attempts = takesBackAttempt ? Attempts - 1 : Attempts,
                StartedAt = null,
                Progress = null,
            }
            : this;

    public BackgroundJob Succeed(JsonElement? result, JobProgress? progress, DateTimeOffset now) =>
        State.IsFinal() ? this : End(JobState.Succeeded, progress, now) with { Result = result };

    public BackgroundJob Fail(Message error, JobProgress? progress, DateTimeOffset now) =>
        State.IsFinal() ? this : End(JobState.Failed, progress, now) with { Error = error.Map(ServerPaths.Hide) };

    public BackgroundJob Cancel(JobProgress? progress, DateTimeOffset now) =>
        State.IsFinal() ? this : End(JobState.Cancelled, progress, now);

    public BackgroundJob Dismiss() => State.IsFinal() ? this with { IsDismissed = true } : this;

    private BackgroundJob End(JobState state, JobProgress? progress, DateTimeOffset now) =>
        this with
        {
            State = state,
            Progress = progress,
            FinishedAt = now,
        };
}
