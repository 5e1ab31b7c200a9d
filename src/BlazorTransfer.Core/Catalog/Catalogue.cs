using System.Text.Json.Serialization;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Messages;

namespace BlazorTransfer.Core.Catalog;

/// <summary>
/// All that a worker can do, printed by <c>worker describe --json</c>. The new-run form, the command line's help and the
/// validation of a job are drawn from it, so that a new backbone or method needs no change outside the worker.
/// </summary>
public sealed record Catalogue
{
    public required string WorkerVersion { get; init; }
    public required IReadOnlyList<BackboneSpec> Backbones { get; init; }
    public required IReadOnlyList<TransferMethodSpec> Methods { get; init; }

    /// <summary>Hyper-parameters that every method understands (epochs, batch size, seed …); a method may override a default.</summary>
    public required IReadOnlyList<ParameterSpec> CommonParameters { get; init; }

    /// <summary>Devices usable on the worker's machine, the best one first; never empty, since <c>cpu</c> always works.</summary>
    public required IReadOnlyList<DeviceSpec> Devices { get; init; }

    public BackboneSpec? FindBackbone(string name) => Backbones.FirstOrDefault(b => b.Name == name);

    /// <summary>The network of a run for which nobody chose one.</summary>
    public BackboneSpec DefaultBackbone => Backbones.FirstOrDefault(b => b.Has(BackboneRole.Default)) ?? Backbones[0];

    /// <summary>The method of a run for which nobody chose one.</summary>
    public TransferMethodSpec DefaultMethod => FindMethod(MethodRole.Default) ?? Methods[0];

    /// <summary>The device of this name; the best one for <see cref="DeviceSpec.Auto"/>, and null where there is none.</summary>
    public DeviceSpec? FindDevice(string name) => name == DeviceSpec.Auto ? Devices[0] : Devices.FirstOrDefault(d => d.Name == name);

    public TransferMethodSpec? FindMethod(string name) => Methods.FirstOrDefault(m => m.Name == name);

    /// <summary>The first method with a role; null where none has it.</summary>
    public TransferMethodSpec? FindMethod(MethodRole role) => Methods.FirstOrDefault(m => m.Has(role));

    /// <summary>The method's own parameters after the common ones, each common default replaced where the method says so.</summary>
    public IReadOnlyList<ParameterSpec> ParametersOf(TransferMethodSpec method) => method.With(CommonParameters);

    /// <summary>Those of <see cref="ParametersOf"/> that change anything.</summary>
    public IReadOnlyList<ParameterSpec> SettingsOf(TransferMethodSpec method) =>
        !method.FitsAtOnce
            ? ParametersOf(method)
            :
            [
                .. ParametersOf(method)
                    .Where(p =>
                        p.Section is not (ParameterSections.Optimization or ParameterSections.Augmentation or ParameterSections.Stopping)
                    ),
            ];
}

/// <summary>A network that can be the trunk of a classifier.</summary>
/// <param name="Name">Registry name as in torchvision, such as <c>mobilenet_v2</c>.</param>
/// <param name="DisplayName">Name for people, such as "MobileNetV2".</param>
/// <param name="Family">Architecture family, such as "MobileNet"; groups the choices in a list.</param>
/// <param name="Parameters">Trainable parameters with a 1,000-class head.</param>
/// <param name="GigaMacs">Multiply-accumulates of one forward pass at the default input size, in 10⁹.</param>
/// <param name="FeatureDim">Width of the pooled feature vector.</param>
/// <param name="LayerGroups">Names of the layer groups from stem to last stage; a freeze depth counts from the left.</param>
/// <param name="Preprocessing">What evaluation does to an image for the usual pretrained weights.</param>
/// <param name="Paper">Citation of the architecture.</param>
public sealed record BackboneSpec(
    string Name,
    string DisplayName,
    string Family,
    long Parameters,
    double GigaMacs,
    int FeatureDim,
    IReadOnlyList<string> LayerGroups,
    Preprocessing Preprocessing,
    string Paper
)
{
    /// <summary>Side of the smallest image that the network does not reduce to nothing, in pixels.</summary>
    public int MinimumImageSize { get; init; } = 1;

    /// <summary>Parts that it plays in lists and defaults; empty for most networks.</summary>
    public IReadOnlyList<BackboneRole> Roles { get; init; } = [];

    public bool Has(BackboneRole role) => Roles.Contains(role);

    /// <summary>Size of a file of its weights in single precision.</summary>
    [JsonIgnore]
    public long WeightBytes => sizeof(float) * Parameters;
}

/// <summary>Evaluation preprocessing; it travels with the weights into every export.</summary>
/// <param name="ResizeShorterSide">Shorter side after the antialiased resize, in pixels.</param>
/// <param name="CropSize">Side of the square centre crop, in pixels: the network's input size.</param>
/// <param name="Mean">Per-channel mean (red, green, blue) of pixels scaled to 0…1.</param>
/// <param name="Std">Per-channel standard deviation.</param>
/// <param name="Interpolation">Resampling filter, antialiased as PIL does it: <see cref="Bilinear"/> or <see cref="Bicubic"/>.</param>
public sealed record Preprocessing(
    int ResizeShorterSide,
    int CropSize,
    IReadOnlyList<float> Mean,
    IReadOnlyList<float> Std,
    string Interpolation = Preprocessing.Bilinear
)
{
    public const string Bilinear = "bilinear";
    public const string Bicubic = "bicubic";

    public static Preprocessing ImageNet { get; } = new(256, 224, [0.485f, 0.456f, 0.406f], [0.229f, 0.224f, 0.225f]);

    /// <summary>The same with another input size; the margin that the centre crop cuts off keeps its share.</summary>
    /// <param name="side">Side of the square input, in pixels.</param>
    public Preprocessing WithInput(int side) =>
        side == CropSize
            ? this
            : this with
            {
                ResizeShorterSide = (int)Math.Round((double)side * ResizeShorterSide / CropSize),
                CropSize = side,
            };
}

