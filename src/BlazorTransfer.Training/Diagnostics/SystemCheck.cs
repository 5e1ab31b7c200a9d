using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Diagnostics;
using BlazorTransfer.Training.Foundation;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Diagnostics;

/// <summary>Examines the machine that it runs on, and measures each kind of device once.</summary>
public static class SystemCheck
{
    /// <param name="folder">The data folder, whose disk is examined.</param>
    /// <param name="progress">Receives a line before each step.</param>
    public static SystemReport Run(string folder, Action<string> progress)
    {
        progress("Reading the hardware …");
        IReadOnlyList<DeviceSpec> devices = Devices.All();
        var measurements = new List<PrecisionMeasurement>();
        // The other GPUs of a machine are nearly always like its first.
        foreach (string name in devices.Select(d => d.Name).Where(d => d is DeviceSpec.Cpu or "cuda:0"))
        {
            progress($"Measuring {name} …");
            measurements.AddRange(PrecisionBench.Measure(device(name), name));
        }

        var report = new SystemReport
        {
            WorkerVersion = EngineVersion.Current,
            Processor = ProcessorProbe.Read(),
            Libtorch = LibtorchProbe.Read(),
            Gpus = GpuProbe.Read(),
            UsableGpus = devices.Count(d => d.Name != DeviceSpec.Cpu),
            Measurements = measurements,
            Memory = Memory(),
            Disk = Disk(folder),
            Folder = Path.GetFullPath(folder),
            Verdicts = [],
        };
        return report with { Verdicts = SystemVerdict.Of(report) };
    }

    private static Capacity Memory()
    {
        // The figures are those of the last collection; they respect the limit of a container.
        GC.Collect();
        GCMemoryInfo memory = GC.GetGCMemoryInfo();
        return new Capacity(Math.Max(0, memory.TotalAvailableMemoryBytes - memory.MemoryLoadBytes), memory.TotalAvailableMemoryBytes);
    }

    private static Capacity Disk(string folder)
    {
        string path = Path.GetFullPath(folder);
        var drive = new DriveInfo(OperatingSystem.IsWindows() ? Path.GetPathRoot(path)! : path);
        return new Capacity(drive.AvailableFreeSpace, drive.TotalSize);
    }
}
