using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Imaging;
using BlazorTransfer.Training.Evaluation;

namespace BlazorTransfer.Worker.Commands;

/// <summary><c>predict IMAGE…</c>: the most probable classes of images. Images that cannot be used are named, and the others
/// answered.</summary>
internal static class PredictCommand
{
    public static Command Create()
    {
        var model = new Option<string>("--model")
        {
            Description = "A model.zip, a run folder, or a safetensors file with its description.",
            Required = true,
        };
        Option<int> top = NumberOption.Create("--top", 3, "Number of classes to list for each image.");
        var json = new Option<bool>("--json")
        {
            Description = "Print a line of JSON for each image: its classes, or the error for a skipped one.",
        };
        var images = new Argument<string[]>("images") { Description = "Image files.", Arity = ArgumentArity.OneOrMore };
        var command = new Command(
            "predict",
            "Lists the most probable classes of images. Images that cannot be used are skipped and listed; the exit code is then "
                + $"{(int)WorkerExitCode.FilesSkipped}, or {(int)WorkerExitCode.BadInput} if no image can be used."
        )
        {
            model,
            top,
            json,
            images,
        };
        command.SetAction(parsed =>
            Failures.Guard(() =>
            {
                NativeLibtorch.Load();
                using Predictor predictor = ModelFile.Open(parsed.GetValue(model)!);
                string[] files = parsed.GetValue(images)!;
                int answered = files.Count(file => Predict(predictor, file, parsed.GetValue(top), parsed.GetValue(json)));
                return answered == files.Length ? WorkerExitCode.Success
                    : answered > 0 ? WorkerExitCode.FilesSkipped
                    : WorkerExitCode.BadInput;
            })
        );
        return command;
    }

    /// <summary>Prints the answer for an image, or why it is skipped; whether there was one.</summary>
    private static bool Predict(Predictor predictor, string image, int top, bool json)
    {
        try
        {
            Print(image, predictor.Answer(image, top), json);
            return true;
        }
        catch (Exception e) when (e is ImageException or IOException or UnauthorizedAccessException)
        {
            if (json)
                Console.WriteLine(JsonSerializer.Serialize(new { image, error = e.Message }, ProtocolJson.Line));
            else
                Console.Error.WriteLine($"Skipped {image}: {e.Message}");
            return false;
        }
    }

    private static void Print(string image, Answer answer, bool json) =>
        Console.WriteLine(
            json
                ? JsonSerializer.Serialize(
                    new
                    {
                        image,
                        top = answer.Classes,
                        labelSets = answer.LabelSets.Count == 0 ? null : answer.LabelSets,
                    },
                    ProtocolJson.Line
                )
                : string.Join(
                    '\t',
                    [
                        image,
                        .. answer.Classes.Select(Shown),
                        .. answer.LabelSets.SelectMany(s => s.Top.Select(t => $"{s.Name}: {Shown(t)}")),
                    ]
                )
        );

    private static string Shown(ClassProbability answer) =>
        string.Create(CultureInfo.InvariantCulture, $"{answer.Label} {answer.Probability:P1}");
}
