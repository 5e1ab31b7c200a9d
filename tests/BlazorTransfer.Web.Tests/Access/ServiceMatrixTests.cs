using System.Reflection;
using System.Security.Claims;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Datasets.Changes;
using BlazorTransfer.Core.Datasets.Export;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Execution;
using BlazorTransfer.Web.Features.Backbones;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Datasets.Versions;
using BlazorTransfer.Web.Features.Experiments;
using BlazorTransfer.Web.Features.Lineage;
using BlazorTransfer.Web.Features.Models;
using BlazorTransfer.Web.Features.NewRun;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Rankings;
using BlazorTransfer.Web.Features.RunDetails;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Features.SystemCheck;
using BlazorTransfer.Web.Features.Team;
using BlazorTransfer.Web.Features.Train;
using BlazorTransfer.Web.Features.Workbench;
using BlazorTransfer.Web.Jobs;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Security;
using Microsoft.Extensions.DependencyInjection;

namespace BlazorTransfer.Web.Tests.Access;

/// <summary>Every service method that acts for a user, as everybody who could ask: pages call them from within a circuit, where no route
/// guards them. A new method must say here who may call it.</summary>
public sealed class ServiceMatrixTests : IAsyncLifetime
{
    private static readonly ClaimsPrincipal Stranger = new(new ClaimsIdentity());
    private readonly TestApp _app = new();
    private readonly Dictionary<string, ClaimsPrincipal> _people = [];
    private Project _project = null!;
    private Dataset _dataset = null!;
    private Run _run = null!;
    private string _experimentId = "";
    private string _jobId = "";
    private string? _weightsId;

    public async ValueTask InitializeAsync()
    {
        foreach (string name in new[] { "Mallory", "Vera", "Edgar", "Olga" })
            _people[name] = await _app.PrincipalAsync(await _app.CreateUserAsync(name));
        _people["Adam"] = await _app.PrincipalAsync(await _app.CreateUserAsync("Adam", isAdmin: true));
        (_project, _dataset) = await _app.CreateProjectWithDataAsync(_people["Olga"]);
        _app.SetRole(_project.Id, "Edgar", ProjectRole.Editor);
        _app.SetRole(_project.Id, "Vera", ProjectRole.Viewer);
        _run = await _app.Get<RunService>()
            .SubmitAsync(
                _people["Olga"],
                _project.Id,
                new RunRequest
                {
                    DatasetId = _dataset.Id,
                    DatasetVersion = 1,
                    Backbone = "fake",
                    Method = "fake-method",
                    Repeats = 2,
                }
            );
        _experimentId = _run.Submission.ExperimentId!;
        await TestApp.WaitForAsync(() => _app.Get<RunService>().List(_people["Olga"], _project.Id).All(r => r.Status.IsFinal()));
        _jobId = Assert.Single(_app.Get<JobEngine>().List(_project.Id)).Id;
    }

