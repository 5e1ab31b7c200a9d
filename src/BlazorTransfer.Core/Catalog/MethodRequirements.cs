using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Messages;

namespace BlazorTransfer.Core.Catalog;

/// <summary>Checks that a run gives its method and network what they need and nothing that they do not use.</summary>
/// <remarks>The form, the submission of a run and the worker all ask here, so that one rule has one wording.</remarks>
public static class MethodRequirements
{
    /// <summary>Suggested number of labelled target images per class for a method that learns from some.</summary>
    public const int UsualTargetLabels = 5;

    /// <summary>Returns what is missing or not used; empty where the method can run with these inputs.</summary>
    /// <param name="method">The method.</param>
    /// <param name="inputs">What the run gives it; unknown facts are not checked.</param>
    public static IReadOnlyList<UnmetRequirement> Check(TransferMethodSpec method, MethodInputs inputs)
    {
        (RequirementKind Kind, Message? Message)[] checks =
        [
            (RequirementKind.Target, CheckTarget(method, inputs)),
            (RequirementKind.Labels, CheckLabels(method, inputs)),
            (RequirementKind.LabelSets, CheckLabelSets(method, inputs)),
            (RequirementKind.TargetLabels, CheckTargetLabels(method, inputs)),
            (RequirementKind.Weights, CheckWeights(method, inputs)),
            (RequirementKind.Teacher, CheckTeacher(method, inputs)),
            (RequirementKind.ImageSize, CheckImageSize(inputs)),
        ];
        return [.. checks.Where(c => c.Message is not null).Select(c => new UnmetRequirement(c.Kind, c.Message!))];
    }

    /// <summary>Returns settings that have no effect or slow the run down, as sentences; they do not stop it.</summary>
    /// <param name="inputs">What the run gives its method; unknown facts are not checked.</param>
    public static IReadOnlyList<Message> Warnings(MethodInputs inputs)
    {
        var warnings = new List<Message>();
        if (inputs is { StepsInBFloat16: true, TrainsBackbone: false })
            warnings.Add(
                Message.Of(
                    "settings.steps-without-bfloat16",
                    $"The training steps do not use bfloat16: only the head is trained, always in single precision. To use bfloat16, "
                        + $"choose it for the frozen layers."
                )
            );
        if ((inputs.StepsInBFloat16 == true || inputs.FeaturesInBFloat16 == true) && inputs.DeviceComputesBFloat16 == false)
            warnings.Add(
                Message.Of(
                    "settings.device-without-bfloat16",
                    $"The processor has no instructions for bfloat16 (AVX-512 BF16 or AMX), which is slower than single precision here. "
                        + $"Choose single precision."
                )
            );
        if (inputs is { Labels: LabelKind.MultiLabel, BalancesSampling: true })
            warnings.Add(
                Message.Of(
                    "settings.sampling-several-labels",
                    $"Balanced sampling has no effect on images with several labels. Turn on class weights instead."
                )
            );
        return warnings;
    }

    /// <summary>Returns all messages of <see cref="Check"/> as one; null where nothing is wrong.</summary>
    /// <inheritdoc cref="Check" path="/param"/>
    public static Message? WhyNot(TransferMethodSpec method, MethodInputs inputs) =>
        Check(method, inputs) is { Count: > 0 } unmet ? Message.Join([.. unmet.Select(u => u.Message)]) : null;

    private static Message? CheckTarget(TransferMethodSpec method, MethodInputs inputs) =>
        inputs.HasTarget switch
        {
            false when method.AdaptsToTarget => Message.Of(
                "method.needs-target",
                $"{method.Title} adapts to a target domain. Choose the target images, or another method."
            ),
            true when method.LearnsLabelSets => Message.Of(
                "method.takes-no-target",
                $"{method.Title} has no target domain. Remove the target, or choose another method."
            ),
            _ => null,
        };

    private static Message? CheckLabels(TransferMethodSpec method, MethodInputs inputs) =>
        (method.SingleLabel, inputs) switch
        {
            (_, { Labels: not LabelKind.MultiLabel }) => null,
            (not SingleLabelNeed.None, _) => Message.Of(
                "method.needs-one-label",
                $"{method.Title} needs exactly one class for each image, and these images have several labels: "
                    + $"{Reason(method.SingleLabel)} Choose another method, such as a linear probe."
            ),
            (_, { HasTarget: true }) => Message.Of(
                "method.target-several-labels",
                $"Domain adaptation needs exactly one class for each image, and these images have several labels. Remove the target."
            ),
            _ => null,
        };

