using System.Collections.Concurrent;
using System.Diagnostics;

namespace BlazorTransfer.Reliability;

/// <summary>What the application has acknowledged to its clients.</summary>
internal sealed class Ledger
{
    private int _names;

    public ConcurrentDictionary<string, string> Projects { get; } = new();
    public ConcurrentDictionary<string, AcknowledgedUpload> Uploads { get; } = new();
    public ConcurrentDictionary<string, AcknowledgedRun> Runs { get; } = new();

    public int Count => Projects.Count + Uploads.Count + Runs.Count + Runs.Values.Count(r => r.CancelledAs is not null);

    /// <summary>A name that nothing else has, so that what is there twice is seen.</summary>
    public string NewName(string kind) => $"{kind} {Interlocked.Increment(ref _names)}";
}

internal sealed record AcknowledgedUpload(string ProjectId, string Import, string Dataset);

/// <param name="Id">Of the run.</param>
/// <param name="ProjectId">Its project.</param>
/// <param name="Behaviour">What its worker was told to do.</param>
/// <param name="Sent">When the request was sent.</param>
/// <param name="Acknowledged">When the answer was there.</param>
internal sealed record AcknowledgedRun(string Id, string ProjectId, string Behaviour, long Sent, long Acknowledged)
{
    public const string Waits = "wait-for-cancel";

    /// <summary>The status that the answer to a cancellation named; null where there was none.</summary>
    public volatile string? CancelledAs;

    /// <summary>A cancellation was asked for, and may have been carried out without an answer.</summary>
    public volatile bool MayBeCancelled;

    /// <summary>Its worker was killed.</summary>
    public volatile bool LostWorker;

    public bool IsBefore(AcknowledgedRun other) => Acknowledged < other.Sent;

    public static long Now => Stopwatch.GetTimestamp();
}