    public ValueTask DisposeAsync()
    {
        _app.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task R45_EveryServiceMethodOfAProject_ForEachPerson_RefusesBeforeItActs()
    {
        foreach ((ProjectRole least, string name, Func<ClaimsPrincipal, Task> call) in OfProject())
        {
            Assert.True(await Record.ExceptionAsync(() => call(Stranger)) is NotFoundException or ForbiddenException, name);
            // An administrator sees no more of a project than anybody else.
            foreach (string outsider in new[] { "Mallory", "Adam" })
                Assert.True(await Record.ExceptionAsync(() => call(_people[outsider])) is NotFoundException, $"{name} as {outsider}");
            foreach (
                (string person, ProjectRole role) in new[]
                {
                    ("Vera", ProjectRole.Viewer),
                    ("Edgar", ProjectRole.Editor),
                    ("Olga", ProjectRole.Owner),
                }
            )
            {
                Exception? refusal = await Record.ExceptionAsync(() => call(_people[person]));
                // Some ask for a thing that is not there: what counts is that the role was looked at first.
                Assert.True(
                    role >= least
                        ? refusal is null or RefusedException || (refusal is NotFoundException && least > ProjectRole.Viewer)
                        : refusal is ForbiddenException,
                    $"{name} as {role}: {refusal?.ToString() ?? "allowed"}"
                );
            }
        }
    }

    [Fact]
    public async Task R45_EveryServiceMethodThatDeletes_ForEachPerson_RefusesBeforeItActs()
    {
        (ProjectRole Least, string Name, Action<ClaimsPrincipal> Call)[] deletions =
        [
            (ProjectRole.Editor, "run", user => _app.Get<RunService>().Delete(user, _project.Id, _run.Id)),
            (ProjectRole.Editor, "data set", user => _app.Get<DatasetService>().Delete(user, _project.Id, _dataset.Id)),
            (ProjectRole.Owner, "project", user => _app.Get<ProjectService>().Delete(user, _project.Id)),
        ];
        foreach ((ProjectRole least, string name, Action<ClaimsPrincipal> call) in deletions)
        {
            Assert.Throws<NotFoundException>(() => call(Stranger));
            Assert.Throws<NotFoundException>(() => call(_people["Mallory"]));
            Assert.Throws<NotFoundException>(() => call(_people["Adam"]));
            Assert.Throws<ForbiddenException>(() => call(_people["Vera"]));
            if (least > ProjectRole.Editor)
                Assert.Throws<ForbiddenException>(() => call(_people["Edgar"]));
            call(_people[least > ProjectRole.Editor ? "Olga" : "Edgar"]);
        }

        Assert.Empty(_app.Get<ProjectService>().List(_people["Olga"]));
        Assert.False(Directory.Exists(Path.Combine(_app.DataFolder, "runs", _run.Id)));
        await Task.CompletedTask;
    }

    [Fact]
    public async Task R45_EveryServiceMethodOfTheInstallation_ForEachPerson_AnswersAsTheTableSays()
    {
        using IServiceScope scope = _app.Factory.Services.CreateScope();
        foreach ((bool isForAdministrators, string name, Func<ClaimsPrincipal, Task> call) in OfInstallation(scope))
        {
            Assert.True(await Record.ExceptionAsync(() => call(Stranger)) is NotFoundException or ForbiddenException, name);
            Exception? asMember = await Record.ExceptionAsync(() => call(_people["Mallory"]));
            Assert.True(
                isForAdministrators ? asMember is NotFoundException : asMember is null or RefusedException,
                $"{name} as a member: {asMember?.ToString() ?? "allowed"}"
            );
            Exception? asAdministrator = await Record.ExceptionAsync(() => call(_people["Adam"]));
            Assert.True(asAdministrator is null or RefusedException, $"{name} as an administrator: {asAdministrator}");
        }
    }

    [Fact]
    public async Task R45_WeightsOfSomebodyElse_AreRemovedByAdministratorsOnly()
    {
        WeightsLibrary library = _app.Get<WeightsLibrary>();
        BackboneWeights weights = await _app.ImportWeightsAsync(_people["Olga"], "Weights");

        Assert.Throws<ForbiddenException>(() => library.Remove(Stranger, weights.Id));
        Assert.Throws<ForbiddenException>(() => library.Remove(_people["Mallory"], weights.Id));
        library.Remove(_people["Adam"], weights.Id);

        Assert.DoesNotContain(library.List(_people["Olga"]), w => w.Id == weights.Id);
    }

    [Fact]
    public void R45_EveryServiceMethodThatActsForAUser_IsInATable()
    {
        using IServiceScope scope = _app.Factory.Services.CreateScope();
        string[] found =
        [
            .. typeof(ProjectService)
                .Assembly.GetTypes()
                // The security rooms are what the tables are checked with.
                .Where(t => t.Namespace?.StartsWith("BlazorTransfer.Web.Security", StringComparison.Ordinal) == false && !t.IsNested)
                .Where(t => t is { IsClass: true, IsAbstract: false } && t != typeof(ProjectAccess))
                .SelectMany(t =>
                    t.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.DeclaredOnly)
                )
                .Where(m => (m.IsPublic || m.IsAssembly) && !m.IsSpecialName)
                .Where(m => m.GetParameters().Any(p => p.ParameterType == typeof(ClaimsPrincipal)))
                .Select(m => $"{m.DeclaringType!.Name}.{m.Name}")
                .Distinct()
                .Order(StringComparer.Ordinal),
        ];
        string[] listed =
        [
            .. OfProject()
                .Select(c => c.Name)
                .Concat(OfInstallation(scope).Select(c => c.Name))
                // In tests of their own, above and below.
                .Concat(["RunService.Delete", "DatasetService.Delete", "ProjectService.Delete", "WeightsLibrary.Remove"])
                // Say what somebody may do, and do nothing.
                .Concat(["JobProjects.MayEdit", "JobService.MayChange", "WeightsLibrary.MayRemove"])
                // The same page for everybody.
                .Concat(["GuidePageAddress.Require"])
                .Distinct()
                .Order(StringComparer.Ordinal),
        ];

        Assert.Equal(listed, found);
    }

