using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Training.Backbones;
using BlazorTransfer.Training.Foundation;
using BlazorTransfer.Training.Methods;
using BlazorTransfer.Training.Models;
using BlazorTransfer.Training.Settings;
using TorchSharp;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Runs;

/// <summary>Makes a job ready to train, and finds everything that can be wrong with it before the first step.</summary>
internal static class RunPreparation
{
    /// <summary>Does everything but the training. The weights' file is read and never written.</summary>
    public static TrainingRun Prepare(JobSpec job, Action<RunEvent> emit)
    {
        (TransferMethod method, ParameterSet settings) = TransferMethodRegistry.Create(job.Method, job.Parameters);
        TransferMethodSpec spec = TransferMethodRegistry.All.Single(m => m.Name == job.Method);
        RunRequirements.Require(spec, RunRequirements.InputsOf(job, spec, settings));
        (Device device, DeviceSpec deviceSpec) = Devices.Resolve(job.Device);
        if (settings.Integer(CommonParameters.Threads) is > 0 and int threads)
            set_num_threads(threads);
        Devices.UsesTf32 = settings.Boolean(CommonParameters.Tf32);
        DatasetManifest data = RunData.Load(job);
        RunRequirements.Require(spec, new MethodInputs { Labels = data.Kind, HasTarget = job.Target is not null });
        TargetDomain? target = RunData.LoadTarget(job, data, spec, emit);
        // Before the seed, since building it draws weights: with a teacher or without, a run draws the same.
        TeacherNetwork? teacher = StartingWeights.LoadTeacher(job, data.ClassTask, settings, device, emit);
        manual_seed(job.Seed);
        IReadOnlyList<ModelTask> tasks = RunData.TasksOf(job, data);
        Backbone backbone = BackboneRegistry.Create(job.Backbone, TransferModel.OutputsOf(data.Classes, tasks), method.Head);
        var model = new TransferModel(backbone, data.Classes, device)
        {
            Kind = data.Kind,
            Tasks = tasks,
            Source = StartingWeights.Load(backbone, job, data.ClassTask, tasks, device, emit),
            Teacher = teacher,
        };
        backbone.to(device);
        if (settings.Boolean(CommonParameters.ClassWeights))
            model.WeighLabels(data.Of(Split.Train));
        method.Configure(model);
        return new TrainingRun(job, data, target, model, method, settings, deviceSpec);
    }
}
