using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Training.Backbones;
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
    internal static MethodInputs InputsOf(JobSpec job, TransferMethodSpec method, ParameterSet settings) =>
        new MethodInputs
        {
            HasWeights = job.Weights.File is not null,
            HasTeacher = job.Teacher is not null,
            HasTarget = job.Target is not null,
            LabelledPerClass = CheckedLabels(method, job.Target?.LabelledPerClass),
            LabelSets = job.LabelSets.Count,
        }.With(BackboneRegistry.Find(job.Backbone), settings.Values, device: null);

    /// <summary>What a prepared run computes with, for <see cref="MethodRequirements.Warnings"/>.</summary>
    /// <param name="run">The run.</param>
    /// <param name="processorHasBFloat16">See <see cref="Devices.ProcessorHasBFloat16"/>.</param>
    internal static MethodInputs InputsOf(TrainingRun run, bool processorHasBFloat16)
    {
        DeviceSpec device = run.Device.Name == DeviceSpec.Cpu ? run.Device with { ComputesBFloat16 = processorHasBFloat16 } : run.Device;
        return new MethodInputs().With(run.Model.Backbone.Spec, run.Settings.Values, device) with
        {
            StepsInBFloat16 = run.Stages.Any(s => s.AsksForHalf),
            Labels = run.Data.Kind,
            TrainsBackbone = run.Stages.Any(s => s.TrainsBackbone(run.Model)),
        };
    }

    /// <summary>The number of labelled target images that a method must accept; null where it may ignore them.</summary>
    /// <remarks>The source-only baseline of a method that learns from target labels sets the same images aside, so that both are scored
    /// on the same ones.</remarks>
    public static int? CheckedLabels(TransferMethodSpec method, int? labelledPerClass) => method.AdaptsToTarget ? labelledPerClass : null;
}
