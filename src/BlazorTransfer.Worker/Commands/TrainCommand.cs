using System.CommandLine;
using System.Text.Json;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Training.Backbones;
using BlazorTransfer.Training.Export;
using BlazorTransfer.Training.Foundation;
using BlazorTransfer.Training.Methods;
using BlazorTransfer.Training.Runs;

namespace BlazorTransfer.Worker.Commands;

/// <summary>
/// <c>train</c>: from a folder of images to a model package, without the web application; and <c>pretrain</c>, the same from random
/// weights, for a network that other runs start from.
/// </summary>
internal static class TrainCommand
{
    private const long FeatureCacheBytes = 10L << 30;
    private const string Images = "dataset.jsonl";
    private const string TargetImages = "target.jsonl";

    private static readonly Option<string> Data = JobOptions.DataOf(required: true);
    private static readonly Option<string?> Target = new("--target")
    {
        Description =
            "Folder of class folders with deployment data (the target domain). Domain adaptation uses its training images without "
            + "their labels; its other images score the result.",
    };
    private static readonly Option<bool> Transductive = new("--transductive")
    {
        Description = "Adapt to all target images and score all of them.",
    };
    private static readonly Option<int> TargetLabels = NumberOption.Create(
        "--target-labels",
        0,
        "Number of labelled target images per class that a method such as 'tradaboost' learns from. They are drawn at random from "
            + "the target's training images and are not scored. Other methods use none."
    );
    private static readonly Option<string> Out = new("--out")
    {
        Description = "Folder for the run: events, checkpoints, artifacts/model.zip.",
        Required = true,
    };
    private static readonly Option<bool> Force = new("--force") { Description = "Replace the run in the --out folder." };
    private static readonly Option<bool> WriteBackbone = new("--write-backbone")
    {
        Description = $"Also write artifacts/{BackboneFile.FileName}: the network in half precision, as --weights of other runs.",
    };
    private static readonly Option<string?> FeatureCache = new("--feature-cache")
    {
        Description = "Folder of the feature cache, which stores frozen features for other runs; 10 GiB at most.",
    };
    private static readonly Option<bool> Json = new("--json") { Description = "Print each event as a line of JSON." };

    public static Command Create()
    {
        var command = new Command(
            "train",
            "Trains a classifier on a folder of images. Ctrl+C cancels the run. Ctrl+\\ (Ctrl+Break on Windows), or a file named 'stop' in "
                + "the --out folder, stops it early and keeps the model of the best epoch."
        )
        {
            Data,
            FolderOptions.Layout,
            Target,
            Transductive,
            TargetLabels,
            JobOptions.Backbone,
            JobOptions.Weights,
            JobOptions.Method,
            JobOptions.Teacher,
            JobOptions.LabelSets,
            Out,
            WriteBackbone,
            JobOptions.Device,
            JobOptions.Seed,
            FeatureCache,
            Force,
            Json,
        };
        FolderOptions.AddTo(command);
        return WithParameters(
            command,
            JobOptions.AllParameters,
            parsed => new Start(
                parsed.GetValue(JobOptions.Weights)!,
                parsed.GetValue(JobOptions.Method)!,
                parsed.GetValue(WriteBackbone),
                parsed.GetValue(FeatureCache),
                parsed.GetValue(Target),
                parsed.GetValue(Transductive),
                parsed.GetValue(TargetLabels),
                parsed.GetValue(JobOptions.Teacher)
            )
        );
    }

    public static Command CreatePretrain()
    {
        var command = new Command(
            "pretrain",
            "Trains a network from random weights on a folder of many images, for other runs to start from: "
                + $"artifacts/{BackboneFile.FileName} is their --weights."
        )
        {
            Data,
            FolderOptions.Layout,
            JobOptions.Backbone,
            Out,
            JobOptions.Device,
            JobOptions.Seed,
            Force,
            Json,
        };
        FolderOptions.AddTo(command);
        TransferMethodSpec method = TransferMethodRegistry.All.Single(m => !m.TakesWeights);
        return WithParameters(
            command,
            TransferMethodRegistry.ParametersOf(method),
            _ => new Start(JobOptions.RandomWeights, method.Name, WritesBackbone: true)
        );
    }

    private static Command WithParameters(Command command, IReadOnlyList<ParameterSpec> specs, Func<ParseResult, Start> start)
    {
        JobOptions.Parameter[] parameters = JobOptions.AddParameters(command, specs);
        command.SetAction(parsed => Failures.Guard(() => Train(parsed, start(parsed), JobOptions.Chosen(parsed, parameters))));
        return command;
    }

