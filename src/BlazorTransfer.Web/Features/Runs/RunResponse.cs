using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;

namespace BlazorTransfer.Web.Features.Runs;

/// <summary>A run, as the API gives it. It names data, weights and models, never their files on the server.</summary>
internal sealed record RunResponse
{
    public required string Id { get; init; }
    public required string ProjectId { get; init; }

    /// <summary>Counts the project's runs, from 1.</summary>
    public required int Number { get; init; }
    public required string Name { get; init; }

    /// <summary>Plain text of the project's members.</summary>
    public string Notes { get; init; } = "";
    public required RunStatus Status { get; init; }

    /// <summary>Why it failed or was lost, in English.</summary>
    public string? Error { get; init; }

    /// <summary>Code of <see cref="Error"/>, such as <c>run.diverged</c>; null where it has none.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>For how long its worker has given no sign of life, in steps of 30 seconds; null where it is not silent. The run may go on
    /// all the same.</summary>
    public int? WorkerSilentSeconds { get; init; }
    public required string SubmittedBy { get; init; }
    public required DateTimeOffset SubmittedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
    public required RunDataResponse Data { get; init; }
    public RunTargetResponse? Target { get; init; }

    /// <summary>Weight of each label set that is learned beside the classes, by name.</summary>
    public required IReadOnlyDictionary<string, double> LabelSets { get; init; }
    public required string Backbone { get; init; }
    public required RunWeightsResponse Weights { get; init; }

    /// <summary>The run whose model it learns from beside the labels.</summary>
    public string? TeacherRunId { get; init; }
    public required string Method { get; init; }

    /// <summary>Hyper-parameters that differ from their defaults.</summary>
    public required IReadOnlyDictionary<string, ParameterValue> Parameters { get; init; }

    /// <summary><c>auto</c>, <c>cpu</c> or <c>cuda:N</c>.</summary>
    public required string Device { get; init; }

    /// <summary>The device in use; null until the worker has chosen it.</summary>
    public string? DeviceDescription { get; init; }
    public required int Seed { get; init; }

    /// <summary>Which images train. Without validation images there is no validation accuracy.</summary>
    public TrainingImages TrainOn { get; init; }

    /// <summary>Of a cross-validation, from 1; null outside of one.</summary>
    public int? Fold { get; init; }
    public int? Folds { get; init; }

    /// <summary>Shared by runs that were submitted together.</summary>
    public string? ExperimentId { get; init; }
    public string? ExperimentName { get; init; }

    /// <summary>Number of the configuration in its experiment, in a search of the trial, from 1; null where the experiment has one
    /// only.</summary>
    public int? Trial { get; init; }

    /// <summary>Of a search, from 1; null outside of one.</summary>
    public int? Round { get; init; }

    /// <summary>What it is in a comparison of a method with its baselines.</summary>
    public AdaptationPart? Part { get; init; }
    public required int Epoch { get; init; }
    public required int Epochs { get; init; }
    public int? BestEpoch { get; init; }

    /// <summary>What the accuracies of this record are: <c>top1</c>, or <c>map</c>, the mean average precision of images that may have
    /// several labels.</summary>
    public required string Metric { get; init; }

    /// <summary>Validation accuracy (top-1) of the best epoch, whose weights are the model, 0…1.</summary>
    public double? BestTop1 { get; init; }

    /// <summary>Validation accuracy (top-1) by epoch, 0…1; the last is that of the final epoch.</summary>
    public required IReadOnlyList<double> Top1ByEpoch { get; init; }

    /// <summary>Test accuracy (top-1) of the best epoch, 0…1.</summary>
    public double? TestTop1 { get; init; }

    /// <summary>Accuracy (top-1) of the best epoch on the labelled images of the target domain, 0…1.</summary>
    public double? TargetTop1 { get; init; }

    /// <summary>An early stop was requested, and the worker has not stopped yet.</summary>
    public bool IsStopping { get; init; }

    /// <summary>Name of the account that stopped it early.</summary>
    public string? StoppedBy { get; init; }

    /// <summary>The epoch in which it stopped early on request.</summary>
    public int? StoppedAtEpoch { get; init; }

