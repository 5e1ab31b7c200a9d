using System.Text.Json;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Messages;

namespace BlazorTransfer.Core.Protocol;

/// <summary>
/// Everything a worker needs to know to execute a run: the content of <c>job.json</c>. There, paths are relative to the data folder
/// (see <see cref="DataRoot"/>), but for files outside of it that somebody named on the command line.
/// </summary>
public sealed record JobSpec
{
    public const int CurrentFormat = 2;

    /// <summary>The format whose paths were absolute.</summary>
    public const int AbsoluteFormat = 1;

    public int Format { get; init; } = CurrentFormat;
    public required string RunId { get; init; }
    public required DataSpec Data { get; init; }

    /// <summary>Images from where the model shall work, if that is elsewhere than where <see cref="Data"/> comes from; null where it is
    /// not.</summary>
    public TargetSpec? Target { get; init; }

    /// <summary>What a method that <see cref="TransferMethodSpec.LearnsLabelSets"/> learns of the images beside their classes; empty for
    /// others.</summary>
    public IReadOnlyList<LabelSetSpec> LabelSets { get; init; } = [];

    /// <summary>A name from the catalogue's backbones.</summary>
    public required string Backbone { get; init; }
    public required WeightsSpec Weights { get; init; }

    /// <summary>The model that the network learns from beside the labels; null for a method that takes no teacher.</summary>
    public TeacherSpec? Teacher { get; init; }

    /// <summary>A name from the catalogue's methods.</summary>
    public required string Method { get; init; }

    /// <summary>Values that differ from their defaults, by parameter name.</summary>
    public IReadOnlyDictionary<string, ParameterValue> Parameters { get; init; } = new Dictionary<string, ParameterValue>();

    /// <summary><c>auto</c>, <c>cpu</c> or <c>cuda:N</c>.</summary>
    public string Device { get; init; } = DeviceSpec.Auto;
    public int Seed { get; init; }

    /// <summary>Divides training and validation anew; null keeps the data set's own split.</summary>
    public Fold? Fold { get; init; }

    /// <summary>Which labelled images train. Without validation images, the run keeps the weights of its final epoch.</summary>
    public TrainingImages TrainOn { get; init; }

    /// <summary>Where features of frozen layers are kept between runs, and decoded images that memory does not suffice for while one lasts;
    /// null keeps none.</summary>
    public FeatureCacheSpec? FeatureCache { get; init; }

    public void Save(string path) => AtomicFile.WriteAllText(path, JsonSerializer.Serialize(this, ProtocolJson.Indented));

    /// <summary>The job with paths as they are written in the file.</summary>
    /// <exception cref="InvalidDataException">The file is not a job of a format that this version knows.</exception>
    public static JobSpec Load(string path)
    {
        string name = Path.GetFileName(path);
        try
        {
            JobSpec? job = JsonSerializer.Deserialize<JobSpec>(File.ReadAllText(path), ProtocolJson.Indented);
            return job?.Format is AbsoluteFormat or CurrentFormat
                ? job
                : throw new InvalidDataException($"{name} is not a job of format {AbsoluteFormat} or {CurrentFormat}.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{name} is not a valid job: {e.Message}", e);
        }
    }

    /// <summary>The job with absolute paths, as a worker uses it.</summary>
    /// <inheritdoc cref="Load(string)" path="/exception"/>
    /// <exception cref="InvalidDataException">A relative path leaves the data folder.</exception>
    public static JobSpec Load(string path, DataRoot root) => Load(path).WithPaths(root.Resolve);

    /// <summary>The job with paths relative to the data folder, as it is written to <c>job.json</c>.</summary>
    /// <param name="relative">Turns each path into a relative one.</param>
    public JobSpec Relative(Func<string, string> relative) => WithPaths(relative) with { Format = CurrentFormat };

    private JobSpec WithPaths(Func<string, string> change) =>
        this with
        {
            Data = Data.WithPaths(change),
            Target = Target is null ? null : Target with { Data = Target.Data.WithPaths(change) },
            Weights = Weights.File is null ? Weights : Weights with { File = change(Weights.File) },
            Teacher = Teacher is null ? null : Teacher with { File = change(Teacher.File) },
            FeatureCache = FeatureCache is null ? null : FeatureCache with { Folder = change(FeatureCache.Folder) },
        };
}

/// <summary>Which images a run learns from.</summary>
/// <param name="Manifest">Path of the <see cref="DatasetManifest"/>.</param>
/// <param name="ImageRoot">Folder that the manifest's file names are relative to.</param>
/// <param name="Version">What people call this version of the data, such as <c>Surface inspection v2</c>.</param>
/// <param name="Only">Which of the images; null for all.</param>
/// <param name="ClassNames">What the run calls a class that the manifest calls otherwise; null for its name leaves its labels out.</param>
public sealed record DataSpec(
    string Manifest,
    string ImageRoot,
    string? Version = null,
    SampleTag? Only = null,
    IReadOnlyDictionary<string, string?>? ClassNames = null
)
{
    /// <summary>The images that are meant, under the names that the run has for their classes.</summary>
    /// <inheritdoc cref="DatasetManifest.Load" path="/exception"/>
    public DatasetManifest Read() => DatasetManifest.Load(Manifest).Only(Only).Renamed(ClassNames);

    internal DataSpec WithPaths(Func<string, string> change) => this with { Manifest = change(Manifest), ImageRoot = change(ImageRoot) };
}