    private (ProjectRole Least, string Name, Func<ClaimsPrincipal, Task> Call)[] OfProject()
    {
        string project = _project.Id,
            dataset = _dataset.Id,
            run = _run.Id;
        var request = new RunRequest
        {
            DatasetId = dataset,
            DatasetVersion = 1,
            Backbone = "none",
            Method = "none",
        };
        string Route(string name) =>
            name switch
            {
                "ProjectId" => project,
                "DatasetId" => dataset,
                "ExperimentId" => _experimentId,
                _ => run,
            };
        return
        [
            (ProjectRole.Viewer, "ProjectAddress.Require", user => Do<ProjectAddress>(a => a.Require(user, Route))),
            (ProjectRole.Viewer, "DatasetAddress.Require", user => Do<DatasetAddress>(a => a.Require(user, Route))),
            (ProjectRole.Viewer, "RunAddress.Require", user => Do<RunAddress>(a => a.Require(user, Route))),
            (ProjectRole.Viewer, "ExperimentAddress.Require", user => Do<ExperimentAddress>(a => a.Require(user, Route))),
            (ProjectRole.Viewer, "JobProjects.RequireView", user => Do<JobProjects>(p => p.RequireView(user, project))),
            (ProjectRole.Viewer, "ProjectService.Members", user => Do<ProjectService>(p => p.Members(user, project))),
            (ProjectRole.Owner, "ProjectService.Rename", user => Do<ProjectService>(p => p.Rename(user, project, "Project", ""))),
            (
                ProjectRole.Owner,
                "ProjectService.SetMember",
                user => Do<ProjectService>(p => p.SetMember(user, project, "Vera", ProjectRole.Viewer))
            ),
            (
                ProjectRole.Owner,
                "ProjectService.RemoveMember",
                user => Do<ProjectService>(p => p.RemoveMember(user, project, TestApp.Nobody))
            ),
            (ProjectRole.Viewer, "DatasetImports.List", user => Do<DatasetImports>(i => i.List(user, project))),
            (ProjectRole.Viewer, "DatasetImports.Get", user => Do<DatasetImports>(i => i.Get(user, project, _jobId))),
            (ProjectRole.Editor, "DatasetImports.StartSample", user => Do<DatasetImports>(i => i.StartSample(user, project))),
            (ProjectRole.Editor, "DatasetImports.StartZip", user => Do<DatasetImports>(i => i.StartZip(user, project, "Data", NewZip()))),
            (ProjectRole.Editor, "DatasetImports.Cancel", user => Do<DatasetImports>(i => i.Cancel(user, project, _jobId))),
            (ProjectRole.Editor, "DatasetImports.Dismiss", user => Do<DatasetImports>(i => i.Dismiss(user, project, _jobId))),
            (ProjectRole.Viewer, "PendingUploads.List", user => Do<PendingUploads>(u => u.List(user, project))),
            (
                ProjectRole.Editor,
                "PendingUploads.Start",
                user =>
                    Do<PendingUploads>(u =>
                        u.Start(user, project, "Data", NewZip(), new ImportOptions(), new ImportEncodings(), asks: false)
                    )
            ),
            (
                ProjectRole.Editor,
                "PendingUploads.Choose",
                user => Do<PendingUploads>(u => u.Choose(user, project, TestApp.Nobody, TextEncoding.All[0]))
            ),
            (
                ProjectRole.Editor,
                "PendingUploads.Change",
                user => Do<PendingUploads>(u => u.Change(user, project, TestApp.Nobody, new ImportOptions()))
            ),
            (ProjectRole.Editor, "PendingUploads.Confirm", user => Do<PendingUploads>(u => u.Confirm(user, project, TestApp.Nobody))),
            (
                ProjectRole.Editor,
                "PendingUploads.ImageAsync",
                user => _app.Get<PendingUploads>().ImageAsync(user, project, TestApp.Nobody, 0, CancellationToken.None)
            ),
            (ProjectRole.Editor, "PendingUploads.Discard", user => Do<PendingUploads>(u => u.Discard(user, project, TestApp.Nobody))),
            (ProjectRole.Viewer, "DatasetService.List", user => Do<DatasetService>(d => d.List(user, project))),
            (ProjectRole.Viewer, "DatasetService.Get", user => Do<DatasetService>(d => d.Get(user, project, dataset))),
            (ProjectRole.Viewer, "DatasetService.Manifest", user => Do<DatasetService>(d => d.Manifest(user, project, dataset, 1))),
            (ProjectRole.Viewer, "DatasetService.Rejected", user => Do<DatasetService>(d => d.Rejected(user, project, dataset, 1))),
            (
                ProjectRole.Viewer,
                "DatasetService.ImageAsync",
                user => _app.Get<DatasetService>().ImageAsync(user, project, dataset, Sha256(), thumbnail: false)
            ),
            (ProjectRole.Editor, "DatasetService.Rename", user => Do<DatasetService>(d => d.Rename(user, project, dataset, "Data"))),
            (ProjectRole.Viewer, "DatasetWorkspaces.Open", user => Do<DatasetWorkspaces>(w => w.Open(user, project, dataset))),
            (ProjectRole.Viewer, "DatasetWorkspaces.History", user => Do<DatasetWorkspaces>(w => w.History(user, project, dataset, ""))),
            (
                ProjectRole.Viewer,
                "DatasetWorkspaces.Subscribe",
                user => Do<DatasetWorkspaces>(w => w.Subscribe(user, project, dataset, () => { }).Dispose())
            ),
            (
                ProjectRole.Editor,
                "DatasetWorkspaces.RequireEditor",
                user => Do<DatasetWorkspaces>(w => w.RequireEditor(user, project, dataset))
            ),
            (
                ProjectRole.Editor,
                "DatasetWorkspaces.Change",
                user => Do<DatasetWorkspaces>(w => w.Change(user, project, dataset, new ClassAdded("")))
            ),
            (
                ProjectRole.Editor,
                "DatasetWorkspaces.ChangeMatching",
                user =>
                    Do<DatasetWorkspaces>(w =>
                        w.ChangeMatching(user, project, dataset, new SampleFilter { Class = "none" }, new SamplesRemoved([]))
                    )
            ),
            (ProjectRole.Editor, "DatasetWorkspaces.Undo", user => Do<DatasetWorkspaces>(w => w.Undo(user, project, dataset))),
            (ProjectRole.Editor, "DatasetWorkspaces.Redo", user => Do<DatasetWorkspaces>(w => w.Redo(user, project, dataset))),
            (ProjectRole.Viewer, "DatasetVersions.List", user => Do<DatasetVersions>(v => v.List(user, project, dataset))),
            (ProjectRole.Viewer, "DatasetVersions.Compare", user => Do<DatasetVersions>(v => v.Compare(user, project, dataset, 1, 1))),
            (ProjectRole.Viewer, "DatasetVersions.Since", user => Do<DatasetVersions>(v => v.Since(user, project, dataset, 1))),
            (
                ProjectRole.Viewer,
                "DatasetVersions.Export",
                user => Do<DatasetVersions>(v => v.Export(user, project, dataset, 1, ExportFormat.Csv))
            ),
            (ProjectRole.Editor, "DatasetVersions.Publish", user => Do<DatasetVersions>(v => v.Publish(user, project, dataset, ""))),
            (ProjectRole.Editor, "DatasetVersions.Restore", user => Do<DatasetVersions>(v => v.Restore(user, project, dataset, 1))),
            (
                ProjectRole.Viewer,
                "RunMistakes.Find",
                user => Do<RunMistakes>(m => m.Find(user, project, new RunImages(run, 1, null, null)))
            ),
            (
                ProjectRole.Viewer,
                "ImageExif.ReadAsync",
                user => _app.Get<ImageExif>().ReadAsync(user, project, dataset, Sha256(), CancellationToken.None)
            ),
            (ProjectRole.Viewer, "RunService.List", user => Do<RunService>(r => r.List(user, project))),
            (ProjectRole.Viewer, "RunService.Get", user => Do<RunService>(r => r.Get(user, project, run))),
            (ProjectRole.Viewer, "RunService.Events", user => Do<RunService>(r => r.Events(user, project, run, RunEventTail.Start))),
            (ProjectRole.Viewer, "RunService.Events", user => Do<RunService>(r => r.Events(user, project, run, 0, 10))),
            (ProjectRole.Viewer, "RunService.Experiment", user => Do<RunService>(r => r.Experiment(user, project, "none"))),
            (ProjectRole.Viewer, "RunService.Ahead", user => Do<RunService>(r => r.Ahead(user, project, run))),
            (
                ProjectRole.Editor,
                "RunService.UpdateAsync",
                user => _app.Get<RunService>().UpdateAsync(user, project, run, new RunChange(Notes: "Seen."))
            ),
            (
                ProjectRole.Editor,
                "RunService.RenameExperimentAsync",
                user => _app.Get<RunService>().RenameExperimentAsync(user, project, _experimentId, "Other name")
            ),
            (ProjectRole.Viewer, "RunService.Log", user => Do<RunService>(r => r.Log(user, project, run))),
            (ProjectRole.Viewer, "RunService.Model", user => Do<RunService>(r => r.Model(user, project, run))),
            (ProjectRole.Viewer, "RunService.Embedding", user => Do<RunService>(r => r.Embedding(user, project, run))),
            (ProjectRole.Viewer, "RunService.InstanceWeights", user => Do<RunService>(r => r.InstanceWeights(user, project, run))),
            (ProjectRole.Editor, "RunService.SubmitAsync", user => _app.Get<RunService>().SubmitAsync(user, project, request)),
            (ProjectRole.Editor, "RunService.Cancel", user => Do<RunService>(r => r.Cancel(user, project, run))),
            (ProjectRole.Editor, "RunService.Stop", user => Do<RunService>(r => r.Stop(user, project, run))),
            (ProjectRole.Editor, "RunService.CancelExperiment", user => Do<RunService>(r => r.CancelExperiment(user, project, "none"))),
            (ProjectRole.Editor, "RunPlanner.PlanAsync", user => _app.Get<RunPlanner>().PlanAsync(user, project, request)),
            (ProjectRole.Editor, "RunPlanner.PrepareAsync", user => _app.Get<RunPlanner>().PrepareAsync(user, project, request)),
            (
                ProjectRole.Editor,
                "TuningService.FindLearningRateAsync",
                user => _app.Get<TuningService>().FindLearningRateAsync(user, project, request, _ => { }, CancellationToken.None)
            ),
            (
                ProjectRole.Editor,
                "TuningService.FindBatchSizeAsync",
                user => _app.Get<TuningService>().FindBatchSizeAsync(user, project, request, _ => { }, CancellationToken.None)
            ),
            (
                ProjectRole.Viewer,
                "AugmentationPreviews.DrawAsync",
                user => _app.Get<AugmentationPreviews>().DrawAsync(user, project, request, 0, CancellationToken.None)
            ),
            (ProjectRole.Viewer, "FormDrafts.Find", user => Do<FormDrafts>(d => d.Find(user, project))),
            (
                ProjectRole.Viewer,
                "FormDrafts.Keep",
                user => Do<FormDrafts>(d => d.Keep(user, project, new FormDraft(request, NeedsWeights: false)))
            ),
            (ProjectRole.Viewer, "FormDrafts.Forget", user => Do<FormDrafts>(d => d.Forget(user, project))),
            (ProjectRole.Viewer, "RunTemplates.List", user => Do<RunTemplates>(t => t.List(user, project))),
            (ProjectRole.Editor, "RunTemplates.Save", user => Do<RunTemplates>(t => t.Save(user, project, Web.Storage.Ids.New(), request))),
            (ProjectRole.Editor, "RunTemplates.Delete", user => Do<RunTemplates>(t => t.Delete(user, project, TestApp.Nobody))),
            (ProjectRole.Viewer, "ProbeKnowledge.Find", user => Do<ProbeKnowledge>(p => p.Find(user, project, NewForm()))),
            (
                ProjectRole.Editor,
                "ExperimentRuns.SubmitAsync",
                user => _app.Get<ExperimentRuns>().SubmitAsync(user, project, TestApp.Nobody, "Comparison", [request])
            ),
            (ProjectRole.Viewer, "TrainService.OfferAsync", user => _app.Get<TrainService>().OfferAsync(user, project, dataset)),
            (ProjectRole.Viewer, "TrainService.Plan", user => Do<TrainService>(t => t.Plan(user, project, dataset))),
            (ProjectRole.Viewer, "TrainService.Ranking", user => Do<TrainService>(t => t.Ranking(user, project, dataset))),
            (
                ProjectRole.Editor,
                "TrainService.StartAsync",
                user => _app.Get<TrainService>().StartAsync(user, project, dataset, TrainPreset.Quick)
            ),
            (ProjectRole.Editor, "TrainService.Cancel", user => Do<TrainService>(t => t.Cancel(user, project, dataset))),
            (ProjectRole.Viewer, "RunLineage.OfRun", user => Do<RunLineage>(l => l.OfRun(user, project, run))),
            (ProjectRole.Viewer, "RunLineage.OfProject", user => Do<RunLineage>(l => l.OfProject(user, project, 10))),
            (ProjectRole.Viewer, "RankingService.Get", user => Do<RankingService>(r => r.Get(user, project, dataset))),
            (ProjectRole.Viewer, "RankingService.ChoicesAsync", user => _app.Get<RankingService>().ChoicesAsync(user, project, dataset)),
            (
                ProjectRole.Editor,
                "RankingService.StartAsync",
                user => _app.Get<RankingService>().StartAsync(user, project, dataset, [], withRandom: false)
            ),
            (
                ProjectRole.Viewer,
                "ImagePredictions.AnswerAsync",
                user =>
                    _app.Get<ImagePredictions>().AnswerAsync(user, project, run, _ => Task.FromResult<byte[]>([1]), CancellationToken.None)
            ),
            (ProjectRole.Editor, "RankingService.Cancel", user => Do<RankingService>(r => r.Cancel(user, project, dataset))),
            (ProjectRole.Viewer, "JobService.List", user => Do<JobService>(j => j.List(user, project))),
            (ProjectRole.Viewer, "JobService.Get", user => Do<JobService>(j => j.Get(user, _jobId))),
            (ProjectRole.Viewer, "JobService.WatchAsync", user => Do<JobService>(j => j.WatchAsync(user, project, CancellationToken.None))),
            (ProjectRole.Editor, "JobService.Cancel", user => Do<JobService>(j => j.Cancel(user, _jobId))),
            (ProjectRole.Editor, "JobService.Dismiss", user => Do<JobService>(j => j.Dismiss(user, _jobId))),
        ];
    }

