namespace BlazorTransfer.Reliability;

/// <summary>How hard <see cref="KillSuite"/> is.</summary>
public sealed record KillOptions
{
    /// <summary>How often the application ends in the middle of its work.</summary>
    public int Times { get; init; } = 200;

    /// <summary>By how many milliseconds each flush to the disk is delayed; 0 for none. Needs strace.</summary>
    public int SlowFlush { get; init; }

    public int Seed { get; init; } = 1;

    /// <summary>Runs that are queued before the first kill.</summary>
    public int Queue { get; init; } = 100;

    /// <summary>Every n-th end is a signal to end instead of a kill; 0 for none.</summary>
    public int TerminateEach { get; init; } = 5;

    /// <summary>Prints what happens.</summary>
    public Action<string> Log { get; init; } = _ => { };
}
