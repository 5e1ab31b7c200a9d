using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Training.Evaluation;

namespace BlazorTransfer.Worker.Commands;

/// <summary><c>predict IMAGE…</c>: what a finished model says of images.</summary>
internal static class PredictCommand
{
    public static Command Create()
    {
        var model = new Option<string>("--model")
        {
            Description = "model.zip, a run folder or a safetensors file with its description.",
            Required = true,
        };
        Option<int> top = NumberOption.Create("--top", 3, "Number of classes to list for each image.");
        var json = new Option<bool>("--json") { Description = "Print a line of JSON for each image." };
        var images = new Argument<string[]>("images") { Description = "Image files.", Arity = ArgumentArity.OneOrMore };
        var command = new Command("predict", "Names the most probable classes of images.") { model, top, json, images };
        command.SetAction(parsed =>
            Failures.Guard(() =>
            {
                NativeLibtorch.Load();
                using Predictor predictor = ModelFile.Open(parsed.GetValue(model)!);
                foreach (string image in parsed.GetValue(images)!)
                {
                    Answer answer = predictor.Answer(image, parsed.GetValue(top));
                    Console.WriteLine(
                        parsed.GetValue(json)
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
                }
            })
        );
        return command;
    }

    private static string Shown(ClassProbability answer) =>
        string.Create(CultureInfo.InvariantCulture, $"{answer.Label} {answer.Probability:P1}");
}
