using System.Runtime.Intrinsics.X86;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Protocol;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Foundation;

/// <summary>The compute devices of this machine. CUDA is asked for through libtorch; a build for the CPU has none.</summary>
public static class Devices
{
    /// <summary>
    /// Whether the processor multiplies bfloat16 itself, by AVX-512 BF16 or AMX (Intel, "Architecture Instruction Set Extensions
    /// Programming
    /// Reference", CPUID leaf 7). On others libtorch converts, and single precision is faster.
    /// </summary>
    public static bool ProcessorHasBFloat16 { get; } = FindBFloat16();

    /// <summary>Usable devices, the best one first; the CPU is always among them.</summary>
    public static IReadOnlyList<DeviceSpec> All()
    {
        int gpus = cuda.is_available() ? cuda.device_count() : 0;
        return
        [
            .. Enumerable.Range(0, gpus).Select(i => new DeviceSpec($"cuda:{i}", gpus == 1 ? "NVIDIA GPU" : $"NVIDIA GPU {i}")),
            new DeviceSpec(DeviceSpec.Cpu, $"CPU, {Environment.ProcessorCount} threads") { ComputesBFloat16 = ProcessorHasBFloat16 },
        ];
    }

    /// <summary>
    /// Whether GPUs round the factors of matrix products and convolutions to TF32 (8 bits of exponent and 10 of mantissa; NVIDIA, "NVIDIA
    /// A100
    /// Tensor Core GPU Architecture", 2020). Of the process; CPUs do not ask.
    /// </summary>
    public static bool UsesTf32
    {
        get => backends.cuda.matmul.allow_tf32 && backends.cudnn.allow_tf32;
        set => (backends.cuda.matmul.allow_tf32, backends.cudnn.allow_tf32) = (value, value);
    }

    /// <exception cref="TrainingException">The device is not there.</exception>
    public static (Device Device, DeviceSpec Spec) Resolve(string name)
    {
        IReadOnlyList<DeviceSpec> all = All();
        DeviceSpec spec =
            name == DeviceSpec.Auto
                ? all[0]
                : all.FirstOrDefault(d => d.Name == name)
                    ?? throw new TrainingException(
                        WorkerExitCode.DeviceUnavailable,
                        $"The device '{name}' is not available here. Available: {string.Join(", ", all.Select(d => d.Name))}."
                    );
        return (device(spec.Name), spec);
    }

    private static bool FindBFloat16()
    {
        const int Features = 7,
            Avx512BFloat16 = 1 << 5,
            AmxBFloat16 = 1 << 22;
        // Not only the processor, the system too has to know the wide registers.
        if (!X86Base.IsSupported || !Avx512F.IsSupported || X86Base.CpuId(0, 0).Eax < Features)
            return false;
        (int lastPart, _, _, int amx) = X86Base.CpuId(Features, 0);
        return (amx & AmxBFloat16) != 0 || (lastPart >= 1 && (X86Base.CpuId(Features, 1).Eax & Avx512BFloat16) != 0);
    }
}