/// <summary>
/// The target domain of a run. A method sees its images without their labels, whatever the manifest says; labels score the result, and
/// nothing else, but for the few that <paramref name="LabelledPerClass"/> gives to a method that asks for them, and those score nothing.
/// </summary>
/// <param name="Data">The images; their classes must be among the run's.</param>
/// <param name="Transductive">
/// The method adapts to all images of the target, and all that have labels are scored, as usual in the literature. Otherwise it adapts to
/// those of the training split, and the others are scored.
/// </param>
/// <param name="IsOracle">
/// The run's own images are the target's, labels included: what could be reached if those were known. A run that is no oracle is refused
/// where an image is in both.
/// </param>
/// <param name="LabelledPerClass">
/// So many labelled images of each class are drawn by the run's seed from those that are adapted to, for a method that
/// <see cref="TransferMethodSpec.UsesTargetLabels"/>. They are not scored. A method of the source alone may be given the same number, and
/// learns nothing of them, so that it is scored on the same images; methods that adapt without labels are refused any.
/// </param>
public sealed record TargetSpec(DataSpec Data, bool Transductive = false, bool IsOracle = false, int LabelledPerClass = 0)
{
    private const int MostNames = 5;

    /// <summary>Labelled images that are adapted to, so that some of them may be learned from.</summary>
    /// <param name="data">The target's images.</param>
    public IReadOnlyList<Sample> Labelled(DatasetManifest data) =>
        [.. data.Samples.Where(s => s.Label is not null && (Transductive || s.Split == Split.Train))];

    /// <summary>Why <see cref="LabelledPerClass"/> images cannot be drawn, in a sentence that says what to do; null where they
    /// can.</summary>
    /// <inheritdoc cref="Labelled" path="/param"/>
    public Message? WhyTooFewLabels(DatasetManifest data)
    {
        if (LabelledPerClass < 0)
            return Message.Of("target.negative-labels", $"The number of labelled images of the target cannot be negative.");
        if (LabelledPerClass == 0)
            return null;
        ILookup<string, Sample> labelled = Labelled(data).ToLookup(s => s.Label!);
        string[] few =
        [
            .. data
                .Samples.Select(s => s.Label)
                .OfType<string>()
                .Distinct()
                .Where(c => labelled[c].Count() < LabelledPerClass)
                .Order(StringComparer.Ordinal)
                .Select(c => $"{c} ({labelled[c].Count()})"),
        ];
        if (labelled.Count == 0)
            return Transductive
                ? Message.Of(
                    "target.none-labelled",
                    $"None of the target's images has a label, and {LabelledPerClass} of each class are to be learned from. Label some, or "
                        + $"choose a method that adapts without labels."
                )
                : Message.Of(
                    "target.no-training-labelled",
                    $"None of the target's training images has a label, and {LabelledPerClass} of each class are to be learned from. Label "
                        + $"some, or choose a method that adapts without labels."
                );
        if (few.Length == 0)
            return null;
        Message names =
            few.Length > MostNames
                ? Message.Of("list.and-more", $"{few.Take(MostNames)} and {few.Length - MostNames} more")
                : Message.Of("list.all", $"{few}");
        return Transductive
            ? Message.Of(
                "target.few-labelled",
                $"Of the target's images, fewer than {LabelledPerClass} have the label {names}. Label more of them, or learn from fewer of "
                    + $"each class."
            )
            : Message.Of(
                "target.few-training-labelled",
                $"Of the target's training images, fewer than {LabelledPerClass} have the label {names}. Label more of them, or learn from "
                    + $"fewer of each class."
            );
    }
}

/// <summary>A cache that runs share.</summary>
/// <param name="Folder">Holds nothing else, and may be deleted when no run is at work.</param>
/// <param name="MaximumBytes">What was not used for longest is deleted when there is more.</param>
public sealed record FeatureCacheSpec(string Folder, long MaximumBytes);

/// <summary>Where the backbone's weights come from.</summary>
/// <param name="File">A safetensors, PyTorch or ONNX file; null for random initialisation.</param>
/// <param name="Sha256">The expected SHA-256 of the file; null where nobody recorded it.</param>
/// <param name="Name">What people call the weights.</param>
public sealed record WeightsSpec(string? File, string? Sha256 = null, string? Name = null)
{
    /// <summary>Who made the weights, and their licence, in one line; of a model, those of the weights that it was trained from. Null where
    /// nobody recorded it.</summary>
    public string? Origin { get; init; }

    /// <summary>The text of the licence, which must go with every copy; null where none has to.</summary>
    public string? LicenceText { get; init; }

    public static WeightsSpec Random { get; } = new(File: null, Name: "Random initialisation");
}

/// <summary>A finished model whose answers another network learns.</summary>
/// <param name="File">A safetensors file, whose <see cref="Models.ModelDescription"/> lies beside it.</param>
/// <param name="Name">What people call the model.</param>
public sealed record TeacherSpec(string File, string? Name = null);
