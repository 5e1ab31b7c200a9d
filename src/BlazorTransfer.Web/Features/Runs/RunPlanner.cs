using System.Security.Claims;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Execution;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Models;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Localization;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Features.Runs;

/// <summary>Looks whether a request can be met, with what the user may use, and makes jobs of it. Nothing is entered anywhere.</summary>
internal sealed class RunPlanner(
    DocumentCollection<Run> runs,
    ProjectAccess access,
    DatasetService datasets,
    WeightsLibrary weights,
    OfficialWeightsCatalogue official,
    CatalogueProvider catalogues,
    DataFolder folder,
    TimeProvider clock
)
{
    public const int MostRepeats = 20;
    public const int MostFolds = 20;

    /// <summary>The run that is asked for, or the runs of an experiment. They have no number yet.</summary>
    /// <exception cref="RefusedException">Something is wrong with the request; the message names all of it.</exception>
    public async Task<IReadOnlyList<(RunSubmission Submission, JobSpec Job)>> PlanAsync(
        ClaimsPrincipal user,
        string projectId,
        RunRequest request
    )
    {
        CheckExperiment(request);
        Checked found = await CheckAsync(user, projectId, request);
        CheckOrigin(projectId, request);
        var submission = new RunSubmission
        {
            ProjectId = projectId,
            Number = 0,
            Name = NameFor(request, found.Backbone, found.Method),
            DatasetId = found.Dataset.Id,
            DatasetVersion = request.DatasetVersion,
            DatasetName = found.Dataset.Name,
            SubmittedBy = UserClaims.IdOf(user),
            SubmittedAt = clock.GetUtcNow(),
            WeightsId = request.WeightsId,
            ParentRunId = request.ParentRunId,
            TeacherRunId = request.TeacherRunId,
            BestOfExperimentId = request.BestOfExperimentId,
            TargetDatasetId = request.Target?.DatasetId,
            TargetName = found.Job.Target?.Data is { } target ? NameOf(target) : null,
        };
        return [.. Expand(request, submission, found)];
    }

    /// <summary>The job for a worker that tries the request out; there is no run.</summary>
    /// <inheritdoc cref="PlanAsync" path="/exception"/>
    public async Task<JobSpec> PrepareAsync(ClaimsPrincipal user, string projectId, RunRequest request) =>
        (await CheckAsync(user, projectId, request)).Job;

    private async Task<Checked> CheckAsync(ClaimsPrincipal user, string projectId, RunRequest request)
    {
        access.Require(user, projectId, ProjectRole.Editor);
        Dataset dataset = datasets.Get(user, projectId, request.DatasetId);
        if (dataset.Version(request.DatasetVersion) is null)
            throw new RefusedException(Texts<RunTexts>.Get("NoSuchVersion"));
        dataset.RequireLabels(request.DatasetVersion);
        RequireImages(user, dataset, request.DatasetVersion, request.Only);
        Catalogue catalogue = await catalogues.GetAsync();
        BackboneSpec backbone =
            catalogue.FindBackbone(request.Backbone) ?? throw new RefusedException(Texts<RunTexts>.Get("NoSuchNetwork", request.Backbone));
        TransferMethodSpec method =
            catalogue.FindMethod(request.Method) ?? throw new RefusedException(Texts<RunTexts>.Get("NoSuchMethod", request.Method));
        IReadOnlyList<ParameterSpec> specs = catalogue.ParametersOf(method);
        (ParameterSet? settings, IReadOnlyDictionary<string, Message> errors) = ParameterSet.Resolve(specs, request.Parameters);
        if (settings is null)
            throw new RefusedException(Message.Join([.. errors.Values]));
        DeviceSpec device =
            catalogue.FindDevice(request.Device) ?? throw new RefusedException(Texts<RunTexts>.Get("NoSuchDevice", request.Device));
        MethodInputs inputs = InputsOf(user, request, method).With(backbone, settings.Values, device) with
        {
            Labels = dataset.Version(request.DatasetVersion)!.Kind,
        };
        if (MethodRequirements.WhyNot(method, inputs) is { } unmet)
            throw new RefusedException(unmet);
        Dataset? target = request.Target is null ? null : datasets.Get(user, projectId, request.Target.DatasetId);
        DataSpec data = datasets.DataSpecFor(dataset, request.DatasetVersion) with { Only = request.Only };
        if (
            method.LearnsLabelSets && LabelSetSpec.WhyNot(request.LabelSets, [.. data.Read().Samples.Where(s => s.IsLabelled)]) is { } wrong
        )
            throw new RefusedException(wrong);
        var job = new JobSpec
        {
            RunId = "",
            Data = data,
            LabelSets = request.LabelSets,
            Target = target is null ? null : TargetFor(user, request, target, method),
            Backbone = backbone.Name,
            Weights = WeightsFor(user, request, backbone),
            Teacher = TeacherFor(user, request),
            Method = method.Name,
            Parameters = request.Parameters,
            Device = request.Device,
            Seed = request.Seed,
            TrainOn = request.TrainOn,
        };
        return new Checked(job, dataset, backbone, method, specs, settings, catalogue, target);
    }

    private MethodInputs InputsOf(ClaimsPrincipal user, RunRequest request, TransferMethodSpec method) =>
        new()
        {
            HasWeights = (request.WeightsId ?? request.ParentRunId) is not null,
            WeightsHaveHead =
                method.Source == SourceUse.TrunkAndHead && request.WeightsId is { } id && weights.Get(user, id).HeadClasses is { } classes
                    ? classes > 0
                    : null,
            HasTeacher = request.TeacherRunId is not null,
            HasTarget = request.Target is not null,
            LabelledPerClass = request.Target?.LabelledPerClass,
            LabelSets = request.LabelSets.Count,
        };

    private TargetSpec TargetFor(ClaimsPrincipal user, RunRequest request, Dataset dataset, TransferMethodSpec method)
    {
        TargetRequest target = request.Target!;
        if (dataset.Version(target.DatasetVersion) is null)
            throw new RefusedException(Texts<RunTexts>.Get("NoSuchTargetVersion"));
        RequireImages(user, dataset, target.DatasetVersion, target.Only);
        if (target.DatasetId == request.DatasetId && (request.Only is null || target.Only is null || request.Only == target.Only))
            throw new RefusedException(Texts<RunTexts>.Get("SameImages"));
        var spec = new TargetSpec(
            datasets.DataSpecFor(dataset, target.DatasetVersion) with
            {
                Only = target.Only,
                ClassNames = target.ClassNames,
            },
            target.Transductive,
            LabelledPerClass: target.LabelledPerClass
        );
        // Only a method that learns from them needs the images looked at before the worker does.
        if (method.UsesTargetLabels && spec.WhyTooFewLabels(spec.Data.Read()) is { } wrong)
            throw new RefusedException(wrong);
        return spec;
    }

    /// <summary>A run on no images would be queued, and fail much later.</summary>
    private void RequireImages(ClaimsPrincipal user, Dataset dataset, int version, SampleTag? only)
    {
        if (only is not null && !datasets.Manifest(user, dataset.ProjectId, dataset.Id, version).Samples.Any(only.Marks))
            throw new RefusedException(Texts<RunTexts>.Get("NoImagesWith", dataset.Name, only));
    }

    private static void CheckExperiment(RunRequest request)
    {
        if (request.Repeats is < 1 or > MostRepeats)
            throw new RefusedException(Texts<RunTexts>.Get("RepeatsRange", MostRepeats));
        if (request.Folds is 1 or < 0 or > MostFolds)
            throw new RefusedException(Texts<RunTexts>.Get("FoldsRange", MostFolds));
        if ((request.Repeats > 1 ? 1 : 0) + (request.Folds > 1 ? 1 : 0) + (request.Search is null ? 0 : 1) > 1)
            throw new RefusedException(Texts<RunTexts>.Get("OneExperiment"));
        if (request.Target is not null && request.Folds > 1)
            throw new RefusedException(Texts<RunTexts>.Get("FoldsWithTarget"));
        bool isSingle = request is { Repeats: 1, Folds: 0, Search: null };
        if (request.TrainOn != TrainingImages.TrainingSplit && (!isSingle || request.Target is not null || request.LabelSets.Count > 0))
            throw new RefusedException(Texts<RunTexts>.Get("NeedsValidation"));
    }

    private void CheckOrigin(string projectId, RunRequest request)
    {
        if (
            request.BestOfExperimentId is { } id
            && runs.FindBy(nameof(RunSubmission.ProjectId), projectId).All(r => r.Submission.ExperimentId != id)
        )
            throw new RefusedException(Texts<RunTexts>.Get("NoSuchExperiment"));
    }

    /// <summary>The run that was asked for, or all those of an experiment.</summary>
    private static IEnumerable<(RunSubmission, JobSpec)> Expand(RunRequest request, RunSubmission submission, Checked found)
    {
        (JobSpec job, IReadOnlyList<ParameterSpec> specs, ParameterSet settings) = (found.Job, found.Specs, found.Settings);
        if (request is { Search: null, Target.WithBaselines: true } && AdaptationBaselines.IsScored(job))
            return WithBaselines(request, submission with { ExperimentId = Ids.New() }, found);
        if (request is { Repeats: 1, Folds: 0, Search: null })
            return [(submission, job)];
        RunSubmission member = submission with { ExperimentId = Ids.New() };
        if (request.Folds > 1)
            return Enumerable.Range(0, request.Folds).Select(i => (member, job with { Fold = new Fold(i, request.Folds, request.Seed) }));
        if (request.Search is not { } search)
            return Enumerable.Range(0, request.Repeats).Select(i => (member, job with { Seed = request.Seed + i }));
        search.Check(specs);
        SearchPlan plan = search with { Epochs = settings.Integer(ParameterNames.Epochs) };
        return plan.Draw(specs, request.Parameters, request.Seed)
            .Select(
                (drawn, i) =>
                    (member with { Search = plan, Trial = i + 1 }, SearchPlan.WithEpochs(job with { Parameters = drawn }, plan.EpochsOf(0)))
            );
    }

    /// <summary>The method, and beside it the same learning on the source alone and on the target's own labels, each with every
    /// seed.</summary>
    private static IEnumerable<(RunSubmission, JobSpec)> WithBaselines(RunRequest request, RunSubmission submission, Checked found)
    {
        TransferMethodSpec plain = AdaptationBaselines.MethodFor(found.Method, found.Catalogue);
        var parts = new List<(AdaptationPart Part, JobSpec Job)> { (AdaptationPart.Method, found.Job) };
        JobSpec sourceOnly = found.Job with
        {
            Method = plain.Name,
            Parameters = AdaptationBaselines.Settings(found.Settings, found.Catalogue.ParametersOf(plain)),
        };
        if (plain != found.Method)
            parts.Add((AdaptationPart.SourceOnly, sourceOnly));
        if (AdaptationBaselines.OracleOf(sourceOnly) is { } oracle)
            parts.Add((AdaptationPart.Oracle, oracle));
        return parts.SelectMany(p =>
            Enumerable
                .Range(0, request.Repeats)
                .Select(i =>
                    (
                        (p.Part == AdaptationPart.Oracle ? OnTarget(submission, request.Target!, found.TargetDataset!) : submission) with
                        {
                            Part = p.Part,
                        },
                        p.Job with
                        {
                            Seed = request.Seed + i,
                        }
                    )
                )
        );
    }

    /// <summary>The target's data set is what such a run learns from, and whose images it shows.</summary>
    private static RunSubmission OnTarget(RunSubmission submission, TargetRequest target, Dataset dataset) =>
        submission with
        {
            DatasetId = dataset.Id,
            DatasetVersion = target.DatasetVersion,
            DatasetName = dataset.Name,
        };

    private static string NameOf(DataSpec data) => data.Only is { } only ? $"{data.Version}, {TagCount.Shown(only)}" : data.Version!;

    private WeightsSpec WeightsFor(ClaimsPrincipal user, RunRequest request, BackboneSpec backbone)
    {
        if (request is { ParentRunId: not null, WeightsId: not null })
            throw new RefusedException(Texts<RunTexts>.Get("TwoStarts"));
        if (request.ParentRunId is not null)
            return WeightsOfRun(user, request.ParentRunId, backbone);
        if (request.WeightsId is null)
            return WeightsSpec.Random;
        BackboneWeights entry = weights.Get(user, request.WeightsId);
        return entry.Backbones.Contains(backbone.Name)
            ? new WeightsSpec(weights.PathOf(entry), entry.Sha256, entry.Name)
            {
                Origin = official.RecordedOriginOf(entry),
                LicenceText = entry.LicenceText,
            }
            : throw new RefusedException(Texts<RunTexts>.Get("WeightsDoNotFit", entry.Name, backbone.DisplayName));
    }

    private WeightsSpec WeightsOfRun(ClaimsPrincipal user, string runId, BackboneSpec backbone)
    {
        (Run parent, string file, string name) = ModelOf(user, runId, "NoModelToStart");
        return parent.Job.Backbone == backbone.Name
            ? new WeightsSpec(file, Name: name) { Origin = parent.Job.Weights.Origin, LicenceText = parent.Job.Weights.LicenceText }
            : throw new RefusedException(Texts<RunTexts>.Get("ModelDoesNotFit", parent.Submission.Number, backbone.DisplayName));
    }

    // Whether its classes are those of the images, the worker sees: they lie in the model's file.
    private TeacherSpec? TeacherFor(ClaimsPrincipal user, RunRequest request)
    {
        if (request.TeacherRunId is not { } runId)
            return null;
        (_, string file, string name) = ModelOf(user, runId, "NoModelToLearn");
        return new TeacherSpec(file, name);
    }

    /// <summary>The model of a finished run, in any project that the user sees: its file, and what people call it.</summary>
    private (Run Run, string File, string Name) ModelOf(ClaimsPrincipal user, string runId, string refusal)
    {
        Run run = runs.Find(runId) ?? throw new NotFoundException();
        access.Require(user, run.Submission.ProjectId, ProjectRole.Viewer);
        return run.Status == RunStatus.Succeeded
            ? (run, folder.Run(runId).BestCheckpoint, $"Run #{run.Submission.Number} ({run.Name})")
            : throw new RefusedException(Texts<RunTexts>.Get(refusal, run.Submission.Number));
    }

    private static string NameFor(RunRequest request, BackboneSpec backbone, TransferMethodSpec method) =>
        request.Name.Trim().Length == 0
            ? $"{method.DisplayName}, {backbone.DisplayName}"
            : TypedName.Check(request.Name, RunNames.Longest, NamedThing.Run);

    /// <summary>What a request comes to, once all of it was found right.</summary>
    private sealed record Checked(
        JobSpec Job,
        Dataset Dataset,
        BackboneSpec Backbone,
        TransferMethodSpec Method,
        IReadOnlyList<ParameterSpec> Specs,
        ParameterSet Settings,
        Catalogue Catalogue,
        Dataset? TargetDataset
    );
}
