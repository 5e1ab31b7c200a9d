using System.Runtime.InteropServices;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Training.Diagnostics;
using BlazorTransfer.Training.Foundation;

namespace BlazorTransfer.Worker;

/// <summary>Loads libtorch before anything needs it, so that a failure has its true cause in one line.</summary>
internal static partial class NativeLibtorch
{
    /// <summary>Names the <c>torch/lib</c> folder of an installed PyTorch, whose libtorch is used instead of the package's. It should be of
    /// the version that TorchSharp was built for; others are tried, with a warning.</summary>
    public const string FolderVariable = "BLAZORTRANSFER_LIBTORCH";

    /// <summary>The libtorch that TorchSharp was built for. TorchSharp knows it too, but loads a libtorch before it answers.</summary>
    public const string BuiltFor = "2.10.0";

    private const string MainLibrary = "torch_cpu";

    // In the order in which they need one another; the CUDA ones exist in CUDA builds only.
    private static readonly string[] Libraries = ["c10", MainLibrary, "c10_cuda", "torch_cuda", "torch"];

    private const int TrimThreshold = -1,
        MmapMaximum = -4,
        BindNow = 2;

    /// <exception cref="TrainingException">libtorch cannot be loaded; the message says why.</exception>
    public static void Load()
    {
        KeepFreedMemory();
        string? folder = Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } named ? named : null;
        if (folder is not null)
            LoadFrom(folder);
        LoadBridge(isForeign: folder is not null);
        if (folder is not null)
            RequireOneLibtorch(folder);
        try
        {
            TorchSharp.torch.InitializeDeviceType(TorchSharp.DeviceType.CPU);
            if (folder is not null)
                RequireRightResult(folder);
        }
        catch (Exception e) when (e is not TrainingException)
        {
            throw CannotLoad("", e);
        }
    }

    private static void LoadFrom(string folder)
    {
        if (!Directory.Exists(folder))
            throw new TrainingException(
                WorkerExitCode.DeviceUnavailable,
                "libtorch.no-folder",
                $"{FolderVariable} names '{folder}', which is no folder."
            );
        string main = Path.Combine(folder, FileName(MainLibrary));
        foreach (string path in Libraries.Select(name => Path.Combine(folder, FileName(name))).Where(File.Exists))
        {
            try
            {
                NativeLibrary.Load(path);
            }
            catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
            {
                throw CannotLoad($" from {FolderVariable}", e);
            }

            if (path == main)
                CheckVersion(main);
        }

        if (!File.Exists(main))
            throw new TrainingException(
                WorkerExitCode.DeviceUnavailable,
                "libtorch.missing",
                $"{FolderVariable} names '{folder}', which holds no {Path.GetFileName(main)}. Use the torch/lib folder of a PyTorch "
                    + $"from pip."
            );
    }

    /// <summary>
    /// A version near the one that TorchSharp was built for usually works, and only trying it tells. If the process then ends, this
    /// line is the only explanation. One that is too old to name its version is refused.
    /// </summary>
    private static void CheckVersion(string file)
    {
        string advice = $"TorchSharp {LibtorchProbe.TorchSharpVersion} was built for {BuiltFor}";
        if (LibtorchProbe.VersionOf(file) is not { } found)
            throw new TrainingException(
                WorkerExitCode.DeviceUnavailable,
                "libtorch.too-old",
                $"{FolderVariable} holds a libtorch that is too old. {advice}: use that version."
            );
        if (!IsSameMinor(found, BuiltFor))
            Console.Error.WriteLine(
                $"Warning: {FolderVariable} holds libtorch {found}, and {advice}. If the program crashes, use that version."
            );
    }

    private static bool IsSameMinor(string a, string b) => a.Split('.').Take(2).SequenceEqual(b.Split('.').Take(2));

    /// <summary>
    /// Loads TorchSharp's native half, and libtorch with it, before TorchSharp tries: where that fails, TorchSharp prints pages about
    /// packages and hides what the dynamic loader said.
    /// </summary>
    /// <param name="isForeign">libtorch is not the package's, so functions may be missing from it.</param>
    private static void LoadBridge(bool isForeign)
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
                "libtorch.file-missing",
                $"libtorch cannot be loaded: {file} is missing beside the program."
            );
        if (isForeign && OperatingSystem.IsLinux())
            WarnOfMissingFunctions(bridge);
        try
        {
            NativeLibrary.Load(bridge);
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            throw CannotLoad("", e);
        }
    }

    /// <summary>
    /// Asks the loader to find all functions now. .NET's own call finds each when it is first called, and the process ends there if it is
    /// missing; most of them are never called, so a missing one is no reason to refuse.
    /// </summary>
    private static void WarnOfMissingFunctions(string bridge)
    {
        if (OpenLibrary(bridge, BindNow) == 0)
            Console.Error.WriteLine(
                $"Warning: {Marshal.PtrToStringUTF8(LoaderError())}. The program ends with such a line if it needs this function."
            );
    }

    /// <summary>A library of another name (as some distributions have it) makes the loader take the package's libtorch beside it.</summary>
    private static void RequireOneLibtorch(string folder)
    {
        IReadOnlyList<string> files = LibtorchProbe.LoadedFiles();
        if (files.Count > 1)
            throw new TrainingException(
                WorkerExitCode.DeviceUnavailable,
                "libtorch.mixed",
                $"The libtorch in '{folder}' ({FolderVariable}) does not fit: the program also loaded {string.Join(" and ", files)}. "
                    + $"Use the torch/lib folder of a PyTorch from pip."
            );
    }

    /// <summary>Another version may load and compute nonsense: d(x·x)/dx at (1, 2) is (2, 4).</summary>
    private static void RequireRightResult(string folder)
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        TorchSharp.torch.Tensor x = TorchSharp.torch.tensor([1f, 2f], requires_grad: true);
        x.dot(x).backward();
        if (x.grad is not { } gradient || !gradient.data<float>().SequenceEqual([2f, 4f]))
            throw new TrainingException(
                WorkerExitCode.DeviceUnavailable,
                "libtorch.wrong-results",
                $"The libtorch in '{folder}' ({FolderVariable}) computes wrong results: TorchSharp was built for "
                    + $"{BuiltFor}. Use that version."
            );
    }

    private static TrainingException CannotLoad(string from, Exception failure) =>
        new(
            WorkerExitCode.DeviceUnavailable,
            "libtorch.unloadable",
            $"libtorch cannot be loaded{from}: {TrueCause(failure.GetBaseException().Message)}",
            failure
        );

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

    [LibraryImport("libc", EntryPoint = "dlopen", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint OpenLibrary(string file, int mode);

    [LibraryImport("libc", EntryPoint = "dlerror")]
    private static partial nint LoaderError();
}
