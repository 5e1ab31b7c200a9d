using System.CommandLine;
using System.Text.Json;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Models;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Imaging;
using BlazorTransfer.Training;
using BlazorTransfer.Training.Export;
using BlazorTransfer.Training.Methods;

namespace BlazorTransfer.Worker.Commands;

/// <summary>
/// <c>train</c>: from a folder of images to a model package, without the web application; and <c>pretrain</c>, the same from random
/// weights, for a network that other runs start from.
/// </summary>
internal static class TrainCommand
{
    private const string RandomWeights = "random";
    private const string BuiltInName = "builtin";
    private const long FeatureCacheBytes = 10L << 30;

    private static readonly Option<string> Data = new("--data") { Description = "Folder of class folders, or of train/val/test with class folders.", Required = true };
    private static readonly Option<string> Backbone = new("--backbone") { Description = "A network from 'describe'.", DefaultValueFactory = _ => "resnet18_slim" };
    private static readonly Option<string> Weights = new("--weights") { Description = "A safetensors or .pth file, 'builtin' or 'random'.", DefaultValueFactory = _ => BuiltInName };
    private static readonly Option<string> Method = new("--method") { Description = "A method from 'describe'.", DefaultValueFactory = _ => "linear-probe" };
    private static readonly Option<string> Out = new("--out") { Description = "Folder for the run: events, checkpoints, artifacts/model.zip.", Required = true };
    private static readonly Option<string> Device = new("--device") { Description = "auto, cpu or cuda:N.", DefaultValueFactory = _ => DeviceSpec.Auto };
    private static readonly Option<int> Seed = new("--seed") { Description = "Another seed gives another start, order and split.", DefaultValueFactory = _ => 0 };
    private static readonly Option<bool> Force = new("--force") { Description = "Replace what is in the --out folder." };
    private static readonly Option<bool> WriteBackbone = new("--write-backbone") { Description = $"Also write artifacts/{BackboneFile.FileName}: the network in half precision, as --weights of other runs." };
    private static readonly Option<string?> FeatureCache = new("--feature-cache") { Description = "Folder in which features of frozen layers are kept for other runs, 10 GiB at most." };
    private static readonly Option<bool> Json = new("--json") { Description = "Print each event as a line of JSON." };

    public static Command Create()
    {
        var command = new Command("train", "Trains a classifier on a folder of images.") { Data, Backbone, Weights, Method, Out, WriteBackbone, Device, Seed, FeatureCache, Force, Json };
        return WithParameters(command, AllParameters, parsed => new Start(parsed.GetValue(Weights)!, parsed.GetValue(Method)!, parsed.GetValue(WriteBackbone), parsed.GetValue(FeatureCache)));
    }

    public static Command CreatePretrain()
    {
        var command = new Command("pretrain", $"Trains a network from random weights on a folder of many images, for other runs to start from: artifacts/{BackboneFile.FileName} is their --weights.")
        {
            Data, Backbone, Out, Device, Seed, Force, Json,
        };
        TransferMethodSpec method = TransferMethodRegistry.All.Single(m => !m.TakesWeights);
        return WithParameters(command, TransferMethodRegistry.ParametersOf(method), _ => new Start(RandomWeights, method.Name, WritesBackbone: true));
    }

    private static Command WithParameters(Command command, IReadOnlyList<ParameterSpec> specs, Func<ParseResult, Start> start)
    {
        (ParameterSpec Spec, Option<string?> Option)[] parameters = [.. specs.Select(p => (p, OptionOf(p)))];
        foreach ((_, Option<string?> option) in parameters) command.Add(option);
        command.SetAction(parsed =>
        {
            WorkerExitCode code = WorkerExitCode.Success;
            int failure = Failures.Guard(() => code = Train(parsed, start(parsed), Chosen(parsed, parameters)));
            return failure != 0 ? failure : (int)code;
        });
        return command;
    }

    private static Option<string?> OptionOf(ParameterSpec p) => new($"--{p.Name}")
    {
        Description = $"{p.Help}{(p.Choices.Count > 0 ? $" One of: {string.Join(", ", p.Choices.Select(c => c.Value))}." : "")}",
    };

