using System.Security.Claims;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Lineage;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Refusals;

namespace BlazorTransfer.Web.Tests.Lineage;

/// <summary>Models as the start of other runs, within a project and across.</summary>
public sealed class LineageTests : IAsyncLifetime
{
    private readonly TestApp _app = new();
    private ClaimsPrincipal _ada = null!;
    private Project _project = null!;
    private Dataset _dataset = null!;

    public async ValueTask InitializeAsync()
    {
        _ada = await _app.PrincipalAsync(await _app.CreateUserAsync("Ada"));
        (_project, _dataset) = await _app.CreateProjectWithDataAsync(_ada);
    }

    public ValueTask DisposeAsync()
    {
        _app.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Run_StartedFromAnother_IsDrawnWithItsDataItsAncestorsAndItsChildren()
    {
        Run first = await FinishedAsync(await _app.SubmitAsync(_ada, _project, _dataset, "succeed"));
        Run second = await FinishedAsync(await SubmitFromAsync(_ada, first.Id));
        Run third = await FinishedAsync(await SubmitFromAsync(_ada, second.Id));

        LineageGraph graph = Lineage.OfRun(_ada, _project.Id, second.Id);

        string data = $"{_dataset.Id}/1";
        Assert.Equal(new HashSet<string> { first.Id, second.Id, third.Id, data }, graph.Nodes.Select(n => n.Id).ToHashSet());
        Assert.Equal(
            new HashSet<LineageEdge>
            {
                new(first.Id, second.Id),
                new(second.Id, third.Id),
                new(data, first.Id),
                new(data, second.Id),
                new(data, third.Id),
            },
            graph.Edges.ToHashSet()
        );
        Assert.Equal([second.Id], graph.Nodes.Where(n => n.IsCurrent).Select(n => n.Id));
        Assert.EndsWith("random weights", Node(graph, first.Id).Detail, StringComparison.Ordinal);
        Assert.Equal(4, Lineage.OfProject(_ada, _project.Id, 1).Nodes.Count);
        Assert.Equal([third.Id, second.Id, first.Id], Runs.Models(_ada).Select(m => m.Id));
        Assert.EndsWith("best.safetensors", second.Job.Weights.File, StringComparison.Ordinal);

        Runs.Delete(_ada, _project.Id, first.Id);
        LineageNode gone = Node(Lineage.OfRun(_ada, _project.Id, third.Id), first.Id);
        Assert.Equal((LineageKind.Hidden, "A run that was deleted", null), (gone.Kind, gone.Title, gone.Address));
    }

    [Fact]
    public async Task Run_StartedFromAModelThatTheUserDoesNotSee_IsRefusedAsIfItWereNotThere()
    {
        ClaimsPrincipal ben = await _app.PrincipalAsync(await _app.CreateUserAsync("Ben"));
        (Project bens, Dataset bensData) = await _app.CreateProjectWithDataAsync(ben);
        Run adas = await FinishedAsync(await _app.SubmitAsync(_ada, _project, _dataset, "succeed"));

        await Assert.ThrowsAsync<NotFoundException>(() => SubmitFromAsync(ben, adas.Id, bens, bensData));
        Assert.Empty(Runs.Models(ben));

        // Once he may see it, he may use it; whoever sees only his project sees that something is there, and not what.
        _app.SetRole(_project.Id, "Ben", ProjectRole.Viewer);
        Run child = await FinishedAsync(await SubmitFromAsync(ben, adas.Id, bens, bensData));
        ClaimsPrincipal carla = await _app.PrincipalAsync(await _app.CreateUserAsync("Carla"));
        _app.SetRole(bens.Id, "Carla", ProjectRole.Viewer);
        foreach (LineageGraph carlas in new[] { Lineage.OfRun(carla, bens.Id, child.Id), Lineage.OfProject(carla, bens.Id, 10) })
        {
            Assert.Equal(
                new LineageNode(adas.Id, LineageKind.Hidden, "A run of another project", "You have no access to it"),
                Node(carlas, adas.Id)
            );
            // Neither its data nor its name shines through.
            Assert.DoesNotContain(carlas.Nodes, n => n.Id.StartsWith(_dataset.Id, StringComparison.Ordinal));
            Assert.Contains(new LineageEdge(adas.Id, child.Id), carlas.Edges);
        }

        Assert.Equal(LineageKind.Run, Node(Lineage.OfRun(ben, bens.Id, child.Id), adas.Id).Kind);
        // Ada does not see Ben's project.
        Assert.Equal(LineageKind.Hidden, Node(Lineage.OfRun(_ada, _project.Id, adas.Id), child.Id).Kind);
        Assert.Throws<NotFoundException>(() => Lineage.OfProject(carla, _project.Id, 10));
    }

    [Fact]
    public async Task Run_StartedFromAFailedOne_IsRefused()
    {
        Run failed = await FinishedAsync(await _app.SubmitAsync(_ada, _project, _dataset, "report-failure"));

        RefusedException refusal = await Assert.ThrowsAsync<RefusedException>(() => SubmitFromAsync(_ada, failed.Id));

        Assert.Contains("no model", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Model_ThatAWaitingRunStartsFrom_CannotBeDeleted()
    {
        Run parent = await FinishedAsync(await _app.SubmitAsync(_ada, _project, _dataset, "succeed"));
        Run blocker = await _app.SubmitAsync(_ada, _project, _dataset, "wait-for-cancel");
        Run child = await SubmitFromAsync(_ada, parent.Id);

        Assert.Throws<RefusedException>(() => Runs.Delete(_ada, _project.Id, parent.Id));

        await _app.WaitForRunAsync(blocker.Id, r => r.Status == RunStatus.Running);
        Runs.Cancel(_ada, _project.Id, blocker.Id);
        await _app.WaitForEndAsync(child.Id);
        Runs.Delete(_ada, _project.Id, parent.Id);
    }

    [Fact]
    public async Task Run_TaughtByAnother_NamesItsTeacher_AndIsDrawnBehindIt()
    {
        Run teacher = await FinishedAsync(await _app.SubmitAsync(_ada, _project, _dataset, "succeed"));
        Run start = await FinishedAsync(await _app.SubmitAsync(_ada, _project, _dataset, "succeed"));

        Run student = await FinishedAsync(await SubmitTaughtAsync(_ada, teacher.Id, parentId: start.Id));

        Assert.Equal((teacher.Id, start.Id), (student.Submission.TeacherRunId, student.Submission.ParentRunId));
        Assert.Equal($"Run #1 ({teacher.Submission.Name})", student.Job.Teacher!.Name);
        Assert.Contains(teacher.Id, student.Job.Teacher.File, StringComparison.Ordinal);
        Assert.EndsWith("best.safetensors", student.Job.Teacher.File, StringComparison.Ordinal);
        LineageGraph graph = Lineage.OfRun(_ada, _project.Id, student.Id);
        Assert.Contains(new LineageEdge(teacher.Id, student.Id, Teaches: true), graph.Edges);
        Assert.Contains(new LineageEdge(start.Id, student.Id), graph.Edges);
        Assert.Equal(
            graph.Nodes.Select(n => n.Id).Order(),
            Lineage.OfRun(_ada, _project.Id, teacher.Id).Nodes.Select(n => n.Id).Append(start.Id).Order()
        );
        // What the teacher has seen, its pupil knows of.
        Dataset other = await _app.ImportDatasetAsync(_ada, _project.Id);
        Run elsewhere = await FinishedAsync(await SubmitTaughtAsync(_ada, student.Id, dataset: other));
        Assert.True(Runs.MayHaveLearnedFrom(elsewhere, _dataset.Id));
        Assert.False(Runs.MayHaveLearnedFrom(student, other.Id));
    }

    [Fact]
    public async Task Teacher_ThatIsNotSeen_OrHasNoModel_OrIsNotAskedFor_IsRefused()
    {
        ClaimsPrincipal ben = await _app.PrincipalAsync(await _app.CreateUserAsync("Ben"));
        (Project bens, Dataset bensData) = await _app.CreateProjectWithDataAsync(ben);
        Run adas = await FinishedAsync(await _app.SubmitAsync(_ada, _project, _dataset, "succeed"));
        Run failed = await FinishedAsync(await _app.SubmitAsync(_ada, _project, _dataset, "report-failure"));

        await Assert.ThrowsAsync<NotFoundException>(() => SubmitTaughtAsync(ben, adas.Id, bens, bensData));
        Assert.Contains(
            "no model to learn from",
            (await Assert.ThrowsAsync<RefusedException>(() => SubmitTaughtAsync(_ada, failed.Id))).Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "Choose the teacher",
            (await Assert.ThrowsAsync<RefusedException>(() => SubmitTaughtAsync(_ada, null))).Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "takes no teacher",
            (await Assert.ThrowsAsync<RefusedException>(() => SubmitTaughtAsync(_ada, adas.Id, method: "fake-method"))).Message,
            StringComparison.Ordinal
        );

        _app.SetRole(_project.Id, "Ben", ProjectRole.Viewer);
        Run student = await FinishedAsync(await SubmitTaughtAsync(ben, adas.Id, bens, bensData));
        Assert.Equal(RunStatus.Succeeded, student.Status);
        // Who does not see it, sees that there was a teacher.
        _app.SetRole(bens.Id, "Ada", ProjectRole.Viewer);
        Assert.Equal(LineageKind.Run, Node(Lineage.OfRun(_ada, bens.Id, student.Id), adas.Id).Kind);
        ClaimsPrincipal carla = await _app.PrincipalAsync(await _app.CreateUserAsync("Carla"));
        _app.SetRole(bens.Id, "Carla", ProjectRole.Viewer);
        LineageGraph carlas = Lineage.OfRun(carla, bens.Id, student.Id);
        Assert.Equal(LineageKind.Hidden, Node(carlas, adas.Id).Kind);
        Assert.Contains(new LineageEdge(adas.Id, student.Id, Teaches: true), carlas.Edges);
    }

    [Fact]
    public async Task Teacher_OfAWaitingRun_CannotBeDeleted()
    {
        Run teacher = await FinishedAsync(await _app.SubmitAsync(_ada, _project, _dataset, "succeed"));
        (Project other, Dataset otherData) = await _app.CreateProjectWithDataAsync(_ada);
        Run blocker = await _app.SubmitAsync(_ada, other, otherData, "wait-for-cancel");
        Run student = await SubmitTaughtAsync(_ada, teacher.Id, other, otherData);
        IProjectContent content = Runs;

        Assert.Throws<RefusedException>(() => Runs.Delete(_ada, _project.Id, teacher.Id));
        Assert.Contains("needs a model of this one", content.WhyKept(_project.Id), StringComparison.Ordinal);

        await _app.WaitForRunAsync(blocker.Id, r => r.Status == RunStatus.Running);
        Runs.Cancel(_ada, other.Id, blocker.Id);
        await _app.WaitForEndAsync(student.Id);
        Assert.Null(content.WhyKept(_project.Id));
        Runs.Delete(_ada, _project.Id, teacher.Id);
        Assert.Equal("A run that was deleted", Node(Lineage.OfRun(_ada, other.Id, student.Id), teacher.Id).Title);
    }

    [Fact]
    public async Task OfProject_WithAnExperiment_DrawsItAsOneBox_ThatFurtherRunsStartFrom()
    {
        Run first = await Runs.SubmitAsync(
            _ada,
            _project.Id,
            new RunRequest
            {
                DatasetId = _dataset.Id,
                DatasetVersion = 1,
                Backbone = "fake",
                Method = "fake-method",
                Name = "Five seeds",
                Repeats = 5,
            }
        );
        string experiment = first.Submission.ExperimentId!;
        await TestApp.WaitForAsync(() => Runs.Experiment(_ada, _project.Id, experiment).All(r => r.Status.IsFinal()));
        Run child = await FinishedAsync(await SubmitFromAsync(_ada, first.Id));

        LineageGraph graph = Lineage.OfProject(_ada, _project.Id, 10);

        string data = $"{_dataset.Id}/1";
        Assert.Equal(new HashSet<string> { experiment, child.Id, data }, graph.Nodes.Select(n => n.Id).ToHashSet());
        Assert.Equal(
            new HashSet<LineageEdge> { new(data, experiment), new(data, child.Id), new(experiment, child.Id) },
            graph.Edges.ToHashSet()
        );
        Assert.Equal(("Five seeds", "5 runs, best: 75.0 % ± 0.0"), (Node(graph, experiment).Title, Node(graph, experiment).Detail));
        Assert.EndsWith($"/experiments/{experiment}", Node(graph, experiment).Address, StringComparison.Ordinal);
    }

    private RunService Runs => _app.Get<RunService>();

    private RunLineage Lineage => _app.Get<RunLineage>();

    private static LineageNode Node(LineageGraph graph, string id) => graph.Nodes.Single(n => n.Id == id);

    private Task<Run> FinishedAsync(Run run) => _app.WaitForEndAsync(run.Id);

    private Task<Run> SubmitTaughtAsync(
        ClaimsPrincipal user,
        string? teacherId,
        Project? project = null,
        Dataset? dataset = null,
        string method = "fake-distillation",
        string? parentId = null
    ) =>
        Runs.SubmitAsync(
            user,
            (project ?? _project).Id,
            new RunRequest
            {
                DatasetId = (dataset ?? _dataset).Id,
                DatasetVersion = 1,
                Backbone = "fake",
                Method = method,
                ParentRunId = parentId,
                TeacherRunId = teacherId,
            }
        );

    private Task<Run> SubmitFromAsync(ClaimsPrincipal user, string parentId, Project? project = null, Dataset? dataset = null) =>
        Runs.SubmitAsync(
            user,
            (project ?? _project).Id,
            new RunRequest
            {
                DatasetId = (dataset ?? _dataset).Id,
                DatasetVersion = 1,
                Backbone = "fake",
                Method = "fake-method",
                ParentRunId = parentId,
            }
        );
}
