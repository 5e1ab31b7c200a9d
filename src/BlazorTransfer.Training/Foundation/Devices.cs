using System.Runtime.Intrinsics.X86;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Protocol;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Foundation;

/// <summary>The compute devices of this machine. CUDA is asked for through libtorch; a build for the CPU has none.</summary>
public static class Devices
{
    private const int Features = 7,
        Avx512BFloat16 = 1 << 5,
        AmxBFloat16 = 1 << 22;

    /// <summary>True if this machine's processor multiplies bfloat16 itself. On others libtorch converts, and single precision is
    /// faster.</summary>
    public static bool ProcessorHasBFloat16 { get; } =
        X86Base.IsSupported && HasBFloat16(leaf => X86Base.CpuId(leaf.Number, leaf.Part), Avx512F.IsSupported);

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
                        "device.unavailable",
                        $"The device '{name}' is not available here. Available: {string.Join(", ", all.Select(d => d.Name))}."
                    );
        return (device(spec.Name), spec);
    }

    /// <summary>True if a processor has AVX-512 BF16 or AMX BF16 (Intel, "Architecture Instruction Set Extensions Programming Reference",
    /// CPUID leaf 7).</summary>
    /// <param name="cpuId">The processor's answer to a leaf of CPUID.</param>
    /// <param name="systemSavesWideRegisters">The operating system must support AVX-512 too.</param>
    internal static bool HasBFloat16(
        Func<(int Number, int Part), (int Eax, int Ebx, int Ecx, int Edx)> cpuId,
        bool systemSavesWideRegisters
    )
    {
        if (!systemSavesWideRegisters || cpuId((0, 0)).Eax < Features)
            return false;
        (int lastPart, _, _, int amx) = cpuId((Features, 0));
        return (amx & AmxBFloat16) != 0 || (lastPart >= 1 && (cpuId((Features, 1)).Eax & Avx512BFloat16) != 0);
    }
}
