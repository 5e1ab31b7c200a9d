using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Training.Foundation;
using BlazorTransfer.Training.LabelKinds;
using BlazorTransfer.Training.Models;

namespace BlazorTransfer.Training.Runs;

/// <summary>Reads the images of a job, and refuses in words what nothing can be learned from.</summary>
internal static class RunData
{
    /// <summary>What the run learns from: labelled images, divided as the job says.</summary>
    public static DatasetManifest Load(JobSpec job)
    {
        try
        {
            DatasetManifest data = job.Data.Read();
            if (data.Samples.Count == 0)
                throw TrainingException.BadInput(TargetDomain.NoneOf(job.Data, isTarget: false));
            DatasetManifest labelled = data with { Samples = [.. data.Samples.Where(s => data.ClassTask.LabelsOf(s) is not null)] };
            if (job.Fold is { } fold)
                labelled = fold.Check() is { } wrong ? throw TrainingException.BadInput(wrong) : fold.Apply(labelled);
            if (job.TrainOn != TrainingImages.TrainingSplit && (job.Fold is not null || job.Target is not null))
                throw TrainingException.BadInput(
                    "data.needs-validation",
                    $"A cross-validation and a domain adaptation need validation images. Train on the training split only."
                );
            labelled = job.TrainOn.Apply(labelled);
            int fewest = TaskKind.Of(labelled.Kind).FewestLabels;
            if (labelled.Classes.Count < fewest)
                throw fewest == 1
                    ? TrainingException.BadInput("data.no-class", $"The data set needs at least one class.")
                    : TrainingException.BadInput("data.one-class", $"The data set needs at least two classes.");
            if (labelled.Of(Split.Train).Count == 0)
                throw TrainingException.BadInput("data.no-training-images", $"The data set has no training images.");
            if (job.TrainOn == TrainingImages.TrainingSplit && labelled.Of(Split.Validation).Count == 0)
                throw TrainingException.BadInput("data.no-validation-images", $"The data set has no validation images.");
            return labelled;
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            throw TrainingException.BadInput("data.unreadable", $"The data set cannot be read: {Message.Of(e)}", e);
        }
    }

    /// <summary>What the run learns of the images beside their classes.</summary>
    /// <exception cref="TrainingException">These images do not have such labels.</exception>
    public static IReadOnlyList<ModelTask> TasksOf(JobSpec job, DatasetManifest data)
    {
        if (job.LabelSets.Count == 0)
            return [];
        if (LabelSetSpec.WhyNot(job.LabelSets, data.Samples) is { } wrong)
            throw TrainingException.BadInput(wrong);
        return ModelTask.Behind(data.Classes.Count, job.LabelSets.Select(s => (LabelTask.OfTag(s.Name, data.Samples), s.Weight)));
    }

    /// <summary>The target domain, where the job names one.</summary>
    public static TargetDomain? LoadTarget(JobSpec job, DatasetManifest data, TransferMethodSpec method, Action<RunEvent> emit)
    {
        if (job.Target is null)
            return null;
        try
        {
            TargetDomain target = TargetDomain.Load(job.Target, data, job.Seed, method);
            if (method.AdaptsToTarget && target.Adapting.Count == 0)
                throw TrainingException.BadInput(
                    "target.nothing-to-adapt-to",
                    $"All images of the target are set aside for the test, so that none are left to adapt to."
                );
            if (job.Target.LabelledPerClass > 0 && !method.UsesTargetLabels)
                emit(
                    MessageLogged.Of(
                        MessageLevel.Information,
                        Message.Of(
                            "target.labels-set-aside",
                            $"{method.Title} learns nothing of the target. Its {job.Target.LabelledPerClass} labelled "
                                + $"images of each class are set aside, so that the same images are scored as of a method that learns "
                                + $"from them."
                        )
                    )
                );
            string[] absent = [.. data.Classes.Except(target.Scored.Select(s => s.Label!))];
            if (target.Scored.Count > 0 && absent.Length > 0)
                emit(
                    MessageLogged.Of(
                        MessageLevel.Warning,
                        Message.Of(
                            "target.classes-absent",
                            $"No scored image of the target shows: {absent}. A method that makes the two "
                                + $"domains alike may then do harm."
                        )
                    )
                );
            return target;
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            throw TrainingException.BadInput("target.unreadable", $"The target's data set cannot be read: {Message.Of(e)}", e);
        }
    }
}