    private static IReadOnlyList<ParameterSpec> AllParameters =>
        [.. CommonParameters.All.Concat(TransferMethodRegistry.All.SelectMany(m => m.Parameters)).DistinctBy(p => p.Name)];

    private static WorkerExitCode Train(ParseResult parsed, Start start, Dictionary<string, ParameterValue> chosen)
    {
        TransferMethodRegistry.Create(start.Method, chosen);
        var folder = new RunFolder(parsed.GetValue(Out)!);
        PrepareFolder(folder, parsed.GetValue(Force));
        (JobSpec job, ImportResult import) = Prepare(parsed, folder, start, chosen);
        bool json = parsed.GetValue(Json);
        using TrainDisplay? display = json ? null : new TrainDisplay(import);
        WorkerExitCode code = JobRunner.Run(folder, display is null ? e => Console.WriteLine(JsonSerializer.Serialize(e, ProtocolJson.Line)) : display.Show, atConsole: true);
        if (code != WorkerExitCode.Success) return code;
        string? backbone = start.WritesBackbone ? BackboneFile.Write(folder, job) : null;
        if (json) return code;
        Console.WriteLine($"Model: {folder.ModelPackage}");
        if (backbone is not null) Console.WriteLine($"Weights for other runs: {backbone}");
        return code;
    }

    private static (JobSpec Job, ImportResult Import) Prepare(ParseResult parsed, RunFolder folder, Start start, Dictionary<string, ParameterValue> chosen)
    {
        int seed = parsed.GetValue(Seed);
        string images = Path.GetFullPath(parsed.GetValue(Data)!);
        ImportResult import = FolderImport.FromFolder(images, SplitPlan.Default with { Seed = seed });
        string manifest = Path.Combine(folder.Path, "dataset.jsonl");
        import.Manifest.Save(manifest);
        var job = new JobSpec
        {
            RunId = Path.GetFileName(folder.Path),
            Data = new DataSpec(manifest, images, Path.GetFileName(images)),
            Backbone = parsed.GetValue(Backbone)!,
            Weights = WeightsFor(start.Weights, parsed.GetValue(Backbone)!),
            Method = start.Method,
            Parameters = chosen,
            Device = parsed.GetValue(Device)!,
            Seed = seed,
            FeatureCache = start.FeatureCache is { } cache ? new FeatureCacheSpec(Path.GetFullPath(cache), FeatureCacheBytes) : null,
        };
        job.Save(folder.Job);
        return (job, import);
    }

    private static WeightsSpec WeightsFor(string named, string backbone)
    {
        if (named == RandomWeights) return WeightsSpec.Random;
        if (named != BuiltInName) return new WeightsSpec(Path.GetFullPath(named), Name: Path.GetFileName(named));
        IReadOnlyList<(BuiltInWeights Card, string Path)> builtIn = BuiltInWeights.Of(AppContext.BaseDirectory);
        (BuiltInWeights? card, string path) = builtIn.FirstOrDefault(w => w.Card.Backbone == backbone);
        return card is not null
            ? new WeightsSpec(path, card.Sha256, card.Name)
            : throw TrainingException.BadInput(
                $"No weights for {backbone} come with the program, only for: {string.Join(", ", builtIn.Select(w => w.Card.Backbone))}. Name a file with --weights, or say 'random'.");
    }

    private static Dictionary<string, ParameterValue> Chosen(ParseResult parsed, (ParameterSpec Spec, Option<string?> Option)[] parameters)
    {
        var chosen = new Dictionary<string, ParameterValue>();
        foreach ((ParameterSpec spec, Option<string?> option) in parameters)
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

    /// <param name="Weights">A file, or <see cref="RandomWeights"/>.</param>
    /// <param name="Method">A method's name.</param>
    /// <param name="WritesBackbone">Whether what was learned is also written as weights for other runs.</param>
    /// <param name="FeatureCache">Where features of frozen layers are kept; null keeps none.</param>
    private sealed record Start(string Weights, string Method, bool WritesBackbone, string? FeatureCache = null);
}
