using TorchSharp;

namespace BlazorTransfer.Training.Tests;

/// <summary>
/// For tests that count the tensors of this process. The count is TorchSharp's, over all tests so far: tensors that earlier ones left to
/// the collector leave it at any moment, and each parameter ever made stays in it, because its constructor counts the tensor that it takes
/// over
/// a second time. So only differences mean something, and only after a collection.
/// </summary>
internal static class LiveTensors
{
    /// <summary>Lets go of what earlier tests left, finalizers included, so that none of it is counted as ours.</summary>
    public static void CollectLeftovers()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
    }

    /// <summary>How many more tensors live after a fit whose result is disposed than before it; a first one makes what is made
    /// once.</summary>
    public static long LeftBy(Func<IDisposable> fit)
    {
        CollectLeftovers();
        fit().Dispose();
        long before = torch.Tensor.TotalCount;
        fit().Dispose();
        return torch.Tensor.TotalCount - before;
    }
}
