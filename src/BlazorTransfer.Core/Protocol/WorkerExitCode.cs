namespace BlazorTransfer.Core.Protocol;

/// <summary>Exit codes of the worker; scripts rely on them, so they never change their meaning.</summary>
public enum WorkerExitCode
{
    Success = 0,

    /// <summary>An unexpected error; the log has the details.</summary>
    InternalError = 1,

    /// <summary>The command line is wrong.</summary>
    Usage = 2,

    /// <summary>The job, the data or the weights cannot be used; the message says what to change.</summary>
    BadInput = 3,

    /// <summary>The run was cancelled on request.</summary>
    Cancelled = 4,

    /// <summary>libtorch or the device cannot be used.</summary>
    DeviceUnavailable = 5,

    /// <summary>Training went wrong, such as a loss that is not a number.</summary>
    TrainingFailed = 6,

    /// <summary>The disk is full or cannot be written.</summary>
    StorageFailed = 7,

    /// <summary>Some of the given files were skipped; the result is for the others.</summary>
    FilesSkipped = 8,

    /// <summary>Another worker has the run folder, has executed it, or has begun a newer attempt.</summary>
    RunTaken = 9,
}
