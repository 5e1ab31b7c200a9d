using System.Runtime.InteropServices;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Training.Foundation;

namespace BlazorTransfer.Worker;

/// <summary>Loads libtorch before anything needs it, so that a failure has its true cause in one line.</summary>
internal static partial class NativeLibtorch
{
    /// <summary>Names the <c>torch/lib</c> folder of an installed PyTorch, whose libtorch (of the same version) is used instead of the
    /// package's.</summary>
    public const string FolderVariable = "BLAZORTRANSFER_LIBTORCH";

    // In the order in which they need one another; the CUDA ones exist in CUDA builds only.
    private static readonly string[] Libraries = ["c10", "torch_cpu", "c10_cuda", "torch_cuda", "torch"];

    // A function that TorchSharp's native half calls, by the name it has in libtorch 2.10 and its neighbours.
    private const string NeededSymbol = "_ZNK5torch2nn6Module5cloneERKSt8optionalIN3c106DeviceEE";

    private const int TrimThreshold = -1,
        MmapMaximum = -4;

    /// <exception cref="TrainingException">libtorch cannot be loaded; the message says why.</exception>
    public static void Load()
    {
        KeepFreedMemory();
        if (Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } folder)
            LoadFrom(folder);
        LoadBridge();
        try
        {
            TorchSharp.torch.InitializeDeviceType(TorchSharp.DeviceType.CPU);
        }
        catch (Exception e)
        {
            throw CannotLoad("", e);
        }
    }

    private static void LoadFrom(string folder)
    {
        if (!Directory.Exists(folder))
            throw new TrainingException(WorkerExitCode.DeviceUnavailable, $"{FolderVariable} names '{folder}', which is no folder.");
        foreach (string path in Libraries.Select(name => Path.Combine(folder, FileName(name))).Where(File.Exists))
        {
            try
            {
                CheckVersion(path, NativeLibrary.Load(path));
            }
            catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
            {
                throw CannotLoad($" from {FolderVariable}", e);
            }
        }
    }

    /// <summary>Another version would crash the process at the first call, or make the loader take the package's beside it.</summary>
    private static void CheckVersion(string path, nint library)
    {
        if (
            !OperatingSystem.IsLinux()
            || Path.GetFileName(path) != FileName("torch_cpu")
            || NativeLibrary.TryGetExport(library, NeededSymbol, out _)
        )
            return;
        throw new TrainingException(
            WorkerExitCode.DeviceUnavailable,
            $"{FolderVariable} holds a libtorch of another version. TorchSharp "
                + $"{typeof(TorchSharp.torch).Assembly.GetName().Version?.ToString(3)} needs that of PyTorch 2.10."
        );
    }

    /// <summary>
    /// Loads TorchSharp's native half, and libtorch with it, before TorchSharp tries: where that fails, TorchSharp prints pages about
    /// packages and hides what the dynamic loader said.
    /// </summary>
    private static void LoadBridge()
    {
        string file = FileName("LibTorchSharp");
        string[] candidates =
        [
            Path.Combine(AppContext.BaseDirectory, file),
            Path.Combine(AppContext.BaseDirectory, "runtimes", RuntimeInformation.RuntimeIdentifier, "native", file),
            Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native", file),
        ];
        string bridge =
            candidates.FirstOrDefault(File.Exists)
            ?? throw new TrainingException(
                WorkerExitCode.DeviceUnavailable,
                $"libtorch cannot be loaded: {file} is missing beside the program."
            );
        try
        {
            NativeLibrary.Load(bridge);
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            throw CannotLoad("", e);
        }
    }

    private static TrainingException CannotLoad(string from, Exception failure) =>
        new(WorkerExitCode.DeviceUnavailable, $"libtorch cannot be loaded{from}: {TrueCause(failure.GetBaseException().Message)}", failure);

    /// <summary>.NET begins with general advice; what the loader itself said follows, a line for each place where it looked.</summary>
    private static string TrueCause(string message)
    {
        string[] lines = [.. message.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0)];
        return lines.Skip(1).FirstOrDefault(l => l.Contains(": ", StringComparison.Ordinal)) ?? lines.FirstOrDefault() ?? "no reason given";
    }

    private static string FileName(string library) =>
        OperatingSystem.IsWindows() ? $"{library}.dll"
        : OperatingSystem.IsMacOS() ? $"lib{library}.dylib"
        : $"lib{library}.so";

    /// <summary>
    /// Lets the C library keep what a step frees for the next step, which allocates the same again: otherwise each large tensor is
    /// mapped from, and returned to, the kernel (a fifth of the time of a forward pass).
    /// </summary>
    private static void KeepFreedMemory()
    {
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            SetAllocator(TrimThreshold, int.MaxValue);
            SetAllocator(MmapMaximum, 0);
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException)
        {
            // musl has no mallopt, or its library another name; it is a matter of speed only.
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetAllocator(int parameter, int value);
}
