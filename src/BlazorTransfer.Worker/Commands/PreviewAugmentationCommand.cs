using System.CommandLine;
using System.Text.Json;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Previews;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Training.Foundation;
using BlazorTransfer.Training.Runs;

namespace BlazorTransfer.Worker.Commands;

/// <summary><c>preview-augmentation</c>: a few training images as the network would see them.</summary>
internal static class PreviewAugmentationCommand
{
    public static Command Create()
    {
        var file = new Option<string>("--job")
        {
            Description = "A preview job with a prepared data set, as the web application writes it.",
            Required = true,
        };
        var folder = new Option<string?>("--out") { Description = "Folder for the pictures." };
        var json = new Option<bool>("--json") { Description = "Print one JSON document with the pictures in it." };
        var command = new Command("preview-augmentation", "Previews the augmentation of a few training images.") { file, folder, json };
        command.SetAction(parsed =>
            Failures.Guard(() =>
            {
                NativeLibtorch.Load();
                PreviewSheet sheet = PreviewRun.Execute(PreviewJob.Load(parsed.GetValue(file)!));
                if (parsed.GetValue(json))
                    Console.WriteLine(JsonSerializer.Serialize(sheet, ProtocolJson.Line));
                else
                    WriteTo(
                        parsed.GetValue(folder)
                            ?? throw TrainingException.BadInput(Message.Plain("Name a folder for the pictures with --out, or add --json.")),
                        sheet
                    );
            })
        );
        return command;
    }

    private static void WriteTo(string folder, PreviewSheet sheet)
    {
        Directory.CreateDirectory(folder);
        for (int i = 0; i < sheet.Images.Count; i++)
        {
            PreviewedImage image = sheet.Images[i];
            File.WriteAllBytes(Path.Combine(folder, $"{i + 1}-original.jpg"), image.Original);
            for (int v = 0; v < image.Views.Count; v++)
                File.WriteAllBytes(Path.Combine(folder, $"{i + 1}-view-{v + 1}.jpg"), image.Views[v]);
            Console.WriteLine($"{i + 1}: {image.Name} ({image.Label})");
        }
    }
}
