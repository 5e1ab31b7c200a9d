using System.CommandLine;
using System.Text.Json;
using BlazorTransfer.Core.Models;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Imaging;
using BlazorTransfer.Training.Evaluation;

namespace BlazorTransfer.Worker.Commands;

/// <summary><c>predict-image</c>: one answer for the web application, with the image as the network sees it.</summary>
internal static class PredictImageCommand
{
    private const int Quality = 90;
    private const int MostClasses = 10;

    public static Command Create()
    {
        var model = new Option<string>("--model") { Description = "A safetensors file with its description.", Required = true };
        var image = new Option<string>("--image") { Description = "The image file.", Required = true };
        var json = new Option<bool>("--json") { Description = "Print one JSON document.", Required = true };
        var command = new Command("predict-image", "Answers one image for the web application.") { model, image, json };
        command.Hidden = true;
        command.SetAction(parsed =>
            Failures.Guard(() =>
            {
                NativeLibtorch.Load();
                using Predictor predictor = ModelFile.Open(parsed.GetValue(model)!);
                Console.WriteLine(JsonSerializer.Serialize(Answer(predictor, parsed.GetValue(image)!), ProtocolJson.Line));
            })
        );
        return command;
    }

    private static ImagePrediction Answer(Predictor predictor, string image)
    {
        RgbImage input = predictor.InputOf(image);
        Answer answer = predictor.Answer(input, MostClasses);
        using var jpeg = new MemoryStream();
        JpegEncoder.Encode(input, jpeg, Quality);
        return new ImagePrediction(
            answer.Classes,
            [.. answer.LabelSets.Select(s => new LabelSetPrediction(s.Name, s.Top))],
            input.Width,
            jpeg.ToArray()
        );
    }
}
