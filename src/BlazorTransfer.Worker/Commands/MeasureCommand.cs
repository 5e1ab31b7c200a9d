using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Models;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Training.Backbones;
using BlazorTransfer.Training.Diagnostics;
using BlazorTransfer.Training.Foundation;

namespace BlazorTransfer.Worker.Commands;

/// <summary><c>measure BACKBONE…</c>: images per second of networks on this machine.</summary>
internal static class MeasureCommand
{
    public static Command Create()
    {
        var names = new Argument<string[]>("backbones")
        {
            Description = "Networks from 'describe'; all if none is given.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var device = new Option<string>("--device") { Description = "auto, cpu or cuda:N.", DefaultValueFactory = _ => DeviceSpec.Auto };
        Option<int> batchSize = NumberOption.Create("--batch-size", 8, "Number of images per batch.");
        var json = new Option<bool>("--json") { Description = "Print a line of JSON for each network." };
        var command = new Command("measure", "Measures the images/s of networks on this machine, with images in memory.")
        {
            names,
            device,
            batchSize,
            json,
        };
        command.SetAction(parsed =>
            Failures.Guard(() =>
            {
                NativeLibtorch.Load();
                if (parsed.GetValue(batchSize) is < 1 or > 4096)
                    throw TrainingException.BadInput(Message.Plain("--batch-size must be 1 to 4096."));
                string[] chosen = parsed.GetValue(names) is { Length: > 0 } named ? named : [.. BackboneRegistry.All.Select(b => b.Name)];
                foreach (string name in chosen)
                {
                    BackboneSpeed speed = SpeedMeter.Measure(name, parsed.GetValue(device)!, parsed.GetValue(batchSize));
                    Console.WriteLine(
                        parsed.GetValue(json)
                            ? JsonSerializer.Serialize(speed, ProtocolJson.Line)
                            : string.Create(
                                CultureInfo.InvariantCulture,
                                $"{name, -22} {speed.Features, 10:F1} inference images/s {speed.Training, 10:F1} training images/s   "
                                    + $"({speed.Device}, batch size {speed.BatchSize})"
                            )
                    );
                }
            })
        );
        return command;
    }
}
