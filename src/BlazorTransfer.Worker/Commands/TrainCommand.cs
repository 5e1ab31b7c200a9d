using System.CommandLine;
using System.Text.Json;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Imaging;
using BlazorTransfer.Training;
using BlazorTransfer.Training.Methods;

namespace BlazorTransfer.Worker.Commands;

/// <summary><c>train</c>: from a folder of images to a model package, without the web application.</summary>
internal static class TrainCommand
{
    private static readonly Option<string> Data = new("--data") { Description = "Folder of class folders, or of train/val/test with class folders.", Required = true };
    private static readonly Option<string> Backbone = new("--backbone") { Description = "A network from 'describe'.", DefaultValueFactory = _ => "mobilenet_v2" };
    private static readonly Option<string> Weights = new("--weights") { Description = "A safetensors or .pth file, or 'random'.", Required = true };
    private static readonly Option<string> Method = new("--method") { Description = "A method from 'describe'.", DefaultValueFactory = _ => "linear-probe" };
    private static readonly Option<string> Out = new("--out") { Description = "Folder for the run: events, checkpoints, artifacts/model.zip.", Required = true };
    private static readonly Option<string> Device = new("--device") { Description = "auto, cpu or cuda:N.", DefaultValueFactory = _ => DeviceSpec.Auto };
    private static readonly Option<int> Seed = new("--seed") { Description = "Another seed gives another start, order and split.", DefaultValueFactory = _ => 0 };
    private static readonly Option<bool> Force = new("--force") { Description = "Replace what is in the --out folder." };
    private static readonly Option<bool> Json = new("--json") { Description = "Print each event as a line of JSON." };

    public static Command Create()
    {
        var command = new Command("train", "Trains a classifier on a folder of images.") { Data, Backbone, Weights, Method, Out, Device, Seed, Force, Json };
        Option<string?>[] parameters = [.. ParameterOptions()];
        foreach (Option<string?> option in parameters) command.Add(option);
        command.SetAction(parsed =>
        {
            WorkerExitCode code = WorkerExitCode.Success;
            int failure = Failures.Guard(() => code = Train(parsed, parameters));
            return failure != 0 ? failure : (int)code;
        });
        return command;
    }

    /// <summary>One option for each parameter of the catalogue.</summary>
    private static IEnumerable<Option<string?>> ParameterOptions() => AllParameters().Select(p => new Option<string?>($"--{p.Name}")
    {
        Description = $"{p.Help}{(p.Choices.Count > 0 ? $" One of: {string.Join(", ", p.Choices.Select(c => c.Value))}." : "")}",
    });

    private static IEnumerable<ParameterSpec> AllParameters() =>
        CommonParameters.All.Concat(TransferMethodRegistry.All.SelectMany(m => m.Parameters)).DistinctBy(p => p.Name);

    private static WorkerExitCode Train(ParseResult parsed, Option<string?>[] options)
    {
        var folder = new RunFolder(parsed.GetValue(Out)!);
        PrepareFolder(folder, parsed.GetValue(Force));
        bool json = parsed.GetValue(Json);
        int seed = parsed.GetValue(Seed);
        string images = Path.GetFullPath(parsed.GetValue(Data)!);
        ImportResult import = FolderImport.FromFolder(images, SplitPlan.Default with { Seed = seed });
        string manifest = Path.Combine(folder.Path, "dataset.jsonl");
        import.Manifest.Save(manifest);
        string weights = parsed.GetValue(Weights)!;
        var job = new JobSpec
        {
            RunId = Path.GetFileName(folder.Path),
            Data = new DataSpec(manifest, images, Path.GetFileName(images)),
            Backbone = parsed.GetValue(Backbone)!,
            Weights = weights == "random" ? WeightsSpec.Random : new WeightsSpec(Path.GetFullPath(weights), Name: Path.GetFileName(weights)),
            Method = parsed.GetValue(Method)!,
            Parameters = Chosen(parsed, options),
            Device = parsed.GetValue(Device)!,
            Seed = seed,
        };
        TransferMethodRegistry.Create(job.Method, job.Parameters);
        job.Save(folder.Job);
        if (json) return JobRunner.Run(folder, e => Console.WriteLine(JsonSerializer.Serialize(e, ProtocolJson.Line)), atConsole: true);
        using var display = new TrainDisplay(import);
        WorkerExitCode code = JobRunner.Run(folder, display.Show, atConsole: true);
        if (code == WorkerExitCode.Success) Console.WriteLine($"Model: {folder.ModelPackage}");
        return code;
    }

    private static Dictionary<string, ParameterValue> Chosen(ParseResult parsed, Option<string?>[] options)
    {
        var chosen = new Dictionary<string, ParameterValue>();
        foreach ((Option<string?> option, ParameterSpec spec) in options.Zip(AllParameters()))
        {
            if (parsed.GetValue(option) is not { } typed) continue;
            chosen[spec.Name] = ParameterValue.Parse(typed, spec.Kind)
                ?? throw TrainingException.BadInput($"--{spec.Name}: '{typed}' is no {spec.Kind.ToString().ToLowerInvariant()}.");
        }

        return chosen;
    }

    private static void PrepareFolder(RunFolder folder, bool force)
    {
        if (Directory.Exists(folder.Path) && Directory.EnumerateFileSystemEntries(folder.Path).Any())
        {
            if (!force) throw TrainingException.BadInput($"The folder '{folder.Path}' is not empty. Name another one, or add --force to replace it.");
            // Only a run is deleted: a mistyped path must not cost somebody's files.
            if (!File.Exists(folder.Job)) throw TrainingException.BadInput($"The folder '{folder.Path}' holds something other than a run, and is left alone.");
            Directory.Delete(folder.Path, recursive: true);
        }

        folder.Create();
    }
}
