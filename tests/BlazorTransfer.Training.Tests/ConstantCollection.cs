using TorchSharp;

namespace BlazorTransfer.Training.Tests;

/// <summary>
/// A thread that collects garbage without pause. TorchSharp's own arithmetic fails beside it within a second: a scalar is collected while
/// libtorch still reads it.
/// </summary>
internal static class ConstantCollection
{
    public static T During<T>(Func<T> work)
    {
        using var stop = new CancellationTokenSource();
        var collector = new Thread(() => Collect(stop.Token));
        collector.Start();
        try
        {
            return work();
        }
        finally
        {
            stop.Cancel();
            collector.Join();
        }
    }

    private static void Collect(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            GC.Collect(0);
            GC.WaitForPendingFinalizers();
            // Takes the memory that a freed scalar leaves, so that reading it shows.
            for (int i = 0; i < 50; i++)
                GC.KeepAlive((7L + i).ToScalar());
        }
    }
}
