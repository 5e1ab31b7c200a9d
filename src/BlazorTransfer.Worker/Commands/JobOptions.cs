using System.CommandLine;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Models;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Training.Backbones;
using BlazorTransfer.Training.Foundation;
using BlazorTransfer.Training.Methods;
using BlazorTransfer.Training.Settings;

namespace BlazorTransfer.Worker.Commands;

/// <summary>The options by which a person says what is trained and how, and the job that they come to.</summary>
internal static class JobOptions
{
    public const string RandomWeights = "random";
    private const string BuiltInName = "builtin";

    public static readonly Option<string> Backbone = new("--backbone")
    {
        Description = "A network from 'describe'.",
        DefaultValueFactory = _ => BackboneRegistry.All.First(b => b.Has(BackboneRole.Default)).Name,
    };
    public static readonly Option<string> Weights = new("--weights")
    {
        Description = "A safetensors, .pth or .onnx file, 'builtin' or 'random'.",
        DefaultValueFactory = _ => BuiltInName,
    };
    public static readonly Option<string> Method = new("--method")
    {
        Description = "A method from 'describe'.",
        DefaultValueFactory = _ => TransferMethodRegistry.All.First(m => m.Has(MethodRole.Default)).Name,
    };
    public static readonly Option<string?> Teacher = new("--teacher")
    {
        Description = "Teacher model of 'distillation': a model.zip, a run folder, or a safetensors file with its description.",
    };
    public static readonly Option<string[]> LabelSets = new("--label-set")
    {
        Description =
            "Label set that 'multi-task' learns beside the classes: a column of labels.csv in the data folder, or 'domain'. Add its "
            + "loss weight if it is not 1, such as material=0.5. Can be repeated.",
    };
    public static readonly Option<string> Device = new("--device")
    {
        Description = "auto, cpu or cuda:N.",
        DefaultValueFactory = _ => DeviceSpec.Auto,
    };
    public static readonly Option<int> Seed = NumberOption.Create(
        "--seed",
        0,
        "Seed of the initial weights, the order of the images and the split."
    );

    public static IReadOnlyList<ParameterSpec> AllParameters =>
        [.. CommonParameters.All.Concat(TransferMethodRegistry.All.SelectMany(m => m.Parameters)).DistinctBy(p => p.Name)];

    public static Option<string> DataOf(bool required) =>
        new("--data") { Description = "Folder of class folders, or of train/val/test with class folders.", Required = required };

    /// <summary>Gives a command an option for each hyper-parameter.</summary>
    public static Parameter[] AddParameters(Command command, IEnumerable<ParameterSpec> specs)
    {
        Parameter[] parameters = [.. specs.Select(p => new Parameter(p, OptionOf(p)))];
        foreach (Parameter parameter in parameters)
            command.Add(parameter.Option);
        return parameters;
    }

    /// <summary>What was typed of them.</summary>
    public static Dictionary<string, ParameterValue> Chosen(ParseResult parsed, Parameter[] parameters)
    {
        var chosen = new Dictionary<string, ParameterValue>();
        foreach ((ParameterSpec spec, Option<string?> option) in parameters)
        {
            if (parsed.GetValue(option) is not { } typed)
                continue;
            chosen[spec.Name] =
                ParameterValue.Parse(typed, spec.Kind)
                ?? throw TrainingException.BadInput(Message.Plain($"--{spec.Name}: {spec.Check(typed)}"));
        }

        return chosen;
    }

    /// <summary>Makes a job of the options.</summary>
    /// <param name="parsed">What was typed.</param>
    /// <param name="data">The folder of images.</param>
    /// <param name="manifest">Where the data set is written for the job.</param>
    /// <param name="weights">A file, <c>builtin</c>, or <see cref="RandomWeights"/>.</param>
    /// <param name="method">A method's name.</param>
    /// <param name="chosen">Hyper-parameters.</param>
    public static (JobSpec Job, ImportResult Import) Prepare(
        ParseResult parsed,
        string data,
        string manifest,
        string weights,
        string method,
        IReadOnlyDictionary<string, ParameterValue> chosen
    )
    {
        (DataSpec spec, ImportResult import) = Import(parsed, data, manifest);
        var job = new JobSpec
        {
            RunId = "",
            Data = spec,
            Backbone = parsed.GetValue(Backbone)!,
            Weights = WeightsFor(weights, parsed.GetValue(Backbone)!),
            Method = method,
            Parameters = chosen,
            Device = parsed.GetValue(Device)!,
            Seed = parsed.GetValue(Seed),
            LabelSets = LabelSetsOf(parsed),
        };
        return (job, import);
    }

    /// <exception cref="TrainingException">A weight is no number.</exception>
    public static IReadOnlyList<LabelSetSpec> LabelSetsOf(ParseResult parsed) =>
        [
            .. (parsed.GetValue(LabelSets) ?? []).Select(typed =>
                LabelSetSpec.TryParse(typed, out LabelSetSpec? spec, out Message? error)
                    ? spec
                    : throw TrainingException.BadInput(Message.Plain($"--label-set: {error}"))
            ),
        ];

    /// <summary>The model that the job learns from; null where none is named.</summary>
    /// <param name="named">As a person names it.</param>
    /// <param name="scratch">A folder that is there as long as the job needs it.</param>
    public static TeacherSpec? TeacherFor(string? named, string scratch) =>
        named is null
            ? null
            : new TeacherSpec(
                Path.GetFullPath(ModelFile.Locate(named, Path.Combine(scratch, "teacher"))),
                Path.GetFileName(Path.TrimEndingDirectorySeparator(named))
            );

    /// <summary>Makes a data set of a folder of images, where they lie.</summary>
    public static (DataSpec Data, ImportResult Import) Import(ParseResult parsed, string data, string manifest)
    {
        string images = Path.GetFullPath(data);
        ImportResult import = FolderOptions.Import(parsed, images, SplitPlan.Default with { Seed = parsed.GetValue(Seed) });
        import.Manifest.Save(manifest);
        return (new DataSpec(manifest, images, Path.GetFileName(images)), import);
    }

    private static Option<string?> OptionOf(ParameterSpec p) =>
        new($"--{p.Name}")
        {
            Description = $"{p.Help}{(p.Choices.Count > 0 ? $" One of: {string.Join(", ", p.Choices.Select(c => c.Value))}." : "")}",
        };

    private static WeightsSpec WeightsFor(string named, string backbone)
    {
        if (named == RandomWeights)
            return WeightsSpec.Random;
        if (named != BuiltInName)
            return new WeightsSpec(Path.GetFullPath(named), Name: Path.GetFileName(named));
        IReadOnlyList<(BuiltInWeights Card, string Path)> builtIn = BuiltInWeights.Of(AppContext.BaseDirectory);
        (BuiltInWeights? card, string path) = builtIn.FirstOrDefault(w => w.Card.Backbone == backbone);
        return card is not null
            ? new WeightsSpec(path, card.Sha256, card.Name) { Origin = card.OriginAndLicence, LicenceText = card.LicenceText(path) }
            : throw TrainingException.BadInput(
                Message.Plain(
                    $"There are no built-in weights for {backbone}, only for: "
                        + $"{string.Join(", ", builtIn.Select(w => w.Card.Backbone))}. Name a file with --weights, or use 'random'."
                )
            );
    }

    /// <summary>A hyper-parameter and its option.</summary>
    internal sealed record Parameter(ParameterSpec Spec, Option<string?> Option);
}