    private (bool IsForAdministrators, string Name, Func<ClaimsPrincipal, Task> Call)[] OfInstallation(IServiceScope scope)
    {
        AccountService accounts = scope.ServiceProvider.GetRequiredService<AccountService>();
        return
        [
            (false, "ProjectService.List", user => Do<ProjectService>(p => p.List(user))),
            (false, "ProjectService.Create", user => Do<ProjectService>(p => p.Create(user, "Project"))),
            (false, "RunService.Models", user => Do<RunService>(r => Require(user, r.Models(user)))),
            (false, "JobService.ListOwn", user => Do<JobService>(j => j.ListOwn(user))),
            (
                false,
                "JobService.WatchInstallationAsync",
                user => Do<JobService>(j => j.WatchInstallationAsync(user, CancellationToken.None))
            ),
            (false, "WeightsLibrary.List", user => Do<WeightsLibrary>(w => w.List(user))),
            (false, "WeightsLibrary.Get", user => Do<WeightsLibrary>(w => w.Get(user, WeightsId()))),
            (false, "WeightsLibrary.TakeReport", user => Do<WeightsLibrary>(w => w.TakeReport(user))),
            (
                false,
                "WeightsLibrary.InspectAsync",
                user => _app.Get<WeightsLibrary>().InspectAsync(user, WeightsId(), CancellationToken.None)
            ),
            (false, "WeightsLibrary.ImportAsync", user => _app.ImportWeightsAsync(user, "Weights")),
            (false, "WeightsDownloads.States", user => Do<WeightsDownloads>(d => d.States(user))),
            (false, "WeightsDownloads.Start", user => Do<WeightsDownloads>(d => d.Start(user, "none"))),
            (false, "WeightsDownloads.Cancel", user => Do<WeightsDownloads>(d => d.Cancel(user, "none"))),
            (false, "WeightsFolder.LookNowAsync", user => _app.Get<WeightsFolder>().LookNowAsync(user, CancellationToken.None)),
            (false, "BackboneSpeeds.All", user => Do<BackboneSpeeds>(s => s.All(user))),
            (false, "BackboneSpeeds.MeasureAsync", user => _app.Get<BackboneSpeeds>().MeasureAsync(user, "fake", CancellationToken.None)),
            (true, "SystemCheckService.Last", user => Do<SystemCheckService>(s => s.Last(user))),
            (true, "SystemCheckService.RunAsync", user => _app.Get<SystemCheckService>().RunAsync(user, CancellationToken.None)),
            (true, "AccountService.List", user => Run(() => accounts.List(user))),
            (true, "AccountService.CreateByAdminAsync", user => accounts.CreateByAdminAsync(user, "Nina")),
            (true, "AccountService.SetDisabled", user => Run(() => accounts.SetDisabled(user, UserId("Vera"), disabled: true))),
            (true, "AccountService.SetAdministrator", user => Run(() => accounts.SetAdministrator(user, UserId("Vera"), isAdmin: false))),
            (true, "AccountService.ResetPassword", user => Run(() => accounts.ResetPassword(user, UserId("Vera")))),
            (
                false,
                "AccountService.ChangePasswordAsync",
                user => accounts.ChangePasswordAsync(user, TestApp.Password, "another long enough password")
            ),
            (false, "AccountService.SignOutEverywhere", user => Run(() => accounts.SignOutEverywhere(user))),
        ];
    }

