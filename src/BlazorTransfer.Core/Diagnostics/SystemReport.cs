using BlazorTransfer.Core.Messages;

namespace BlazorTransfer.Core.Diagnostics;

/// <summary>The result of <c>worker doctor</c>: the hardware and libraries of a machine, what was measured on them, and advice.</summary>
public sealed record SystemReport
{
    public required string WorkerVersion { get; init; }
    public required ProcessorInfo Processor { get; init; }
    public required LibtorchInfo Libtorch { get; init; }

    /// <summary>GPUs that the driver reports; empty where there is no driver.</summary>
    public required IReadOnlyList<GpuInfo> Gpus { get; init; }

    /// <summary>GPUs that libtorch can compute on; fewer than <see cref="Gpus"/> where the libtorch is a CPU build.</summary>
    public required int UsableGpus { get; init; }
    public required IReadOnlyList<PrecisionMeasurement> Measurements { get; init; }
    public required Capacity Memory { get; init; }

    /// <summary>The disk that holds <see cref="Folder"/>.</summary>
    public required Capacity Disk { get; init; }

    /// <summary>The data folder whose disk was checked.</summary>
    public required string Folder { get; init; }

    /// <summary>Advice in sentences, the most important first.</summary>
    public required IReadOnlyList<Message> Verdicts { get; init; }
}

/// <param name="Name">Model name.</param>
/// <param name="Features">Instruction sets that matter for training, such as <c>AVX2</c>.</param>
/// <param name="Threads">Logical processors that this process may use.</param>
/// <param name="ComputeThreads">Threads that libtorch uses for one operation.</param>
/// <param name="HasBFloat16">The processor multiplies bfloat16 in hardware.</param>
public sealed record ProcessorInfo(string Name, IReadOnlyList<string> Features, int Threads, int ComputeThreads, bool HasBFloat16);

/// <param name="Version">Version of the loaded libtorch; null where it does not tell.</param>
/// <param name="TorchSharpVersion">Version of TorchSharp.</param>
/// <param name="Folder">Folder that libtorch was loaded from; null where the system does not tell.</param>
public sealed record LibtorchInfo(string? Version, string TorchSharpVersion, string? Folder);

/// <param name="Index">Number of the GPU in the driver's order.</param>
/// <param name="Name">Model name.</param>
/// <param name="Memory">Its memory.</param>
/// <param name="ComputeCapability">CUDA compute capability, such as <c>9.0</c>; null where the driver is too old to tell.</param>
/// <param name="DriverVersion">Version of the driver.</param>
public sealed record GpuInfo(int Index, string Name, Capacity Memory, string? ComputeCapability, string DriverVersion);

/// <param name="FreeBytes">Bytes that can still be used.</param>
/// <param name="TotalBytes">Bytes in all.</param>
public sealed record Capacity(long FreeBytes, long TotalBytes);

/// <summary>One operation in one precision on one device.</summary>
/// <param name="Device"><c>cpu</c> or <c>cuda:N</c>.</param>
/// <param name="Precision">Number format.</param>
/// <param name="Operation">The operation.</param>
/// <param name="Milliseconds">Time of one call after warm-up.</param>
/// <param name="Error">
/// Largest difference from the CPU result in single precision, as a fraction of the largest magnitude in that result.
/// </param>
/// <param name="Tolerance">Largest <see cref="Error"/> that rounding explains.</param>
public sealed record PrecisionMeasurement(
    string Device,
    NumericPrecision Precision,
    MeasuredOperation Operation,
    double Milliseconds,
    double Error,
    double Tolerance
)
{
    /// <summary>The result is correct; false also for NaN.</summary>
    public bool IsCorrect => Error <= Tolerance;
}

public enum NumericPrecision
{
    Float32,

    /// <summary>Single precision whose factors are rounded to 10 bits of mantissa; GPUs only.</summary>
    Tf32,
    BFloat16,
}

public enum MeasuredOperation
{
    MatrixProduct,
    Convolution,
}
