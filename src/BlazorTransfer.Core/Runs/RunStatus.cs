namespace BlazorTransfer.Core.Runs;

/// <summary>Where a run stands, as the web application sees it.</summary>
public enum RunStatus
{
    /// <summary>Waits for its turn.</summary>
    Queued,

    /// <summary>Its worker was started and has not reported yet.</summary>
    Starting,

    /// <summary>Its worker is at work.</summary>
    Running,

    /// <summary>Asked to stop; its worker has not ended yet.</summary>
    Cancelling,
    Succeeded,
    Failed,
    Cancelled,

    /// <summary>Its worker disappeared, and nobody knows why.</summary>
    Lost,
}

public static class RunStatusExtensions
{
    public static bool IsFinal(this RunStatus status) =>
        status switch
        {
            RunStatus.Queued or RunStatus.Starting or RunStatus.Running or RunStatus.Cancelling => false,
            RunStatus.Succeeded or RunStatus.Failed or RunStatus.Cancelled or RunStatus.Lost => true,
            _ => throw new ArgumentOutOfRangeException(nameof(status), status, null),
        };

    /// <summary>Whether a worker holds the run's folder, so that nobody else writes events there.</summary>
    public static bool HasWorker(this RunStatus status) =>
        status switch
        {
            RunStatus.Starting or RunStatus.Running or RunStatus.Cancelling => true,
            RunStatus.Queued or RunStatus.Succeeded or RunStatus.Failed or RunStatus.Cancelled or RunStatus.Lost => false,
            _ => throw new ArgumentOutOfRangeException(nameof(status), status, null),
        };
}
