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
        var model = new Option<string>("--model") { Description = "model.zip, a run folder or a safetensors file with its description.", Required = true };
        var top = new Option<int>("--top") { Description = "How many classes to name.", DefaultValueFactory = _ => 3 };
        var json = new Option<bool>("--json") { Description = "Print a line of JSON for each image." };
        var images = new Argument<string[]>("images") { Description = "Image files.", Arity = ArgumentArity.OneOrMore };
        var command = new Command("predict", "Names the most probable classes of images.") { model, top, json, images };
        command.SetAction(parsed => Failures.Guard(() =>
        {
            NativeLibtorch.Load();
            using Predictor predictor = ModelFile.Open(parsed.GetValue(model)!);
            foreach (string image in parsed.GetValue(images)!)
            {
                IReadOnlyList<ClassProbability> answer = predictor.Predict(image, parsed.GetValue(top));
                Console.WriteLine(parsed.GetValue(json)
                    ? JsonSerializer.Serialize(new { image, top = answer }, ProtocolJson.Line)
                    : $"{image}\t{string.Join("\t", answer.Select(a => string.Create(CultureInfo.InvariantCulture, $"{a.Label} {a.Probability:P1}")))}");
            }
        }));
        return command;
    }
}
