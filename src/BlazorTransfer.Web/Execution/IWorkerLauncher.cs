using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Protocol;

namespace BlazorTransfer.Web.Execution;

/// <summary>One start of a worker for a run. It is kept in the run folder, so that a restarted application finds the worker
/// again.</summary>
/// <param name="Launcher">Name of the launcher that started it.</param>
/// <param name="Handle">What that launcher finds it by, such as a process id with its start time.</param>
/// <param name="Attempt">Number of the attempt, from 1.</param>
internal sealed record WorkerAttempt(string Launcher, string Handle, int Attempt);

/// <summary>Whether a worker is still there.</summary>
/// <param name="HasEnded">It will write nothing more.</param>
/// <param name="Cause">Why a worker that reported no end of its run has ended, in words that say what to do; null while it runs, and where
/// nobody can know.</param>
internal sealed record WorkerState(bool HasEnded, Message? Cause)
{
    public static WorkerState Running { get; } = new(HasEnded: false, null);

    public static WorkerState Ended(Message? cause) => new(HasEnded: true, cause);
}

/// <summary>Starts workers for runs somewhere, and knows what became of them. Whoever supervises runs knows no more of where that
/// is.</summary>
internal interface IWorkerLauncher
{
    /// <summary>Starts an attempt of a run and notes it in the run folder.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="attempt">Number of the attempt, from 1.</param>
    /// <exception cref="FileNotFoundException">There is no worker's program.</exception>
    /// <exception cref="System.ComponentModel.Win32Exception">The system refuses to start it.</exception>
    WorkerAttempt Start(RunFolder folder, int attempt);

    /// <summary>The attempt of a run that an earlier process of this application started, if its worker still lives.</summary>
    WorkerAttempt? Find(RunFolder folder);

    WorkerState State(WorkerAttempt attempt);

    /// <summary>Kills the worker with all its processes; one that has ended is left as it is.</summary>
    void Stop(WorkerAttempt attempt);

    /// <summary>Nobody asks for this attempt any more. A worker that is still there goes on.</summary>
    void Release(WorkerAttempt attempt);
}
