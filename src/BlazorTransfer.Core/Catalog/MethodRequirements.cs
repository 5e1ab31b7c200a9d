namespace BlazorTransfer.Core.Catalog;

/// <summary>Checks that a run gives a method what it needs and nothing that it does not use.</summary>
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
        (RequirementKind Kind, string? Message)[] checks =
        [
            (RequirementKind.Target, CheckTarget(method, inputs)),
            (RequirementKind.LabelSets, CheckLabelSets(method, inputs)),
            (RequirementKind.TargetLabels, CheckTargetLabels(method, inputs)),
            (RequirementKind.Weights, CheckWeights(method, inputs)),
            (RequirementKind.Teacher, CheckTeacher(method, inputs)),
        ];
        return [.. checks.Where(c => c.Message is not null).Select(c => new UnmetRequirement(c.Kind, $"{method.DisplayName} {c.Message}"))];
    }

    /// <summary>Returns all messages of <see cref="Check"/> as one text; null where nothing is wrong.</summary>
    /// <inheritdoc cref="Check" path="/param"/>
    public static string? WhyNot(TransferMethodSpec method, MethodInputs inputs) =>
        Check(method, inputs) is { Count: > 0 } unmet ? string.Join(" ", unmet.Select(u => u.Message)) : null;

    private static string? CheckTarget(TransferMethodSpec method, MethodInputs inputs) =>
        inputs.HasTarget switch
        {
            false when method.AdaptsToTarget => "adapts to a target domain. Choose the target images, or another method.",
            true when method.LearnsLabelSets => "has no target domain. Remove the target, or choose another method.",
            _ => null,
        };

    private static string? CheckLabelSets(TransferMethodSpec method, MethodInputs inputs) =>
        (method.LearnsLabelSets, inputs) switch
        {
            (false, { LabelSets: > 0 }) => "learns the classes only. Remove the label sets, or choose a method that learns them.",
            (true, { ImagesHaveLabelSets: false }) => "learns label sets beside the classes, and these images have none. "
                + "Import the images with a labels.csv, or choose another method.",
            (true, { LabelSets: 0 }) => "learns label sets beside the classes. Choose at least one label set, or another method.",
            _ => null,
        };

    private static string? CheckTargetLabels(TransferMethodSpec method, MethodInputs inputs) =>
        (method.UsesTargetLabels, inputs) switch
        {
            (false, { LabelledPerClass: not null and not 0 }) =>
                "uses no target labels. Set the number of labelled target images to 0, or choose a method that learns from them.",
            // Without a target, that is what is missing.
            (true, { HasTarget: false }) => null,
            (true, { TargetHasLabels: false }) => "learns from labelled target images, and these images have no labels. "
                + "Label some of them, or choose another method.",
            (true, { LabelledPerClass: < 1 }) =>
                $"learns from labelled target images. Choose at least 1 per class, such as {UsualTargetLabels}.",
            _ => null,
        };

    private static string? CheckWeights(TransferMethodSpec method, MethodInputs inputs) =>
        (method, inputs) switch
        {
            ({ TakesWeights: false }, { HasWeights: true }) =>
                "starts from random weights and takes no others. Remove the weights, or choose another method.",
            ({ Source: not SourceUse.None }, { HasWeights: false }) =>
                "needs pretrained weights. Choose weights to start from, or another method.",
            ({ Source: SourceUse.TrunkAndHead }, { WeightsHaveHead: false }) =>
                "needs weights with the head of the classes they were pretrained on, and these weights have no head. "
                    + "Choose other weights, or another method.",
            _ => null,
        };

    private static string? CheckTeacher(TransferMethodSpec method, MethodInputs inputs) =>
        (method.TakesTeacher, inputs) switch
        {
            (false, { HasTeacher: true }) => "takes no teacher. Remove the teacher, or choose a method that learns from one.",
            (true, { HasTeacher: false, HasFinishedRuns: false }) =>
                "needs a teacher, the model of an earlier run, and no run has finished yet. Train another network first.",
            (true, { HasTeacher: false }) => "needs a teacher, the model of an earlier run. Choose the teacher, or another method.",
            _ => null,
        };
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

    /// <summary>Number of label sets to learn beside the classes.</summary>
    public int? LabelSets { get; init; }

    /// <summary>Whether the images have any label set.</summary>
    public bool? ImagesHaveLabelSets { get; init; }
}

/// <summary>The input that a requirement is about.</summary>
public enum RequirementKind
{
    Target,
    LabelSets,
    TargetLabels,
    Weights,
    Teacher,
}

/// <summary>An input that a method needs and lacks, or is given and does not use.</summary>
/// <param name="Kind">The input.</param>
/// <param name="Message">What is wrong and what to do, in one or two sentences.</param>
public sealed record UnmetRequirement(RequirementKind Kind, string Message);