    /// <summary>Size of the model package; null while there is none.</summary>
    public long? PackageBytes { get; init; }

    public static RunResponse Of(Run run, TimeSpan? silence = null)
    {
        (RunSubmission submission, JobSpec job) = (run.Submission, run.Job);
        return new RunResponse
        {
            Id = run.Id,
            ProjectId = submission.ProjectId,
            Number = submission.Number,
            Name = run.Name,
            Notes = run.Notes,
            Status = run.Status,
            Error = run.Error,
            ErrorCode = run.Error?.Code,
            WorkerSilentSeconds = (int?)silence?.TotalSeconds,
            SubmittedBy = submission.SubmittedBy,
            SubmittedAt = submission.SubmittedAt,
            StartedAt = run.StartedAt,
            FinishedAt = run.FinishedAt,
            Data = RunDataResponse.Of(submission, job.Data),
            Target = job.Target is { } target ? RunTargetResponse.Of(submission, target) : null,
            LabelSets = job.LabelSets.ToDictionary(l => l.Name, l => l.Weight),
            Backbone = job.Backbone,
            Weights = new RunWeightsResponse(submission.WeightsId, submission.ParentRunId, job.Weights.Name, job.Weights.Sha256),
            TeacherRunId = submission.TeacherRunId,
            Method = job.Method,
            Parameters = job.Parameters,
            Device = job.Device,
            DeviceDescription = run.Device,
            Seed = job.Seed,
            Fold = job.Fold is { } fold ? fold.Index + 1 : null,
            Folds = job.Fold?.Count,
            ExperimentId = submission.ExperimentId,
            ExperimentName = run.ExperimentName,
            TrainOn = job.TrainOn,
            Trial = submission.Trial > 0 ? submission.Trial : null,
            Round = submission.Search is null ? null : submission.Round + 1,
            Part = submission.Part,
            Epoch = run.Epoch,
            Epochs = run.Epochs,
            BestEpoch = run.BestEpoch,
            Metric = run.Kind == LabelKind.MultiLabel ? "map" : "top1",
            BestTop1 = run.BestTop1,
            Top1ByEpoch = run.Top1ByEpoch,
            TestTop1 = run.TestTop1,
            TargetTop1 = run.TargetTop1,
            IsStopping = run.IsStopping,
            StoppedBy = run.StoppedBy,
            StoppedAtEpoch = run.StoppedAtEpoch,
            PackageBytes = run.PackageBytes,
        };
    }
}

/// <param name="DatasetId">The data set.</param>
/// <param name="DatasetVersion">Its version.</param>
/// <param name="DatasetName">Its name when the run was submitted.</param>
/// <param name="Only">The tag of the images that are used, such as <c>domain=photo</c>; null for all.</param>
internal sealed record RunDataResponse(string DatasetId, int DatasetVersion, string DatasetName, string? Only)
{
    public static RunDataResponse Of(RunSubmission submission, DataSpec data) =>
        new(submission.DatasetId, submission.DatasetVersion, submission.DatasetName, data.Only?.ToString());
}

/// <param name="DatasetId">The data set of the target domain.</param>
/// <param name="Name">Its name with version and tag.</param>
/// <param name="Transductive">All images are adapted to and scored.</param>
/// <param name="IsUpperBound">The run is trained on the target with its labels, for comparison.</param>
/// <param name="LabelledPerClass">Labelled images of each class that are learned from.</param>
internal sealed record RunTargetResponse(string? DatasetId, string? Name, bool Transductive, bool IsUpperBound, int LabelledPerClass)
{
    public static RunTargetResponse Of(RunSubmission submission, TargetSpec target) =>
        new(submission.TargetDatasetId, submission.TargetName, target.Transductive, target.IsOracle, target.LabelledPerClass);
}

/// <param name="Id">Imported weights; null where it starts from a run's model or from random weights.</param>
/// <param name="RunId">The run whose model it starts from.</param>
/// <param name="Name">Their name.</param>
/// <param name="Sha256">Hash of the file, where it is known.</param>
internal sealed record RunWeightsResponse(string? Id, string? RunId, string? Name, string? Sha256);
