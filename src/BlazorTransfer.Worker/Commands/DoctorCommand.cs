using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using BlazorTransfer.Core.Diagnostics;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Training.Diagnostics;
using BlazorTransfer.Training.Foundation;

namespace BlazorTransfer.Worker.Commands;

/// <summary><c>doctor</c>: examines this machine and says which precision to use on it.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var folder = new Option<string>("--folder")
        {
            Description = "The data folder, whose disk is checked.",
            DefaultValueFactory = _ => Environment.CurrentDirectory,
        };
        var json = new Option<bool>("--json") { Description = "Print one JSON document." };
        var command = new Command("doctor", "Checks processor, GPUs, libtorch, memory and disk, and measures each precision.")
        {
            folder,
            json,
        };
        command.SetAction(parsed =>
            Failures.Guard(() =>
            {
                string path = parsed.GetValue(folder)!;
                if (!Directory.Exists(path))
                    throw TrainingException.BadInput(Message.Plain($"There is no folder '{path}'. Name an existing one with --folder."));
                NativeLibtorch.Load();
                bool asJson = parsed.GetValue(json);
                // Programs take the first line of the standard error for the reason of a failure.
                SystemReport report = SystemCheck.Run(path, asJson ? _ => { } : Console.Error.WriteLine);
                if (asJson)
                    Console.WriteLine(JsonSerializer.Serialize(report, ProtocolJson.Indented));
                else
                    Print(report);
            })
        );
        return command;
    }

    private static void Print(SystemReport report)
    {
        Line($"BlazorTransfer  {report.WorkerVersion}");
        Line(
            $"Processor       {report.Processor.Name}, {report.Processor.Threads} threads ({report.Processor.ComputeThreads} for libtorch)"
        );
        Line($"                {string.Join(", ", report.Processor.Features)}");
        Line(
            $"libtorch        {report.Libtorch.Version ?? "unknown version"} from {report.Libtorch.Folder ?? "an unknown folder"}, "
                + $"TorchSharp {report.Libtorch.TorchSharpVersion}"
        );
        foreach (GpuInfo gpu in report.Gpus)
            Line(
                $"GPU {gpu.Index}           {gpu.Name}, {Text(gpu.Memory)}, compute capability {gpu.ComputeCapability ?? "unknown"}, "
                    + $"driver {gpu.DriverVersion}"
            );
        if (report.Gpus.Count == 0)
            Line("GPU             none");
        Line($"Usable GPUs     {report.UsableGpus}");
        Line($"Memory          {Text(report.Memory)}");
        Line($"Disk            {Text(report.Disk)} in {report.Folder}");
        Console.WriteLine();
        Line($"{"device", -8} {"precision", -10} {"operation", -14} {"ms", 10} {"error", 10} {"tolerance", 10}");
        foreach (PrecisionMeasurement m in report.Measurements)
            Line(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{m.Device, -8} {m.Precision, -10} {m.Operation, -14} {m.Milliseconds, 10:F3} {m.Error, 10:E1} {m.Tolerance, 10:E1}"
                        + $"{(m.IsCorrect ? "" : "  WRONG")}"
                )
            );
        Console.WriteLine();
        foreach (string verdict in report.Verdicts)
            Line(verdict);
    }

    private static string Text(Capacity capacity) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{(double)capacity.FreeBytes / (1L << 30):F1} of {(double)capacity.TotalBytes / (1L << 30):F1} GiB free"
        );

    private static void Line(string text) => Console.WriteLine(text);
}