/// <summary>A way to turn a pretrained backbone into a classifier of the user's classes.</summary>
/// <param name="Name">Registry name, such as <c>linear-probe</c>.</param>
/// <param name="DisplayName">Name for people.</param>
/// <param name="Summary">One sentence: what it does.</param>
/// <param name="Advice">When to choose it, in plain words.</param>
/// <param name="Paper">Citation, or null where it is folklore.</param>
/// <param name="Parameters">Its own parameters, and common ones with another default.</param>
public sealed record TransferMethodSpec(
    string Name,
    string DisplayName,
    string Summary,
    string Advice,
    string? Paper,
    IReadOnlyList<ParameterSpec> Parameters
)
{
    /// <summary>Whether it starts from weights; a method that does not is refused any.</summary>
    public bool TakesWeights { get; init; } = true;

    /// <summary>What it needs of the pretrained network besides a start.</summary>
    public SourceUse Source { get; init; }

    /// <summary>Whether it learns from unlabelled images of the domain that the model is for; refused without them.</summary>
    public bool AdaptsToTarget { get; init; }

    /// <summary>Whether it also learns from a few labelled images of that domain, which no other method is given; refused without
    /// them.</summary>
    public bool UsesTargetLabels { get; init; }

    /// <summary>Whether it learns from an earlier run's model beside the labels; refused without one, and others are refused one.</summary>
    public bool TakesTeacher { get; init; }

    /// <summary>Whether it also learns other labels of the same images, each label set with outputs of its own; refused without any, and
    /// others are refused them.</summary>
    public bool LearnsLabelSets { get; init; }

    /// <summary>Why it cannot learn images with several labels; a method that adapts to a target domain cannot in any case.</summary>
    public SingleLabelNeed SingleLabel
    {
        get => AdaptsToTarget ? SingleLabelNeed.Adaptation : field;
        init;
    }

    /// <summary>Whether it finds its model at once, without steps, so that none of the settings of an optimizer concern it.</summary>
    public bool FitsAtOnce { get; init; }

    /// <summary>The heading that it stands under in a list, of <see cref="MethodGroups"/>.</summary>
    public string Group { get; init; } = "";

    /// <summary>Parts that it plays in advice and comparisons; empty for most methods.</summary>
    public IReadOnlyList<MethodRole> Roles { get; init; } = [];

    public bool Has(MethodRole role) => Roles.Contains(role);

    /// <summary>Its name as a value in a message.</summary>
    [JsonIgnore]
    public Message Title => CatalogueKeys.Name(this);

    /// <summary>Its own parameters behind those of <paramref name="common"/> that it does not replace and that can concern it.</summary>
    public IReadOnlyList<ParameterSpec> With(IReadOnlyList<ParameterSpec> common) =>
        [
            .. common.Where(c =>
                Parameters.All(p => p.Name != c.Name) && (c.OnlyFor != LabelKind.MultiLabel || SingleLabel == SingleLabelNeed.None)
            ),
            .. Parameters,
        ];
}

/// <summary>Why a method needs exactly one class for each image.</summary>
public enum SingleLabelNeed
{
    /// <summary>It does not: it takes targets and loss from the kind of the labels.</summary>
    None,

    /// <summary>It fits a classifier to class numbers at once.</summary>
    FittedClassifier,

    /// <summary>It relates the pretrained classes to the class of each image.</summary>
    ClassRelations,

    /// <summary>It brings two domains together by predictions of one class for each image.</summary>
    Adaptation,
}

/// <summary>What a method needs of the pretrained network besides a start.</summary>
public enum SourceUse
{
    /// <summary>Nothing: it could also start from random weights.</summary>
    None,

    /// <summary>The trunk as it was, to compare with; random weights are refused.</summary>
    Trunk,

    /// <summary>The trunk and the head of the classes that it was pretrained on; weights without a head are refused.</summary>
    TrunkAndHead,
}

/// <summary>A compute device: <c>cpu</c> or <c>cuda:N</c>.</summary>
/// <param name="Name">The name that a job uses.</param>
/// <param name="Description">Model name, such as "NVIDIA H100" or "CPU, 2 threads".</param>
public sealed record DeviceSpec(string Name, string Description)
{
    /// <summary>The choice that leaves it to the worker: the first CUDA device where there is one, else the CPU.</summary>
    public const string Auto = "auto";
    public const string Cpu = "cpu";

    /// <summary>Whether it has instructions for bfloat16, so that this precision is usually faster; null where that is unknown.</summary>
    public bool? ComputesBFloat16 { get; init; }
}
