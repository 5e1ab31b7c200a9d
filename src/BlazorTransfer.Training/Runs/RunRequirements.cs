using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Training.Foundation;

namespace BlazorTransfer.Training.Runs;

/// <summary>Refuses a run that lacks what its method needs, before any image or weight is read.</summary>
public static class RunRequirements
{
    /// <exception cref="TrainingException">Something is missing or not used; the message names all of it.</exception>
    public static void Require(TransferMethodSpec method, MethodInputs inputs)
    {
        if (MethodRequirements.WhyNot(method, inputs) is { } unmet)
            throw TrainingException.BadInput(unmet);
    }

    /// <summary>What a job gives its method.</summary>
    internal static MethodInputs InputsOf(JobSpec job, TransferMethodSpec method) =>
        new()
        {
            HasWeights = job.Weights.File is not null,
            HasTeacher = job.Teacher is not null,
            HasTarget = job.Target is not null,
            LabelledPerClass = CheckedLabels(method, job.Target?.LabelledPerClass),
            LabelSets = job.LabelSets.Count,
        };

    /// <summary>The number of labelled target images that a method must accept; null where it may ignore them.</summary>
    /// <remarks>The source-only baseline of a method that learns from target labels sets the same images aside, so that both are scored
    /// on the same ones.</remarks>
    public static int? CheckedLabels(TransferMethodSpec method, int? labelledPerClass) => method.AdaptsToTarget ? labelledPerClass : null;
}