    private static WorkerExitCode Train(ParseResult parsed, Start start, Dictionary<string, ParameterValue> chosen)
    {
        (_, ParameterSet settings) = TransferMethodRegistry.Create(start.Method, chosen);
        TransferMethodSpec method = TransferMethodRegistry.All.Single(m => m.Name == start.Method);
        // Before the folder is emptied and the images are imported.
        RunRequirements.Require(
            method,
            new MethodInputs
            {
                HasWeights = start.Weights != JobOptions.RandomWeights,
                HasTeacher = start.Teacher is not null,
                HasTarget = start.Target is not null,
                LabelledPerClass = RunRequirements.CheckedLabels(method, start.TargetLabels),
                LabelSets = JobOptions.LabelSetsOf(parsed).Count,
            }.With(BackboneRegistry.Find(parsed.GetValue(JobOptions.Backbone)!), settings.Values, device: null)
        );
        var folder = new RunFolder(parsed.GetValue(Out)!);
        using RunLock held = PrepareFolder(folder, parsed.GetValue(Force));
        (JobSpec job, ImportResult import) = JobOptions.Prepare(
            parsed,
            parsed.GetValue(Data)!,
            Path.Combine(folder.Path, Images),
            start.Weights,
            start.Method,
            chosen
        );
        job = job with
        {
            RunId = Path.GetFileName(folder.Path),
            FeatureCache = start.FeatureCache is { } cache ? new FeatureCacheSpec(Path.GetFullPath(cache), FeatureCacheBytes) : null,
        };
        if (start.Target is { } target)
            job = job with
            {
                Target = new TargetSpec(
                    JobOptions.Import(parsed, target, Path.Combine(folder.Path, TargetImages)).Data,
                    start.Transductive,
                    LabelledPerClass: start.TargetLabels
                ),
            };
        else if (start.TargetLabels != 0)
            throw TrainingException.BadInput(Message.Plain("--target-labels needs a target domain. Name its folder with --target."));
        job = job with { Teacher = JobOptions.TeacherFor(start.Teacher, folder.Path) };
        // The run folder holds all but what was named, so that it can be moved and run again.
        var root = new DataRoot(folder.Path);
        job.Relative(root.RelativeIfInside).Save(folder.Job);
        bool json = parsed.GetValue(Json);
        TrainDisplay? display = json ? null : new TrainDisplay(Console.Out, redraws: !Console.IsOutputRedirected);
        if (display is not null)
            DisplayGuard.Around<ImportResult>(display.Show)(import);
        else
            foreach (string warning in TrainDisplay.WarningsOf(import))
                Console.Error.WriteLine(warning);
        using RunClaim claim = RunClaim.Take(folder, attempt: null, held);
        WorkerExitCode code = JobRunner.Run(
            claim,
            root,
            display is null ? e => Console.WriteLine(JsonSerializer.Serialize(e, ProtocolJson.Line)) : display.Show,
            atConsole: true
        );
        if (code != WorkerExitCode.Success)
            return code;
        string? backbone = start.WritesBackbone ? BackboneFile.Write(folder, job) : null;
        if (json)
            return code;
        Console.WriteLine($"Model: {folder.ModelPackage}");
        if (backbone is not null)
            Console.WriteLine($"Weights for other runs: {backbone}");
        return code;
    }

    private static RunLock PrepareFolder(RunFolder folder, bool force)
    {
        // A call that was refused leaves empty folders, and lists of images; there is nothing to lose.
        bool isInUse = Directory.Exists(folder.Path) && FilesOf(folder).Except([Images, TargetImages, Path.GetFileName(folder.Lock)]).Any();
        if (isInUse && !force)
            throw TrainingException.BadInput(
                Message.Plain($"The folder '{folder.Path}' is not empty. Name another one, or add --force to replace it.")
            );
        // Only a run is deleted: a mistyped path must not cost somebody's files.
        if (isInUse && !File.Exists(folder.Job))
            throw TrainingException.BadInput(
                Message.Plain(
                    $"The folder '{folder.Path}' holds something other than a run and was not changed. Name another folder with --out."
                )
            );
        folder.Create();
        RunLock held = RunLock.Take(folder);
        if (isInUse)
        {
            foreach (string file in Directory.EnumerateFiles(folder.Path).Where(f => f != folder.Lock).ToArray())
                File.Delete(file);
            foreach (string inside in Directory.GetDirectories(folder.Path))
                Directory.Delete(inside, recursive: true);
            folder.Create();
        }

        return held;
    }

    private static IEnumerable<string> FilesOf(RunFolder folder) =>
        Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(folder.Path, file));

    /// <param name="Weights">A file, or <see cref="JobOptions.RandomWeights"/>.</param>
    /// <param name="Method">A method's name.</param>
    /// <param name="WritesBackbone">Whether what was learned is also written as weights for other runs.</param>
    /// <param name="FeatureCache">Where features of frozen layers are kept; null keeps none.</param>
    /// <param name="Target">Folder of the target domain; null for none.</param>
    /// <param name="Transductive">Whether all of the target is adapted to and scored.</param>
    /// <param name="TargetLabels">Labelled images of each class of the target that are learned from.</param>
    /// <param name="Teacher">The model that the method learns from; null for none.</param>
    private sealed record Start(
        string Weights,
        string Method,
        bool WritesBackbone,
        string? FeatureCache = null,
        string? Target = null,
        bool Transductive = false,
        int TargetLabels = 0,
        string? Teacher = null
    );
}
