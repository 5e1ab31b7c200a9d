using System.Security.Claims;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Execution;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Models;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Features.Runs;

/// <summary>Runs of a project, for the signed-in user.</summary>
internal sealed class RunService(
    DocumentCollection<Run> runs, ProjectAccess access, DatasetService datasets, WeightsLibrary weights, CatalogueProvider catalogues,
    DataFolder folder, RunQueue queue, RunChanges changes, TimeProvider clock) : IProjectContent, IDatasetUse, IWeightsUse
{
    public const int MostRepeats = 20;
    public const int MostFolds = 20;
    private const int LongestName = 120;

    /// <summary>The newest first.</summary>
    public IReadOnlyList<Run> List(ClaimsPrincipal user, string projectId)
    {
        access.Require(user, projectId, ProjectRole.Viewer);
        return [.. OfProject(projectId).OrderByDescending(r => r.Submission.Number)];
    }

    public Run Get(ClaimsPrincipal user, string projectId, string runId)
    {
        access.Require(user, projectId, ProjectRole.Viewer);
        return runs.Find(runId) is { } run && run.Submission.ProjectId == projectId ? run : throw new NotFoundException();
    }

    /// <summary>What a run has told since <paramref name="after"/>.</summary>
    public RunEventTail Events(ClaimsPrincipal user, string projectId, string runId, RunEventTail after) => after.ReadOn(folder.Run(Get(user, projectId, runId).Id).Events);

    /// <summary>Finished runs of all projects that the user sees, the newest first: models that another run can start from or learn from.</summary>
    public IReadOnlyList<Run> Models(ClaimsPrincipal user) =>
    [
        .. runs.FindBy(nameof(Run.Status), nameof(RunStatus.Succeeded)).Where(r => access.Sees(user, r.Submission.ProjectId)).OrderByDescending(r => r.FinishedAt),
    ];

    /// <summary>Whether a run, or one whose model it came from, has learned from a data set or adapted to it; of a run that was deleted nobody knows, so that it may have.</summary>
    public bool MayHaveLearnedFrom(Run run, string datasetId) =>
        run.Submission.DatasetId == datasetId || run.Submission.TargetDatasetId == datasetId
            || run.Submission.Origins().Any(id => runs.Find(id) is not { } origin || MayHaveLearnedFrom(origin, datasetId));

    /// <summary>The runs of an experiment, in the order in which they were entered.</summary>
    public IReadOnlyList<Run> Experiment(ClaimsPrincipal user, string projectId, string experimentId) =>
        [.. List(user, projectId).Where(r => r.Submission.ExperimentId == experimentId).OrderBy(r => r.Submission.Number)];

    /// <summary>Checks the request and puts the run, or the runs of an experiment, into the queue.</summary>
    /// <returns>The run; of an experiment the first.</returns>
    /// <exception cref="RefusedException">Something is wrong with the request; the message names all of it.</exception>
    public async Task<Run> SubmitAsync(ClaimsPrincipal user, string projectId, RunRequest request)
    {
        access.Require(user, projectId, ProjectRole.Editor);
        if (folder.IsLowOnSpace) throw new RefusedException("The disk is nearly full. Free some space first.");
        CheckExperiment(request);
        Checked found = await CheckAsync(user, projectId, request);
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
            TargetDatasetId = request.Target?.DatasetId,
            TargetName = found.Job.Target?.Data is { } target ? NameOf(target) : null,
        };
        (RunSubmission, JobSpec)[] all = [.. Expand(request, submission, found)];
        return (await queue.EnterAsync(projectId, _ => all))[0];
    }

    /// <summary>Checks the request and makes the job of it, for a worker that tries it out; there is no run.</summary>
    /// <inheritdoc cref="SubmitAsync" path="/exception"/>
    public async Task<JobSpec> PrepareAsync(ClaimsPrincipal user, string projectId, RunRequest request) => (await CheckAsync(user, projectId, request)).Job;

    private async Task<Checked> CheckAsync(ClaimsPrincipal user, string projectId, RunRequest request)
    {
        access.Require(user, projectId, ProjectRole.Editor);
        Dataset dataset = datasets.Get(user, projectId, request.DatasetId);
        if (dataset.Version(request.DatasetVersion) is null) throw new RefusedException("The data set has no such version.");
        dataset.RequireLabels(request.DatasetVersion);
        Catalogue catalogue = await catalogues.GetAsync();
        BackboneSpec backbone = catalogue.FindBackbone(request.Backbone) ?? throw new RefusedException($"There is no backbone '{request.Backbone}'.");
        TransferMethodSpec method = catalogue.FindMethod(request.Method) ?? throw new RefusedException($"There is no method '{request.Method}'.");
        IReadOnlyList<ParameterSpec> specs = catalogue.ParametersOf(method);
        (ParameterSet? settings, IReadOnlyDictionary<string, string> errors) = ParameterSet.Resolve(specs, request.Parameters);
        if (settings is null) throw new RefusedException(string.Join(" ", errors.Values));
        if (request.Device != DeviceSpec.Auto && catalogue.Devices.All(d => d.Name != request.Device)) throw new RefusedException($"There is no device '{request.Device}'.");
        if (method.AdaptsToTarget && request.Target is null) throw new RefusedException($"{method.DisplayName} adapts to a target domain. Choose the images that it is to adapt to.");
        Dataset? target = request.Target is null ? null : datasets.Get(user, projectId, request.Target.DatasetId);
        DataSpec data = datasets.DataSpecFor(dataset, request.DatasetVersion) with { Only = request.Only };
        CheckLabelSets(request, method, data);
        var job = new JobSpec
        {
            RunId = "",
            Data = data,
            LabelSets = request.LabelSets,
            Target = target is null ? null : TargetFor(request, target, method),
            Backbone = backbone.Name,
            Weights = WeightsFor(user, request, backbone, method),
            Teacher = TeacherFor(user, request, method),
            Method = method.Name,
            Parameters = request.Parameters,
            Device = request.Device,
            Seed = request.Seed,
        };
        return new Checked(job, dataset, backbone, method, specs, settings, catalogue, target);
    }

    private static void CheckLabelSets(RunRequest request, TransferMethodSpec method, DataSpec data)
    {
        if (!method.LearnsLabelSets && request.LabelSets.Count > 0) throw new RefusedException($"{method.DisplayName} learns the classes alone.");
        if (!method.LearnsLabelSets) return;
        if (request.LabelSets.Count == 0) throw new RefusedException($"{method.DisplayName} learns other labels of the images beside their classes. Choose at least one of these label sets.");
        if (request.Target is not null) throw new RefusedException($"{method.DisplayName} has no target domain.");
        if (LabelSetSpec.WhyNot(request.LabelSets, [.. data.Read().Samples.Where(s => s.Label is not null)]) is { } wrong) throw new RefusedException(wrong);
    }

    private TargetSpec TargetFor(RunRequest request, Dataset dataset, TransferMethodSpec method)
    {
        TargetRequest target = request.Target!;
        if (dataset.Version(target.DatasetVersion) is null) throw new RefusedException("The target's data set has no such version.");
        if (target.DatasetId == request.DatasetId && (request.Only is null || target.Only is null || request.Only == target.Only))
            throw new RefusedException("Source and target are the same images. Take another data set as the target, or divide this one by a tag.");
        if (method.UsesTargetLabels && target.LabelledPerClass == 0)
            throw new RefusedException($"{method.DisplayName} learns from a few labelled images of the target. Say how many of each class, such as {DomainForm.UsualLabels}.");
        if (!method.UsesTargetLabels && target.LabelledPerClass != 0) throw new RefusedException($"{method.DisplayName} learns from no label of the target, so it is given no labelled images.");
        var spec = new TargetSpec(
            datasets.DataSpecFor(dataset, target.DatasetVersion) with { Only = target.Only, ClassNames = target.ClassNames }, target.Transductive, LabelledPerClass: target.LabelledPerClass);
        // Only a method that learns from them needs the images looked at before the worker does.
        if (method.UsesTargetLabels && spec.WhyTooFewLabels(spec.Data.Read()) is { } wrong) throw new RefusedException(wrong);
        return spec;
    }

    public Run Cancel(ClaimsPrincipal user, string projectId, string runId)
    {
        Get(user, projectId, runId);
        access.Require(user, projectId, ProjectRole.Editor);
        Run run = runs.Change(runId, r => r.RequestCancel(clock.GetUtcNow())) ?? throw new NotFoundException();
        changes.Publish(projectId);
        return run;
    }

    /// <summary>Cancels the runs of an experiment that are not over; one that somebody removes meanwhile needs no cancelling.</summary>
    public void CancelExperiment(ClaimsPrincipal user, string projectId, string experimentId)
    {
        IReadOnlyList<Run> experiment = Experiment(user, projectId, experimentId);
        access.Require(user, projectId, ProjectRole.Editor);
        foreach (Run run in experiment.Where(r => !r.Status.IsFinal())) runs.Change(run.Id, r => r.RequestCancel(clock.GetUtcNow()));
        changes.Publish(projectId);
    }

    /// <exception cref="RefusedException">It is not over.</exception>
    public void Delete(ClaimsPrincipal user, string projectId, string runId)
    {
        Run run = Get(user, projectId, runId);
        access.Require(user, projectId, ProjectRole.Editor);
        if (!run.Status.IsFinal()) throw new RefusedException("The run is not over. Cancel it first.");
        if (runs.All().Any(r => !r.Status.IsFinal() && r.Submission.Origins().Contains(runId)))
            throw new RefusedException("A run that is not over needs this one's model. Wait for it, or cancel it first.");
        Remove(run);
        changes.Publish(projectId);
    }

    /// <summary>The model package, and the name under which it is downloaded.</summary>
    public (string Path, string FileName) Model(ClaimsPrincipal user, string projectId, string runId)
    {
        Run run = Get(user, projectId, runId);
        string path = folder.Run(runId).ModelPackage;
        return run.Status == RunStatus.Succeeded && File.Exists(path) ? (path, $"{run.Job.Backbone}-run{run.Submission.Number}.zip") : throw new NotFoundException();
    }

    /// <summary>Source and target on a plane; null while there is no such thing, or never will be.</summary>
    public JointEmbedding? Embedding(ClaimsPrincipal user, string projectId, string runId) =>
        Get(user, projectId, runId) is { Job.Target: not null, Status: RunStatus.Succeeded } ? JointEmbedding.TryLoad(folder.Run(runId).Embedding) : null;

    /// <summary>How the source's images were weighed; null while that is not known, and for a run whose method lets all count alike.</summary>
    public InstanceWeights? InstanceWeights(ClaimsPrincipal user, string projectId, string runId) =>
        Get(user, projectId, runId) is { Job.Target: not null, Status: RunStatus.Succeeded } ? Core.Runs.InstanceWeights.TryLoad(folder.Run(runId).InstanceWeights) : null;

    /// <summary>The end of the worker's own log.</summary>
    public string Log(ClaimsPrincipal user, string projectId, string runId)
    {
        const int most = 64 << 10;
        Get(user, projectId, runId);
        string path = folder.Run(runId).WorkerLog;
        if (!File.Exists(path)) return "";
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        stream.Seek(-Math.Min(most, stream.Length), SeekOrigin.End);
        return new StreamReader(stream).ReadToEnd();
    }

    string? IProjectContent.WhyKept(string projectId) =>
        OfProject(projectId).Any(r => !r.Status.IsFinal()) ? "A run of the project is queued or at work. Cancel it first."
        : runs.All().Any(r => !r.Status.IsFinal() && r.Submission.Origins().Any(id => runs.Find(id)?.Submission.ProjectId == projectId))
            ? "A run of another project that is not over needs a model of this one."
            : null;

    void IProjectContent.Delete(string projectId)
    {
        foreach (Run run in OfProject(projectId)) Remove(run);
    }

    string? IDatasetUse.WhyKept(string datasetId) => runs.All().FirstOrDefault(r => (r.Submission.DatasetId == datasetId || r.Submission.TargetDatasetId == datasetId) && !r.Status.IsFinal()) is { } run
        ? $"Run #{run.Submission.Number} needs it and is not over. Cancel it first."
        : null;

    // Weights are everybody's, and the run may be in a project that the asking user does not see: it is not named.
    string? IWeightsUse.WhyKept(string weightsId) => runs.All().Any(r => r.Submission.WeightsId == weightsId && !r.Status.IsFinal())
        ? "A run that is not over starts from these weights. Wait for it, or cancel it first."
        : null;

    private IReadOnlyList<Run> OfProject(string projectId) => runs.FindBy(nameof(RunSubmission.ProjectId), projectId);

    private static void CheckExperiment(RunRequest request)
    {
        if (request.Repeats is < 1 or > MostRepeats) throw new RefusedException($"A run can be repeated with 1 to {MostRepeats} seeds.");
        if (request.Folds is 1 or < 0 or > MostFolds) throw new RefusedException($"A cross-validation has 2 to {MostFolds} folds.");
        if ((request.Repeats > 1 ? 1 : 0) + (request.Folds > 1 ? 1 : 0) + (request.Search is null ? 0 : 1) > 1)
            throw new RefusedException("Choose several seeds, a cross-validation or a search: one at a time.");
        if (request.Target is not null && request.Folds > 1) throw new RefusedException("A cross-validation has no target domain. Take several seeds instead.");
    }

    /// <summary>The run that was asked for, or all those of an experiment.</summary>
    private static IEnumerable<(RunSubmission, JobSpec)> Expand(RunRequest request, RunSubmission submission, Checked found)
    {
        (JobSpec job, IReadOnlyList<ParameterSpec> specs, ParameterSet settings) = (found.Job, found.Specs, found.Settings);
        if (request is { Search: null, Target.WithBaselines: true } && AdaptationBaselines.IsScored(job)) return WithBaselines(request, submission with { ExperimentId = Ids.New() }, found);
        if (request is { Repeats: 1, Folds: 0, Search: null }) return [(submission, job)];
        RunSubmission member = submission with { ExperimentId = Ids.New() };
        if (request.Folds > 1) return Enumerable.Range(0, request.Folds).Select(i => (member, job with { Fold = new Fold(i, request.Folds, request.Seed) }));
        if (request.Search is not { } search) return Enumerable.Range(0, request.Repeats).Select(i => (member, job with { Seed = request.Seed + i }));
        search.Check(specs);
        SearchPlan plan = search with { Epochs = settings.Integer(SearchPlan.EpochsSetting) };
        return plan.Draw(specs, request.Parameters, request.Seed)
            .Select((drawn, i) => (member with { Search = plan, Trial = i + 1 }, SearchConductor.WithEpochs(job with { Parameters = drawn }, plan.EpochsOf(0))));
    }

    /// <summary>The method, and beside it the same learning on the source alone and on the target's own labels, each with every seed.</summary>
    private static IEnumerable<(RunSubmission, JobSpec)> WithBaselines(RunRequest request, RunSubmission submission, Checked found)
    {
        TransferMethodSpec plain = AdaptationBaselines.MethodFor(found.Method, found.Catalogue);
        var parts = new List<(AdaptationPart Part, JobSpec Job)> { (AdaptationPart.Method, found.Job) };
        JobSpec sourceOnly = found.Job with { Method = plain.Name, Parameters = AdaptationBaselines.Settings(found.Settings, found.Catalogue.ParametersOf(plain)) };
        if (plain != found.Method) parts.Add((AdaptationPart.SourceOnly, sourceOnly));
        if (AdaptationBaselines.OracleOf(sourceOnly) is { } oracle) parts.Add((AdaptationPart.Oracle, oracle));
        return parts.SelectMany(p => Enumerable.Range(0, request.Repeats).Select(i => (
            (p.Part == AdaptationPart.Oracle ? OnTarget(submission, request.Target!, found.TargetDataset!) : submission) with { Part = p.Part, Name = NameOf(p.Part, submission.Name) },
            p.Job with { Seed = request.Seed + i })));
    }

    /// <summary>The target's data set is what such a run learns from, and whose images it shows.</summary>
    private static RunSubmission OnTarget(RunSubmission submission, TargetRequest target, Dataset dataset) => submission with
    {
        DatasetId = dataset.Id,
        DatasetVersion = target.DatasetVersion,
        DatasetName = dataset.Name,
    };

    private static string NameOf(AdaptationPart part, string name) => part switch
    {
        AdaptationPart.Method => name,
        AdaptationPart.SourceOnly => $"{name}: source only",
        AdaptationPart.Oracle => $"{name}: oracle",
        _ => throw new ArgumentOutOfRangeException(nameof(part), part, null),
    };

    private static string NameOf(DataSpec data) => data.Only is null ? data.Version! : $"{data.Version}, {data.Only}";

    private void Remove(Run run)
    {
        runs.Remove(run.Id);
        string path = folder.Run(run.Id).Path;
        if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
    }

    private WeightsSpec WeightsFor(ClaimsPrincipal user, RunRequest request, BackboneSpec backbone, TransferMethodSpec method)
    {
        if (!method.TakesWeights && (request.WeightsId ?? request.ParentRunId) is not null) throw new RefusedException($"{method.DisplayName} starts from random weights, so it takes none.");
        if (request is { ParentRunId: not null, WeightsId: not null }) throw new RefusedException("A run starts from weights or from another run, not from both.");
        if (request.ParentRunId is not null) return WeightsOfRun(user, request.ParentRunId, backbone);
        if (request.WeightsId is null) return method.Source == SourceUse.None ? WeightsSpec.Random : throw new RefusedException($"{method.DisplayName} needs pretrained weights to start from.");
        BackboneWeights entry = weights.Get(user, request.WeightsId);
        if (method.Source == SourceUse.TrunkAndHead && entry.HeadClasses == 0)
            throw new RefusedException($"The weights '{entry.Name}' have no head, and {method.DisplayName} needs that of the classes they were trained on.");
        return entry.Backbones.Contains(backbone.Name)
            ? new WeightsSpec(weights.PathOf(entry), entry.Sha256, entry.Name)
            : throw new RefusedException($"The weights '{entry.Name}' do not fit {backbone.DisplayName}.");
    }

    private WeightsSpec WeightsOfRun(ClaimsPrincipal user, string runId, BackboneSpec backbone)
    {
        (Run parent, string file, string name) = ModelOf(user, runId, "to start from");
        return parent.Job.Backbone == backbone.Name
            ? new WeightsSpec(file, Name: name)
            : throw new RefusedException($"Run #{parent.Submission.Number} trained {parent.Job.Backbone}; its model fits no other network.");
    }

    // Whether its classes are those of the images, the worker sees: they lie in the model's file.
    private TeacherSpec? TeacherFor(ClaimsPrincipal user, RunRequest request, TransferMethodSpec method)
    {
        if (request.TeacherRunId is not { } runId)
            return method.TakesTeacher ? throw new RefusedException($"{method.DisplayName} learns from an earlier run's model. Choose the run that is the teacher.") : null;
        if (!method.TakesTeacher) throw new RefusedException($"{method.DisplayName} takes no teacher.");
        (_, string file, string name) = ModelOf(user, runId, "to learn from");
        return new TeacherSpec(file, name);
    }

    /// <summary>The model of a finished run, in any project that the user sees: its file, and what people call it.</summary>
    private (Run Run, string File, string Name) ModelOf(ClaimsPrincipal user, string runId, string purpose)
    {
        Run run = runs.Find(runId) ?? throw new NotFoundException();
        access.Require(user, run.Submission.ProjectId, ProjectRole.Viewer);
        return run.Status == RunStatus.Succeeded
            ? (run, folder.Run(runId).BestCheckpoint, $"Run #{run.Submission.Number} ({run.Submission.Name})")
            : throw new RefusedException($"Run #{run.Submission.Number} has no model {purpose}.");
    }

    private static string NameFor(RunRequest request, BackboneSpec backbone, TransferMethodSpec method) => request.Name.Trim() switch
    {
        "" => $"{method.DisplayName}, {backbone.DisplayName}",
        { Length: <= LongestName } name => name,
        _ => throw new RefusedException($"The name has more than {LongestName} characters."),
    };

    /// <summary>What a request comes to, once all of it was found right.</summary>
    private sealed record Checked(JobSpec Job, Dataset Dataset, BackboneSpec Backbone, TransferMethodSpec Method, IReadOnlyList<ParameterSpec> Specs, ParameterSet Settings, Catalogue Catalogue, Dataset? TargetDataset);
}
