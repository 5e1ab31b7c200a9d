using System.Runtime.InteropServices;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Training;

namespace BlazorTransfer.Worker;

/// <summary>Loads libtorch before anything needs it, so that a failure has its true cause in one line.</summary>
internal static partial class NativeLibtorch
{
    /// <summary>Names the <c>torch/lib</c> folder of an installed PyTorch, whose libtorch (of the same version) is used instead of the package's.</summary>
    public const string FolderVariable = "BLAZORTRANSFER_LIBTORCH";

    // In the order in which they need one another; the CUDA ones exist in CUDA builds only.
    private static readonly string[] Libraries = ["c10", "torch_cpu", "c10_cuda", "torch_cuda", "torch"];

    private const int TrimThreshold = -1, MmapMaximum = -4;

    /// <exception cref="TrainingException">libtorch cannot be loaded; the message says why.</exception>
    public static void Load()
    {
        KeepFreedMemory();
        if (Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } folder) LoadFrom(folder);
        try
        {
            TorchSharp.torch.InitializeDeviceType(TorchSharp.DeviceType.CPU);
        }
        catch (Exception e)
        {
            throw new TrainingException(WorkerExitCode.DeviceUnavailable, $"libtorch cannot be loaded: {TrueCause(e)}", e);
        }
    }

    private static void LoadFrom(string folder)
    {
        if (!Directory.Exists(folder)) throw new TrainingException(WorkerExitCode.DeviceUnavailable, $"{FolderVariable} names '{folder}', which is no folder.");
        foreach (string path in Libraries.Select(name => Path.Combine(folder, FileName(name))).Where(File.Exists))
        {
            try
            {
                NativeLibrary.Load(path);
            }
            catch (DllNotFoundException e)
            {
                throw new TrainingException(WorkerExitCode.DeviceUnavailable, $"libtorch cannot be loaded from {FolderVariable}: {FirstLine(e.Message)}", e);
            }
        }
    }

    /// <summary>What the dynamic loader says of the bridge library, which TorchSharp's own message hides.</summary>
    private static string TrueCause(Exception failure)
    {
        string[] candidates =
        [
            Path.Combine(AppContext.BaseDirectory, FileName("LibTorchSharp")),
            Path.Combine(AppContext.BaseDirectory, "runtimes", RuntimeInformation.RuntimeIdentifier.Split('.')[0], "native", FileName("LibTorchSharp")),
            Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native", FileName("LibTorchSharp")),
        ];
        if (candidates.FirstOrDefault(File.Exists) is not { } bridge) return $"{FileName("LibTorchSharp")} is missing beside the program.";
        try
        {
            NativeLibrary.Load(bridge);
            return FirstLine(failure.GetBaseException().Message);
        }
        catch (DllNotFoundException e)
        {
            return FirstLine(e.Message);
        }
    }

    private static string FirstLine(string text) => text.Split('\n').Select(l => l.Trim()).FirstOrDefault(l => l.Length > 0) ?? "no reason given";

    private static string FileName(string library) =>
        OperatingSystem.IsWindows() ? $"{library}.dll" : OperatingSystem.IsMacOS() ? $"lib{library}.dylib" : $"lib{library}.so";

    /// <summary>
    /// Lets the C library keep what a step frees for the next step, which allocates the same again: otherwise each large tensor is
    /// mapped from, and returned to, the kernel (a fifth of the time of a forward pass).
    /// </summary>
    private static void KeepFreedMemory()
    {
        if (!OperatingSystem.IsLinux()) return;
        try
        {
            SetAllocator(TrimThreshold, int.MaxValue);
            SetAllocator(MmapMaximum, 0);
        }
        catch (EntryPointNotFoundException)
        {
            // musl has no mallopt; it is a matter of speed only.
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetAllocator(int parameter, int value);
}
