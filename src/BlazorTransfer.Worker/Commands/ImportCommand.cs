using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Text;
using BlazorTransfer.Training.Foundation;
using Spectre.Console;

namespace BlazorTransfer.Worker.Commands;

/// <summary><c>import</c>: what a folder of images is as a data set: its classes, its splits, and what was skipped.</summary>
internal static class ImportCommand
{
    private static readonly Option<string> Data = new("--data") { Description = "Folder of images and their labels.", Required = true };
    private static readonly Option<string> Layout = FolderOptions.LayoutOption("auto");
    private static readonly Option<string?> Out = new("--out")
    {
        Description = "File for the manifest: a line of JSON for each sample. The images stay where they are.",
    };
    private static readonly Option<string?> Report = new("--report")
    {
        Description = "CSV file for the report: each sample that was taken, and each file that was skipped, with the reason.",
    };
    private static readonly Option<string> Validation = new("--validation")
    {
        Description = "Fraction of the images for validation, where the files give no splits.",
        DefaultValueFactory = _ => SplitPlan.Default.Validation.ToString(CultureInfo.InvariantCulture),
    };
    private static readonly Option<string> Test = new("--test")
    {
        Description = "Fraction of the images for the test, where the files give no splits.",
        DefaultValueFactory = _ => SplitPlan.Default.Test.ToString(CultureInfo.InvariantCulture),
    };
    private static readonly Option<int> Seed = NumberOption.Create("--seed", SplitPlan.Default.Seed, "Seed of the split.");
    private static readonly Option<bool> Json = new("--json") { Description = "Print one JSON document." };

    public static Command Create()
    {
        var command = new Command(
            "import",
            "Reads a folder of images as a data set, and says which classes, splits and skipped files it has. The exit code is "
                + $"{(int)WorkerExitCode.FilesSkipped} where files were skipped."
        )
        {
            Data,
            Layout,
            Out,
            Report,
            Validation,
            Test,
            Seed,
            Json,
        };
        FolderOptions.AddTo(command);
        command.SetAction(parsed => Failures.Guard(() => Import(parsed)));
        return command;
    }

    private static WorkerExitCode Import(ParseResult parsed)
    {
        var plan = new SplitPlan(Fraction(parsed, Validation), Fraction(parsed, Test), parsed.GetValue(Seed));
        if (plan.Check() is { } wrong)
            throw TrainingException.BadInput(wrong);
        ImportResult import = FolderOptions.Import(parsed, Path.GetFullPath(parsed.GetValue(Data)!), plan, Layout);
        if (parsed.GetValue(Out) is { } manifest)
            import.Manifest.Save(Path.GetFullPath(manifest));
        if (parsed.GetValue(Report) is { } report)
            AtomicFile.Write(
                Path.GetFullPath(report),
                stream => ImportReport.Write(stream, import.Manifest.Samples, import.Rejected, r => r.English)
            );
        if (parsed.GetValue(Json))
            PrintJson(import);
        else
            PrintText(import);
        return import.Rejected.Count == 0 ? WorkerExitCode.Success : WorkerExitCode.FilesSkipped;
    }

    private static double Fraction(ParseResult parsed, Option<string> option) =>
        NumberText.TryParse(parsed.GetValue(option)!, out double fraction, out Message? error)
            ? fraction
            : throw TrainingException.BadInput(Message.Plain($"{option.Name}: {error}"));

    private static void PrintJson(ImportResult import) =>
        Console.WriteLine(
            JsonSerializer.Serialize(
                new
                {
                    samples = import.Manifest.Samples.Count,
                    images = Images(import),
                    kind = import.Manifest.Kind,
                    classes = Counts(import),
                    splits = Enum.GetValues<Split>().ToDictionary(s => s.ToString(), s => import.Manifest.Of(s).Count),
                    splitOrigin = import.SplitOrigin.English,
                    notes = import.Notes.Select(n => n.English),
                    skipped = import.Rejected.Select(f => new
                    {
                        f.Name,
                        Reason = f.Reason.English,
                        ReasonCode = f.Reason.Code,
                    }),
                },
                ProtocolJson.Indented
            )
        );

    private static void PrintText(ImportResult import)
    {
        var table = new Table();
        table.AddColumn("class");
        foreach (string column in new[] { "train", "validation", "test" })
            table.AddColumn(new TableColumn(column).RightAligned());
        foreach (ClassCount count in Counts(import))
            table.AddRow(Markup.Escape(count.Label), $"{count.Train}", $"{count.Validation}", $"{count.Test}");
        AnsiConsole.Write(table);
        int samples = import.Manifest.Samples.Count;
        Console.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"{samples:N0} samples of {Images(import):N0} images. Split: {import.SplitOrigin}")
        );
        foreach (Message line in import.Notes.Concat(SkippedFiles.Summarise(import.Rejected)))
            Console.WriteLine(line.English);
    }

    private static int Images(ImportResult import) => import.Manifest.Samples.Select(s => s.Sha256).Distinct().Count();

    private static IReadOnlyList<ClassCount> Counts(ImportResult import) => ClassCount.Of(import.Manifest);
}