    private static Message Reason(SingleLabelNeed need) =>
        need switch
        {
            SingleLabelNeed.FittedClassifier => Message.Of("one-label.fitted", $"it fits a classifier to class numbers in closed form."),
            SingleLabelNeed.ClassRelations => Message.Of(
                "one-label.relations",
                $"it relates the pretrained classes to the class of each image."
            ),
            SingleLabelNeed.Adaptation => Message.Of("one-label.adaptation", $"it aligns two domains by predictions of a single class."),
            SingleLabelNeed.None => throw new ArgumentOutOfRangeException(nameof(need), need, null),
            _ => throw new ArgumentOutOfRangeException(nameof(need), need, null),
        };

    private static Message? CheckLabelSets(TransferMethodSpec method, MethodInputs inputs) =>
        (method.LearnsLabelSets, inputs) switch
        {
            (false, { LabelSets: > 0 }) => Message.Of(
                "method.takes-no-label-sets",
                $"{method.Title} learns the classes only. Remove the label sets, or choose a method that learns them."
            ),
            (true, { ImagesHaveLabelSets: false }) => Message.Of(
                "method.images-without-label-sets",
                $"{method.Title} learns label sets beside the classes, and these images have none. "
                    + $"Import the images with a labels.csv, or choose another method."
            ),
            (true, { LabelSets: 0 }) => Message.Of(
                "method.needs-label-sets",
                $"{method.Title} learns label sets beside the classes. Choose at least one label set, or another method."
            ),
            _ => null,
        };

    private static Message? CheckTargetLabels(TransferMethodSpec method, MethodInputs inputs) =>
        (method.UsesTargetLabels, inputs) switch
        {
            (false, { LabelledPerClass: not null and not 0 }) => Message.Of(
                "method.takes-no-target-labels",
                $"{method.Title} uses no target labels. Set the number of labelled target images to 0, or choose a method that learns "
                    + $"from them."
            ),
            // Without a target, that is what is missing.
            (true, { HasTarget: false }) => null,
            (true, { TargetHasLabels: false }) => Message.Of(
                "method.target-without-labels",
                $"{method.Title} learns from labelled target images, and these images have no labels. "
                    + $"Label some of them, or choose another method."
            ),
            (true, { LabelledPerClass: < 1 }) => Message.Of(
                "method.needs-target-labels",
                $"{method.Title} learns from labelled target images. Choose at least 1 per class, such as {UsualTargetLabels}."
            ),
            _ => null,
        };

    private static Message? CheckWeights(TransferMethodSpec method, MethodInputs inputs) =>
        (method, inputs) switch
        {
            ({ TakesWeights: false }, { HasWeights: true }) => Message.Of(
                "method.takes-no-weights",
                $"{method.Title} starts from random weights and takes no others. Remove the weights, or choose another method."
            ),
            ({ Source: not SourceUse.None }, { HasWeights: false }) => Message.Of(
                "method.needs-weights",
                $"{method.Title} needs pretrained weights. Choose weights to start from, or another method."
            ),
            ({ Source: SourceUse.TrunkAndHead }, { WeightsHaveHead: false }) => Message.Of(
                "method.needs-head",
                $"{method.Title} needs weights with the head of the classes they were pretrained on, and these weights have no head. "
                    + $"Choose other weights, or another method."
            ),
            _ => null,
        };

    private static Message? CheckTeacher(TransferMethodSpec method, MethodInputs inputs) =>
        (method.TakesTeacher, inputs) switch
        {
            (false, { HasTeacher: true }) => Message.Of(
                "method.takes-no-teacher",
                $"{method.Title} takes no teacher. Remove the teacher, or choose a method that learns from one."
            ),
            (true, { HasTeacher: false, HasFinishedRuns: false }) => Message.Of(
                "method.needs-teacher-first",
                $"{method.Title} needs a teacher, the model of an earlier run, and no run has finished yet. Train another network first."
            ),
            (true, { HasTeacher: false }) => Message.Of(
                "method.needs-teacher",
                $"{method.Title} needs a teacher, the model of an earlier run. Choose the teacher, or another method."
            ),
            _ => null,
        };

