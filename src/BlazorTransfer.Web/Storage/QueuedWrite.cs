using System.Runtime.ExceptionServices;
using LiteDB;

namespace BlazorTransfer.Web.Storage;

/// <summary>A write that waits at the gate of the <see cref="DocumentStore"/>, and what became of it.</summary>
internal abstract class QueuedWrite
{
    private ExceptionDispatchInfo? _failure;
    private volatile bool _isDone;

    /// <summary>It is durable, or it has failed.</summary>
    public bool IsDone => _isDone;

    public abstract void Execute(ILiteDatabase database);

    public void Complete() => _isDone = true;

    public void Fail(Exception failure)
    {
        _failure = ExceptionDispatchInfo.Capture(failure);
        _isDone = true;
    }

    protected void ThrowIfFailed() => _failure?.Throw();
}

/// <inheritdoc/>
internal sealed class QueuedWrite<TResult>(Func<ILiteDatabase, TResult> write) : QueuedWrite
{
    private TResult _result = default!;

    /// <summary>What the write returned; throws what it threw.</summary>
    public TResult Result
    {
        get
        {
            ThrowIfFailed();
            return _result;
        }
    }

    public override void Execute(ILiteDatabase database) => _result = write(database);
}
