using System.Runtime.InteropServices;
using BlazorTransfer.Core.Protocol;

namespace BlazorTransfer.Worker.Tests;

public sealed class FailuresTests
{
    [Theory]
    [InlineData("CUDA out of memory. Tried to allocate 2 GiB.")]
    [InlineData("[enforce fail at alloc_cpu.cpp:117] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes.")]
    public void Describe_OfLibtorchWithoutMemory_SaysWhatUsesLess(string words)
    {
        (WorkerExitCode code, string message) = Failures.Describe(new ExternalException(words));

        Assert.Equal(WorkerExitCode.TrainingFailed, code);
        Assert.Contains("smaller batch size", message, StringComparison.Ordinal);
    }
}
