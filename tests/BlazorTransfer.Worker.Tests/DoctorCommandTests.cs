using System.Text.Json;
using BlazorTransfer.Core.Diagnostics;
using BlazorTransfer.Core.Protocol;

namespace BlazorTransfer.Worker.Tests;

public class DoctorCommandTests
{
    [Fact]
    public void Doctor_Json_PrintsOneDocumentOnStandardOutput()
    {
        (int code, string output, string errors) = WorkerProcess.Run("doctor", "--json", "--folder", AppContext.BaseDirectory);

        Assert.Equal((0, ""), (code, errors));
        SystemReport report = JsonSerializer.Deserialize<SystemReport>(output, ProtocolJson.Line)!;
        Assert.StartsWith("2.", report.Libtorch.Version, StringComparison.Ordinal);
        Assert.True(Directory.Exists(report.Libtorch.Folder), report.Libtorch.Folder);
        Assert.Equal(Environment.ProcessorCount, report.Processor.Threads);
        Assert.InRange(report.Memory.FreeBytes, 1, report.Memory.TotalBytes);
        Assert.InRange(report.Disk.FreeBytes, 1, report.Disk.TotalBytes);
        PrecisionMeasurement[] cpu = [.. report.Measurements.Where(m => m.Device == "cpu")];
        Assert.Equal(4, cpu.Length);
        Assert.All(report.Measurements, m => Assert.True(m.IsCorrect && m.Milliseconds > 0, m.ToString()));
        // bfloat16 was really used: it rounds.
        Assert.All(cpu.Where(m => m.Precision == NumericPrecision.BFloat16), m => Assert.True(m.Error > 1e-4, m.ToString()));
        Assert.NotEmpty(report.Verdicts);
    }

    [Fact]
    public void Doctor_Text_ShowsMachineMeasurementsAndVerdict()
    {
        (int code, string output, string errors) = WorkerProcess.Run("doctor", "--folder", AppContext.BaseDirectory);

        Assert.True(code == 0, errors);
        foreach (string line in new[] { "Processor ", "libtorch ", "Memory ", "Disk ", "cpu      BFloat16   Convolution", "on the CPU" })
            Assert.Contains(line, output, StringComparison.Ordinal);
    }

    [Fact]
    public void Doctor_FolderThatIsMissing_IsRefused()
    {
        string none = Path.Combine(AppContext.BaseDirectory, "none");

        (int code, _, string errors) = WorkerProcess.Run("doctor", "--folder", none);

        Assert.Equal(WorkerExitCode.BadInput, (WorkerExitCode)code);
        Assert.Equal($"There is no folder '{none}'. Name an existing one with --folder.", errors.Trim());
    }

    [Fact]
    public void Libtorch_FolderWithoutOne_IsRefused()
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "builtin");

        (int code, _, string errors) = WorkerProcess.Run([("BLAZORTRANSFER_LIBTORCH", folder)], "describe");

        Assert.Equal(WorkerExitCode.DeviceUnavailable, (WorkerExitCode)code);
        Assert.Contains("torch_cpu", Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public void Libtorch_TooOldToNameItsVersion_IsRefusedInOneLine()
    {
        const string Debians = "/usr/lib/python3/dist-packages/torch/lib";
        Assert.SkipUnless(File.Exists(Path.Combine(Debians, "libtorch_cpu.so")), "Needs Debian's python3-torch (1.13).");

        (int code, _, string errors) = WorkerProcess.Run([("BLAZORTRANSFER_LIBTORCH", Debians)], "describe");

        Assert.Equal(WorkerExitCode.DeviceUnavailable, (WorkerExitCode)code);
        Assert.Contains("too old", Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public void BuiltFor_IsTheVersionThatTorchSharpNames() =>
        Assert.StartsWith(NativeLibtorch.BuiltFor, TorchSharp.torch.__version__, StringComparison.Ordinal);

    [Fact]
    public void Libtorch_OfTheSameVersionFromAFolder_IsUsedWithoutAWarning()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.Is64BitProcess, "Uses the folder of the Linux package.");
        string folder = Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native");
        Assert.SkipUnless(File.Exists(Path.Combine(folder, "libtorch_cpu.so")), "This build has no libtorch of its own.");

        (int code, string output, string errors) = WorkerProcess.Run([("BLAZORTRANSFER_LIBTORCH", folder)], "describe", "--json");

        Assert.Equal(0, code);
        Assert.Empty(errors);
        Assert.StartsWith("{", output, StringComparison.Ordinal);
    }
}
