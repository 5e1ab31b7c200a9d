using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Imaging;
using BlazorTransfer.Training.Evaluation;

namespace BlazorTransfer.Worker.Commands;

/// <summary>
/// <c>predict IMAGE…</c>: the most probable classes of images, or of all files in folders. Images that cannot be used are named, and the
/// others answered.
/// </summary>
internal static class PredictCommand
{
    public static Command Create()
    {
        var model = new Option<string>("--model")
        {
            Description = "A model.zip, a run folder, or a safetensors file with its description.",
            Required = true,
        };
        Option<int> top = NumberOption.Create("--top", 3, "Number of classes to list for each image.", least: 1);
        var json = new Option<bool>("--json")
        {
            Description = "Print a line of JSON for each image: its classes, or the error for a skipped one.",
        };
        var images = new Argument<string[]>("images")
        {
            Description = "Image files, or folders of images.",
            Arity = ArgumentArity.OneOrMore,
        };
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
                int answered = 0,
                    skipped = 0;
                foreach ((string file, string? reason) in parsed.GetValue(images)!.SelectMany(FilesOf))
                {
                    if (Predict(predictor, file, reason, parsed.GetValue(top), parsed.GetValue(json)))
                        answered++;
                    else
                        skipped++;
                }

                return skipped == 0 ? WorkerExitCode.Success
                    : answered > 0 ? WorkerExitCode.FilesSkipped
                    : WorkerExitCode.BadInput;
            })
        );
        return command;
    }

    /// <summary>A file as it is named; of a folder, the files in it and in its folders by name, or why there are none.</summary>
    private static IEnumerable<(string File, string? Reason)> FilesOf(string path)
    {
        if (!Directory.Exists(path))
            return [(path, null)];
        try
        {
            var rejected = new List<RejectedFile>();
            string[] names =
            [
                .. FolderImport.NamesIn(Path.GetFullPath(path), rejected).Where(n => !ClassFolderLayout.IsLitter(Path.GetFileName(n))),
            ];
            Array.Sort(names, StringComparer.Ordinal);
            (string, string?)[] files =
            [
                .. names.Select(n => (Path.Combine(path, n), (string?)null)),
                .. rejected.Select(r => (Path.Combine(path, r.Name), (string?)r.Reason)),
            ];
            return files.Length == 0 ? [(path, "The folder is empty.")] : files;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [(path, e.Message)];
        }
    }

    /// <summary>Prints the answer for an image, or why it is skipped; whether there was one.</summary>
    private static bool Predict(Predictor predictor, string image, string? reason, int top, bool json)
    {
        try
        {
            if (reason is null)
            {
                Print(image, predictor.Answer(image, top), json);
                return true;
            }
        }
        catch (Exception e) when (e is ImageException or IOException or UnauthorizedAccessException)
        {
            reason = e.Message;
        }

        if (json)
            Console.WriteLine(JsonSerializer.Serialize(new { image, error = reason }, ProtocolJson.Line));
        else
            Console.Error.WriteLine($"Skipped {image}: {reason}");
        return false;
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
                    [image, .. Shown(answer.Classes), .. answer.LabelSets.SelectMany(s => Shown(s.Top).Select(t => $"{s.Name}: {t}"))]
                )
        );

    /// <summary>The most probable labels; where an image may have several, those that it is given.</summary>
    private static IEnumerable<string> Shown(IReadOnlyList<ClassProbability> answers) =>
        answers
            .Where(a => a.IsPredicted != false)
            .Select(a => string.Create(CultureInfo.InvariantCulture, $"{a.Label} {a.Probability:P1}"))
            .DefaultIfEmpty("(no label)");
}
