using System.Runtime.CompilerServices;
using TorchSharp;

// The count of live tensors is the process's.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace BlazorTransfer.Tests;

/// <summary>One thread for libtorch in this process and in the workers that it starts: test projects run side by side, each on a core of
/// its own, and the tests' tensors are too small to gain from more.</summary>
internal static class Parallelism
{
    [ModuleInitializer]
    internal static void UseOneThread()
    {
        Environment.SetEnvironmentVariable("OMP_NUM_THREADS", "1");
        torch.set_num_threads(1);
    }
}
