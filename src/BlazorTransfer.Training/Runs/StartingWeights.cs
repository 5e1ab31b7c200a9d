using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Models;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Training.Backbones;
using BlazorTransfer.Training.Foundation;
using BlazorTransfer.Training.Methods;
using BlazorTransfer.Training.Models;
using BlazorTransfer.Training.Settings;
using BlazorTransfer.Training.Weights;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Runs;

/// <summary>The weights that a run starts from, and those that it compares with or learns from.</summary>
internal static class StartingWeights
{
    /// <summary>Loads what the network starts from.</summary>
    /// <returns>The network as it was pretrained, where the method asks for it.</returns>
    public static TransferModel? Load(
        Backbone backbone,
        JobSpec job,
        LabelTask classes,
        IReadOnlyList<ModelTask> tasks,
        Device device,
        Action<RunEvent> emit
    )
    {
        WeightsSpec weights = job.Weights;
        TransferMethodSpec method = TransferMethodRegistry.All.Single(m => m.Name == job.Method);
        if (weights.File is null)
        {
            if (!method.TakesWeights)
                return null;
            emit(
                MessageLogged.Of(
                    MessageLevel.Warning,
                    Message.Of(
                        "weights.random-start",
                        $"The network starts from random weights: nothing is transferred, so expect less accuracy from few images."
                    )
                )
            );
            return null;
        }

        try
        {
            (IReadOnlyDictionary<string, TensorData> tensors, Message? note) = PretrainedFile.Inspect(weights.File);
            LoadReport report = WeightsLoader.Load(backbone, tensors, HasTheseClasses(weights.File, classes, tasks));
            emit(MessageLogged.Of(MessageLevel.Information, Loaded(report, weights.Name ?? Path.GetFileName(weights.File), note)));
            return method.Source == SourceUse.None ? null : SourceNetwork(job.Backbone, tensors, method, device);
        }
        catch (IOException e)
        {
            throw TrainingException.BadInput(
                "weights.unusable",
                $"The weights '{weights.Name ?? weights.File}' cannot be used: {Message.Of(e)}",
                e
            );
        }
    }

    private static Message Loaded(LoadReport report, string name, Message? note)
    {
        Message loaded = report.HeadLoaded
            ? Message.Of("weights.loaded-with-head", $"Loaded {report.Loaded.Count} tensors from {name}, including the head.")
            : Message.Of("weights.loaded", $"Loaded {report.Loaded.Count} tensors from {name}; the head is new.");
        return note is null ? loaded : Message.Join([loaded, note]);
    }

    /// <summary>Loads what the network learns from beside the labels, where the method takes that.</summary>
    public static TeacherNetwork? LoadTeacher(JobSpec job, LabelTask classes, ParameterSet settings, Device device, Action<RunEvent> emit)
    {
        if (job.Teacher is not { } spec)
            return null;
        BackboneSpec student =
            BackboneRegistry.Find(job.Backbone)
            ?? throw TrainingException.BadInput("network.unknown", $"There is no network named '{job.Backbone}'.");
        try
        {
            TeacherNetwork teacher = TeacherNetwork.Load(spec.File, classes, ImageSize.PreprocessingOf(student, settings), device);
            emit(
                MessageLogged.Of(
                    MessageLevel.Information,
                    Message.Of("teacher.loaded", $"The teacher is {spec.Name ?? Path.GetFileName(spec.File)}: {teacher.ToString()}.")
                )
            );
            return teacher;
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            throw TrainingException.BadInput(
                "teacher.unusable",
                $"The teacher '{spec.Name ?? spec.File}' cannot be used: {Message.Of(e)}",
                e
            );
        }
    }

    private static TransferModel SourceNetwork(
        string name,
        IReadOnlyDictionary<string, TensorData> tensors,
        TransferMethodSpec method,
        Device device
    )
    {
        FileHead? head = WeightsLoader.HeadOf(name, tensors);
        if (MethodRequirements.WhyNot(method, new MethodInputs { WeightsHaveHead = head is not null }) is { } unmet)
            throw new WeightsException(unmet);
        int classes = head?.Classes ?? 1;
        Backbone source = BackboneRegistry.Create(name, classes, head?.Hidden);
        WeightsLoader.Load(source, tensors);
        foreach (Parameter parameter in source.parameters())
            parameter.requires_grad = false;
        source.eval();
        source.to(device);
        return new TransferModel(source, [.. Enumerable.Range(1, classes).Select(c => $"source class {c}")], device);
    }

    /// <summary>
    /// A head means nothing without its classes: only a file that names the same ones in the same order gives its own. Whether it has the
    /// same
    /// hidden layer, its tensors say.
    /// </summary>
    private static bool HasTheseClasses(string weights, LabelTask classes, IReadOnlyList<ModelTask> tasks)
    {
        string path = ModelDescription.PathBeside(weights);
        return File.Exists(path)
            && ModelDescription.Load(path) is var description
            && description.Kind == classes.Kind
            && description.Classes.SequenceEqual(classes.Labels)
            && (description.LabelSets ?? []).SequenceEqual(tasks.Select(t => t.Labels));
    }
}
