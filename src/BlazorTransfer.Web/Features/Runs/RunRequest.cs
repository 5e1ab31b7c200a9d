using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;

namespace BlazorTransfer.Web.Features.Runs;

/// <summary>A request for a run or an experiment.</summary>
public sealed record RunRequest
{
    public string Name { get; init; } = "";
    public required string DatasetId { get; init; }
    public required int DatasetVersion { get; init; }

    /// <summary>Which images of the data set the run learns from; null for all.</summary>
    public SampleTag? Only { get; init; }

    /// <summary>What a method that learns more than the classes learns beside them; empty for others.</summary>
    public IReadOnlyList<LabelSetSpec> LabelSets { get; init; } = [];

    /// <summary>The target domain; null where the model is used on the same domain.</summary>
    public TargetRequest? Target { get; init; }
    public required string Backbone { get; init; }

    /// <summary>Id in the weights library; null for random initialisation.</summary>
    public string? WeightsId { get; init; }

    /// <summary>A finished run whose model is the start, in any project that the user sees; instead of <see cref="WeightsId"/>.</summary>
    public string? ParentRunId { get; init; }

    /// <summary>A finished run whose model is the teacher, in any project that the user sees; null for a method that takes none.</summary>
    public string? TeacherRunId { get; init; }
    public required string Method { get; init; }
    public IReadOnlyDictionary<string, ParameterValue> Parameters { get; init; } = new Dictionary<string, ParameterValue>();
    public string Device { get; init; } = DeviceSpec.Auto;
    public int Seed { get; init; }

    /// <summary>How many runs, with this seed and those after it: one experiment, whose result is a mean with a spread.</summary>
    public int Repeats { get; init; } = 1;

    /// <summary>How many folds of a cross-validation, each a run; 0 keeps the data set's own split.</summary>
    public int Folds { get; init; }

    /// <summary>Which images train. Anything but the training split leaves no validation accuracy.</summary>
    public TrainingImages TrainOn { get; init; }

    /// <summary>An experiment of the project whose best settings these are; null where they are not.</summary>
    public string? BestOfExperimentId { get; init; }

    /// <summary>A search for better settings, each trial a run; null where there is none.</summary>
    public SearchPlan? Search { get; init; }

    /// <summary>The request that repeats a run, without its name and without the experiment that it belongs to.</summary>
    internal static RunRequest Of(Run run) =>
        new()
        {
            DatasetId = run.Submission.DatasetId,
            DatasetVersion = run.Submission.DatasetVersion,
            Only = run.Job.Data.Only,
            LabelSets = run.Job.LabelSets,
            Target =
                run.Job.Target is { } target && run.Submission.TargetDatasetId is { } targetId
                    ? new TargetRequest
                    {
                        DatasetId = targetId,
                        // A new run uses the latest version.
                        DatasetVersion = 0,
                        Only = target.Data.Only,
                        ClassNames = target.Data.ClassNames,
                        Transductive = target.Transductive,
                        LabelledPerClass = target.LabelledPerClass,
                        WithBaselines = run.Submission.Part is not null,
                    }
                    : null,
            Backbone = run.Job.Backbone,
            WeightsId = run.Submission.WeightsId,
            ParentRunId = run.Submission.ParentRunId,
            TeacherRunId = run.Submission.TeacherRunId,
            Method = run.Job.Method,
            Parameters = run.Job.Parameters,
            Device = run.Job.Device,
            Seed = run.Job.Seed,
        };
}
