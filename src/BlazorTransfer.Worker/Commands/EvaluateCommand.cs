using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Training.Evaluation;
using BlazorTransfer.Training.Foundation;
using BlazorTransfer.Training.Inputs;
using BlazorTransfer.Training.LabelKinds;
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
        if (data.Kind != predictor.Model.Kind)
            throw TrainingException.BadInput(
                predictor.Model.Kind == LabelKind.MultiLabel
                    ? Message.Plain("The model gives an image several labels, and these images have one class each.")
                    : Message.Plain("The model gives each image one class, and these images have several labels.")
            );
        string[] unknown = [.. data.Classes.Except(predictor.Model.Classes)];
        if (unknown.Length > 0)
            throw TrainingException.BadInput(
                Message.Plain($"The model has no class '{unknown[0]}'. Its classes are: {string.Join(", ", predictor.Model.Classes)}.")
            );
        var images = new ImageStore(folder, predictor.Description.Preprocessing.ResizeShorterSide);
        InputReader reader = InputReader.Evaluation(images, predictor.Description.Preprocessing);
        var source = new ImageBatches(data.Samples, predictor.Model.ClassTask.Labels, _ => reader, seed: 0, predictor.Model.Device);
        return Evaluator.Evaluate(predictor.Model, source, BatchSize, null, CancellationToken.None);
    }

    private static void PrintJson(EvaluationResult result, IReadOnlyList<RejectedFile> skipped)
    {
        var document = result.Json("classes").ToDictionary(p => p.Name, p => p.Value);
        document["skipped"] = skipped.Select(f => new
        {
            f.Name,
            Reason = f.Reason.English,
            ReasonCode = f.Reason.Code,
        });
        document["mistakes"] = result.Mistakes();
        if (result.LabelSets.Count > 0)
            document["labelSets"] = result.LabelSets.Select(s =>
                s.Result.Json("labels").Prepend(("name", s.Name)).ToDictionary(p => p.Item1, p => p.Item2)
            );
        Console.WriteLine(JsonSerializer.Serialize(document, ProtocolJson.Indented));
    }

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
        EvaluationTable of = result.Table(question);
        var table = new Table { Title = new TableTitle(Markup.Escape(of.Title)) };
        foreach ((int i, string name) in of.Columns.Index())
            table.AddColumn(i == 0 ? new TableColumn(Markup.Escape(name)) : new TableColumn(Markup.Escape(name)).RightAligned());
        foreach (IReadOnlyList<string> row in of.Rows)
            table.AddRow([.. row.Select(Markup.Escape)]);
        AnsiConsole.Write(table);
        Console.WriteLine(of.Summary);
    }
}
