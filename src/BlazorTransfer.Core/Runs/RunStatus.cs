namespace BlazorTransfer.Core.Runs;

/// <summary>Where a run stands, as the web application sees it.</summary>
public enum RunStatus
{
    /// <summary>Waits for its turn.</summary>
    Queued,

    /// <summary>Its worker is at work.</summary>
    Running,

    /// <summary>Asked to stop; its worker has not ended yet.</summary>
    Cancelling,
    Succeeded,
    Failed,
    Cancelled,
}

public static class RunStatusExtensions
{
    public static bool IsFinal(this RunStatus status) =>
        status switch
        {
            RunStatus.Queued or RunStatus.Running or RunStatus.Cancelling => false,
            RunStatus.Succeeded or RunStatus.Failed or RunStatus.Cancelled => true,
            _ => throw new ArgumentOutOfRangeException(nameof(status), status, null),
        };
}