    private static Message? CheckImageSize(MethodInputs inputs) =>
        inputs is { Backbone: { } backbone, ImageSize: { } side } && side < backbone.MinimumImageSize
            ? Message.Of(
                "network.images-too-small",
                $"{backbone.DisplayName} needs images of at least {backbone.MinimumImageSize} pixels, and the image size is {side}. "
                    + $"Choose a larger image size, such as {backbone.Preprocessing.CropSize}, or another network."
            )
            : null;
}

/// <summary>What a run gives a method. Null means unknown: the caller cannot tell, so the fact is not checked.</summary>
public sealed record MethodInputs
{
    /// <summary>Whether the network starts from pretrained weights or an earlier run's model.</summary>
    public bool? HasWeights { get; init; }

    /// <summary>Whether the weights include the head of the classes that they were trained on.</summary>
    public bool? WeightsHaveHead { get; init; }

    /// <summary>Whether a teacher is chosen.</summary>
    public bool? HasTeacher { get; init; }

    /// <summary>Whether there is any finished run to choose a teacher from.</summary>
    public bool? HasFinishedRuns { get; init; }

    /// <summary>Whether a target domain is chosen.</summary>
    public bool? HasTarget { get; init; }

    /// <summary>Whether any image of the target has a label.</summary>
    public bool? TargetHasLabels { get; init; }

    /// <summary>Number of labelled target images per class that the method may learn from.</summary>
    public int? LabelledPerClass { get; init; }

    /// <summary>How many labels an image has.</summary>
    public LabelKind? Labels { get; init; }

    /// <summary>Number of label sets to learn beside the classes.</summary>
    public int? LabelSets { get; init; }

    /// <summary>Whether the images have any label set.</summary>
    public bool? ImagesHaveLabelSets { get; init; }

    /// <summary>The network.</summary>
    public BackboneSpec? Backbone { get; init; }

    /// <summary>Side of the smallest images that the network is given, in pixels.</summary>
    public int? ImageSize { get; init; }

    /// <summary>Whether the settings ask for as many images of each class.</summary>
    public bool? BalancesSampling { get; init; }

    /// <summary>Whether the settings ask for training steps in bfloat16.</summary>
    public bool? StepsInBFloat16 { get; init; }

    /// <summary>Whether the settings ask for the output of frozen layers in bfloat16.</summary>
    public bool? FeaturesInBFloat16 { get; init; }

    /// <summary>Whether the run trains layers of the network before its head.</summary>
    public bool? TrainsBackbone { get; init; }

    /// <summary>Whether the device has instructions for bfloat16.</summary>
    public bool? DeviceComputesBFloat16 { get; init; }

    /// <summary>The same with what the settings say of images and precision, on a network and a device.</summary>
    /// <param name="backbone">The network; null where it is unknown.</param>
    /// <param name="settings">All hyper-parameters by name, defaults included.</param>
    /// <param name="device">The device that the run computes on; null where it is unknown.</param>
    public MethodInputs With(BackboneSpec? backbone, IReadOnlyDictionary<string, ParameterValue> settings, DeviceSpec? device)
    {
        int? full = Side(ParameterNames.ImageSize) ?? backbone?.Preprocessing.CropSize;
        return this with
        {
            Backbone = backbone,
            ImageSize = Side(ParameterNames.FirstImageSize) is { } first && first < full ? first : full,
            BalancesSampling =
                settings.TryGetValue(ParameterNames.BalancedSampling, out ParameterValue balances) && balances.AsBoolean == true,
            StepsInBFloat16 = IsBFloat16(ParameterNames.Precision),
            FeaturesInBFloat16 = IsBFloat16(ParameterNames.FrozenPrecision),
            DeviceComputesBFloat16 = device?.ComputesBFloat16,
        };

        int? Side(string name) =>
            settings.TryGetValue(name, out ParameterValue value) && value.AsNumber is > 0 and { } side ? (int)side : null;

        bool IsBFloat16(string name) => settings.TryGetValue(name, out ParameterValue value) && value.AsText == PrecisionNames.BFloat16;
    }
}

/// <summary>The input that a requirement is about.</summary>
public enum RequirementKind
{
    Target,
    Labels,
    LabelSets,
    TargetLabels,
    Weights,
    Teacher,
    ImageSize,
}

/// <summary>An input that a method needs and lacks, or is given and does not use.</summary>
/// <param name="Kind">The input.</param>
/// <param name="Message">What is wrong and what to do, in one or two sentences.</param>
public sealed record UnmetRequirement(RequirementKind Kind, Message Message);