    /// <summary>For methods that give a stranger nothing instead of a refusal.</summary>
    private static void Require<T>(ClaimsPrincipal user, IReadOnlyList<T> things)
    {
        if (user.Identity?.IsAuthenticated != true && things.Count == 0)
            throw new NotFoundException();
    }

    private Task Do<T>(Action<T> call)
        where T : class =>
        Run(() => call((T?)_app.Factory.Services.GetService(typeof(T)) ?? ActivatorUtilities.CreateInstance<T>(_app.Factory.Services)));

    private static Task Run(Action call)
    {
        call();
        return Task.CompletedTask;
    }

    private NewRunForm NewForm() =>
        new(_app.Get<CatalogueProvider>().GetAsync().GetAwaiter().GetResult(), [], [], _dataset, new DomainForm([], _ => []));

    private string NewZip() =>
        TestZip.Write(Path.Combine(_app.DataFolder, "uploads", $"{Web.Storage.Ids.New()}.zip"), TestZip.TwoClasses());

    private string Sha256() => _app.Get<DatasetService>().Manifest(_people["Olga"], _project.Id, _dataset.Id, 1).Samples[0].Sha256;

    private string WeightsId() => _weightsId ??= _app.ImportWeightsAsync(_people["Olga"], "Own").GetAwaiter().GetResult().Id;

    private string UserId(string name) => UserClaims.IdOf(_people[name]);
}
