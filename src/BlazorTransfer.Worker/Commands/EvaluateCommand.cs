using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Training.Evaluation;
using BlazorTransfer.Training.Foundation;
using BlazorTransfer.Training.Inputs;
using Spectre.Console;

namespace BlazorTransfer.Worker.Commands;

/// <summary><c>evaluate</c>: how good a finished model is on a folder of labelled images.</summary>
internal static class EvaluateCommand
{
    private const int BatchSize = 32;

    public static Command Create()
    {
        var model = new Option<string>("--model")
        {
            Description = "A model.zip, a run folder, or a safetensors file with its description.",
            Required = true,
        };
        var data = new Option<string>("--data") { Description = "Folder of class folders; all images in it are used.", Required = true };
        var json = new Option<bool>("--json") { Description = "Print one JSON document." };
        var command = new Command(
            "evaluate",
            "Measures a model on a folder of labelled images. Files that cannot be used are skipped and listed; the exit code is then "
                + $"{(int)WorkerExitCode.FilesSkipped}."
        )
        {
            model,
            data,
            FolderOptions.Layout,
            json,
        };
        FolderOptions.AddTo(command);
        command.SetAction(parsed =>
            Failures.Guard(() =>
            {
                NativeLibtorch.Load();
                using Predictor predictor = ModelFile.Open(parsed.GetValue(model)!);
                string folder = Path.GetFullPath(parsed.GetValue(data)!);
                ImportResult import = FolderOptions.Import(parsed, folder, SplitPlan.TestOnly);
                EvaluationResult result = Evaluate(predictor, folder, import.Manifest);
                if (parsed.GetValue(json))
                    PrintJson(result, import.Rejected);
                else
                    PrintText(result, import.Rejected);
                return import.Rejected.Count == 0 ? WorkerExitCode.Success : WorkerExitCode.FilesSkipped;
            })
        );
        return command;
    }

    private static EvaluationResult Evaluate(Predictor predictor, string folder, DatasetManifest data)
    {
        string[] unknown = [.. data.Classes.Except(predictor.Model.Classes)];
        if (unknown.Length > 0)
            throw TrainingException.BadInput(
                Message.Plain($"The model has no class '{unknown[0]}'. Its classes are: {string.Join(", ", predictor.Model.Classes)}.")
            );
        var images = new ImageStore(folder, predictor.Description.Preprocessing.ResizeShorterSide);
        InputReader reader = InputReader.Evaluation(images, predictor.Description.Preprocessing);
        var source = new ImageBatches(data.Samples, predictor.Model.Classes, _ => reader, seed: 0, predictor.Model.Device);
        return Evaluator.Evaluate(predictor.Model, source, BatchSize, null, CancellationToken.None);
    }

    private static void PrintJson(EvaluationResult result, IReadOnlyList<RejectedFile> skipped) =>
        Console.WriteLine(
            JsonSerializer.Serialize(
                new
                {
                    images = result.Predictions.Count,
                    Skipped = skipped.Select(f => new
                    {
                        f.Name,
                        Reason = f.Reason.English,
                        ReasonCode = f.Reason.Code,
                    }),
                    result.Loss,
                    result.Top1,
                    result.BalancedAccuracy,
                    result.Classes,
                    confusionMatrix = result.ConfusionMatrix(),
                    mistakes = result.Mistakes(),
                    labelSets = result.LabelSets.Count == 0
                        ? null
                        : result.LabelSets.Select(s => new
                        {
                            s.Name,
                            images = s.Result.Predictions.Count,
                            s.Result.Loss,
                            s.Result.Top1,
                            s.Result.BalancedAccuracy,
                            labels = s.Result.Classes,
                            confusionMatrix = s.Result.ConfusionMatrix(),
                        }),
                },
                ProtocolJson.Indented
            )
        );

    private static void PrintText(EvaluationResult result, IReadOnlyList<RejectedFile> skipped)
    {
        PrintTable(result, "class");
        foreach ((string name, EvaluationResult further) in result.LabelSets)
            PrintTable(further, name);
        if (skipped.Count == 0)
            return;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Skipped files: {skipped.Count}"));
        foreach (RejectedFile file in skipped)
            Console.WriteLine($"  {file.Name}: {file.Reason}");
    }

    private static void PrintTable(EvaluationResult result, string question)
    {
        int[][] matrix = result.ConfusionMatrix();
        var table = new Table { Title = new TableTitle($"Images by true {Markup.Escape(question)} (row) and predicted one (column)") };
        table.AddColumn("");
        foreach (string name in result.Classes)
            table.AddColumn(new TableColumn(Markup.Escape(name)).RightAligned());
        table.AddColumn(new TableColumn("recall").RightAligned());
        for (int row = 0; row < matrix.Length; row++)
        {
            int images = matrix[row].Sum();
            string recall = images == 0 ? "–" : ((double)matrix[row][row] / images).ToString("P1", CultureInfo.InvariantCulture);
            table.AddRow([
                Markup.Escape(result.Classes[row]),
                .. matrix[row].Select(n => n.ToString(CultureInfo.InvariantCulture)),
                recall,
            ]);
        }

        AnsiConsole.Write(table);
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{result.Predictions.Count} images: top-1 {result.Top1:P2}, balanced {result.BalancedAccuracy:P2}, loss {result.Loss:F4}"
            )
        );
    }
}
