using System.Diagnostics;
using System.Runtime.InteropServices;
using BlazorTransfer.Core.Diagnostics;
using TorchSharp;

namespace BlazorTransfer.Training.Diagnostics;

/// <summary>Finds which libtorch this process has loaded.</summary>
public static class LibtorchProbe
{
    // A plain C function of libtorch 2.9 and later: major, minor and patch version in the three highest bytes of its result.
    private const string VersionFunction = "aoti_torch_abi_version";

    public static string TorchSharpVersion { get; } = typeof(torch).Assembly.GetName().Version?.ToString(3) ?? "unknown";

    /// <summary>Describes the libtorch in use; call it after loading one.</summary>
    public static LibtorchInfo Read()
    {
        string? file = LoadedFiles().FirstOrDefault();
        return new LibtorchInfo(file is null ? null : VersionOf(file), TorchSharpVersion, Path.GetDirectoryName(file));
    }

    /// <summary>Files of the main library of libtorch in this process; more than one means that two versions are mixed.</summary>
    public static IReadOnlyList<string> LoadedFiles()
    {
        using Process process = Process.GetCurrentProcess();
        return
        [
            .. process
                .Modules.Cast<ProcessModule>()
                .Select(m => m.FileName)
                .Where(f =>
                    Path.GetFileName(f) is { } name
                    && (name.StartsWith("libtorch_cpu.", StringComparison.Ordinal) || name == "torch_cpu.dll")
                )
                .Distinct(),
        ];
    }

    /// <summary>Version of a libtorch that is loaded from a file, such as <c>2.10.0</c>; null where it does not tell.</summary>
    public static unsafe string? VersionOf(string file)
    {
        if (!NativeLibrary.TryLoad(file, out nint library) || !NativeLibrary.TryGetExport(library, VersionFunction, out nint function))
            return null;
        ulong version = ((delegate* unmanaged<ulong>)function)();
        return $"{version >> 56}.{(version >> 48) & 0xff}.{(version >> 40) & 0xff}";
    }
}
