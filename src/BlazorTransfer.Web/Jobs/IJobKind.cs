using System.Text.Json;
using BlazorTransfer.Core.Protocol;

namespace BlazorTransfer.Web.Jobs;

/// <summary>Jobs that share a queue. Those of different people take turns in it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Slots">How many of its jobs run at the same time.</param>
internal sealed record JobLane(string Name, int Slots)
{
    /// <summary>Imports share the image store, which counts on one at a time.</summary>
    public static readonly JobLane Imports = new("imports", 1);

    /// <summary>Each takes all cores for minutes.</summary>
    public static readonly JobLane Rankings = new("rankings", 1);

    /// <summary>Two at once would measure each other.</summary>
    public static readonly JobLane Measurements = new("measurements", 1);

    /// <summary>People wait for these in front of a form; more at once would slow each other and the runs down.</summary>
    public static readonly JobLane Finders = new("finders", 2);

    /// <summary>Each takes a core for a second or two, which runs need more.</summary>
    public static readonly JobLane Previews = new("previews", 1);

    public static readonly JobLane Downloads = new("downloads", 3);

    /// <summary>Each takes a core and some memory for seconds, and somebody waits for it.</summary>
    public static readonly JobLane Publications = new("publications", 2);
}

/// <summary>What the engine needs to know of a kind of job; <see cref="JobKind{TInput,TResult}"/> is the way to write one.</summary>
internal interface IJobKind
{
    /// <summary>Stands in documents, so that it never changes.</summary>
    string Name { get; }

    JobLane Lane { get; }

    /// <summary>A job that was queued or running when the application ended is queued again when it starts; of other kinds it ends as
    /// cancelled, since nobody waits for it any more.</summary>
    bool SurvivesRestart { get; }

    /// <summary>A job that has ended stands in the history; of other kinds the document goes with the job.</summary>
    bool KeepsHistory { get; }

    /// <summary>Why this job cannot be accepted beside those of its lane that are queued or running; null where it can.</summary>
    string? WhyRefused(BackgroundJob job, IReadOnlyCollection<BackgroundJob> live);

    /// <summary>Does the work of a job.</summary>
    /// <returns>The result; null where there is none.</returns>
    Task<object?> RunAsync(LiveJob job, string folder, CancellationToken cancel);

    /// <summary>Called once after the job's end was stored, however it ended; its folder is deleted by the engine.</summary>
    void CleanUp(BackgroundJob job);
}

/// <summary>A kind of job: one class, and one line of registration (<see cref="JobsFeature.AddJobKind{TKind}"/>).</summary>
/// <typeparam name="TInput">What a job of this kind is given, kept as JSON; files are in the job's folder.</typeparam>
/// <typeparam name="TResult">What it returns, kept as JSON where the kind keeps a history.</typeparam>
internal abstract class JobKind<TInput, TResult> : IJobKind
    where TInput : class
    where TResult : class
{
    public abstract string Name { get; }

    public abstract JobLane Lane { get; }

    public virtual bool SurvivesRestart => false;

    public virtual bool KeepsHistory => true;

    public virtual string? WhyRefused(BackgroundJob job, IReadOnlyCollection<BackgroundJob> live) => null;

    /// <summary>Does the work. It may be called again with the same input if the application ended before the job did, so that what it
    /// publishes must be the same whether it was published before or not.</summary>
    /// <exception cref="Refusals.RefusedException">The work cannot be done; the message says why and what to do next.</exception>
    protected abstract Task<TResult> RunAsync(JobContext<TInput> job, CancellationToken cancel);

    public virtual void CleanUp(BackgroundJob job) { }

    async Task<object?> IJobKind.RunAsync(LiveJob job, string folder, CancellationToken cancel)
    {
        TInput input = JsonSerializer.Deserialize<TInput>(job.Current.Input, ProtocolJson.Line)!;
        return await RunAsync(new JobContext<TInput>(job, input, folder), cancel);
    }
}
