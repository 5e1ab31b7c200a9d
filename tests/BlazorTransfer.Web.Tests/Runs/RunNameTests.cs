using System.Net;
using System.Net.Http.Json;
using System.Security.Claims;
using System.Text.Json;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Tests.Runs;

/// <summary>Names are unique in a project. Names and notes are events in the folder of the run.</summary>
public sealed class RunNameTests : IAsyncLifetime
{
    private readonly TestApp _app = new();
    private ClaimsPrincipal _ada = null!;
    private Project _project = null!;
    private Dataset _dataset = null!;

    private RunService Runs => _app.Get<RunService>();

    public async ValueTask InitializeAsync()
    {
        using HttpClient _ = await _app.SignInAsync("Ada");
        _ada = await _app.PrincipalAsync(_app.Get<DocumentCollection<User>>().All().Single());
        (_project, _dataset) = await _app.CreateProjectWithDataAsync(_ada);
    }

    public ValueTask DisposeAsync()
    {
        _app.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Submit_WithANameThatIsTaken_AddsTheFirstFreeNumber()
    {
        string[] names =
        [
            (await SubmitAsync()).Name,
            (await SubmitAsync()).Name,
            (await SubmitAsync("fake method, fake")).Name,
            (await SubmitAsync("Mine")).Name,
            (await SubmitAsync("Mine")).Name,
        ];

        Assert.Equal(["Fake method, Fake", "Fake method, Fake 2", "fake method, fake 3", "Mine", "Mine 2"], names);
        string longest = new('n', RunNames.Longest);
        Assert.Equal(longest, (await SubmitAsync(longest)).Name);
        Assert.Equal(longest[..^2] + " 2", (await SubmitAsync(longest)).Name);
    }

    [Fact]
    public async Task Submit_OfExperiments_NamesEachRunByWhatItDiffersIn()
    {
        IReadOnlyList<Run> seeds = await ExperimentAsync(Request("Mine") with { Repeats = 2, Seed = 5 }),
            folds = await ExperimentAsync(Request("Mine") with { Folds = 2 }),
            search =
                await ExperimentAsync(
                    Request("Mine") with
                    {
                        Search = new SearchPlan
                        {
                            Trials = 3,
                            SuccessiveHalving = true,
                            Ranges = [new SearchRange("strength", 0.1, 1)],
                        },
                    }
                );

        Assert.Equal(["Mine, seed 5", "Mine, seed 6"], seeds.Select(r => r.Name));
        Assert.Equal(["Mine 2, fold 1", "Mine 2, fold 2"], folds.Select(r => r.Name));
        // A further round belongs to the same experiment.
        await TestApp.WaitForAsync(() => Runs.Experiment(_ada, _project.Id, search[0].Submission.ExperimentId!).Count == 4);
        search = Runs.Experiment(_ada, _project.Id, search[0].Submission.ExperimentId!);
        Assert.Equal(["Mine 3, trial 1", "Mine 3, trial 2", "Mine 3, trial 3"], search.Take(3).Select(r => r.Name));
        Assert.Matches("^Mine 3, trial [123], round 2$", search[3].Name);
        Assert.All(search, r => Assert.Equal("Mine 3", r.ExperimentName));
        IReadOnlyList<Run> all = Runs.List(_ada, _project.Id);
        Assert.Equal(all.Count, all.Select(r => r.Name).Distinct().Count());
        await TestApp.WaitForAsync(() => Runs.List(_ada, _project.Id).All(r => r.Status.IsFinal()));
    }

    [Fact]
    public async Task Update_WhileTheWorkerRuns_IsKeptByARebuild_AndTheWorkerGoesOn()
    {
        Run run = await SubmitAsync(behaviour: "wait-for-cancel");
        await _app.WaitForRunAsync(run.Id, r => r.Epoch == 1);

        await Runs.UpdateAsync(_ada, _project.Id, run.Id, new RunChange("Cold light", "Lamp 2 was off.\nRepeat it."));
        Runs.Cancel(_ada, _project.Id, run.Id);
        await _app.WaitForEndAsync(run.Id);
        await Runs.UpdateAsync(_ada, _project.Id, run.Id, new RunChange(Notes: "Repeated."));

        Assert.Equal(1, _app.Get<RunRebuild>().Rebuild());
        Run again = Runs.Get(_ada, _project.Id, run.Id);
        Assert.Equal(("Cold light", "Repeated.", RunStatus.Cancelled, 3L), (again.Name, again.Notes, again.Status, again.LastAnnotation));
        // The record of the worker has none of it.
        Assert.DoesNotContain(RunEventTail.All(Folder(run).Events), e => e is RunRenamed or NotesChanged);
        Assert.Equal("Fake method, Fake", RunSubmission.Load(Folder(run)).Name);
    }

    [Fact]
    public async Task Rebuild_WithADamagedRecordOfNames_KeepsWhatCameBefore()
    {
        Run run = await SubmitAsync();
        await _app.WaitForEndAsync(run.Id);
        await Runs.UpdateAsync(_ada, _project.Id, run.Id, new RunChange("Kept"));
        await File.AppendAllTextAsync(Folder(run).Annotations, "no event\n");

        _app.Get<RunRebuild>().Rebuild();
        Run renamed = await Runs.UpdateAsync(_ada, _project.Id, run.Id, new RunChange(Notes: "More."));

        Assert.Equal(("Kept", "More.", 2L), (renamed.Name, renamed.Notes, renamed.LastAnnotation));
    }

    [Fact]
    public async Task Update_ToANameThatIsTakenOrCannotBe_IsRefusedInWords()
    {
        Run one = await SubmitAsync("One");
        IReadOnlyList<Run> seeds = await ExperimentAsync(Request("Seeds") with { Repeats = 2 });
        async Task<string> Refusal(RunChange change) =>
            (await Assert.ThrowsAsync<RefusedException>(() => Runs.UpdateAsync(_ada, _project.Id, one.Id, change))).Message;

        Assert.Contains("is called 'seeds, SEED 0'", await Refusal(new("seeds, SEED 0")), StringComparison.Ordinal);
        Assert.Contains("is called 'Seeds'", await Refusal(new("Seeds")), StringComparison.Ordinal);
        Assert.Contains("1 to 120 characters", await Refusal(new(" ")), StringComparison.Ordinal);
        Assert.Contains("at most 10,000 characters", await Refusal(new(Notes: new string('x', 10_001))), StringComparison.Ordinal);
        Assert.Contains("control characters", await Refusal(new(Notes: "a\0b")), StringComparison.Ordinal);
        // Its own name in other letters is free for it.
        Assert.Equal("ONE", (await Runs.UpdateAsync(_ada, _project.Id, one.Id, new("ONE"))).Name);
        await Assert.ThrowsAsync<RefusedException>(() =>
            Runs.RenameExperimentAsync(_ada, _project.Id, seeds[0].Submission.ExperimentId!, "ONE")
        );
        await Runs.RenameExperimentAsync(_ada, _project.Id, seeds[0].Submission.ExperimentId!, "Two seeds");
        _app.Get<RunRebuild>().Rebuild();
        IReadOnlyList<Run> renamed = Runs.Experiment(_ada, _project.Id, seeds[0].Submission.ExperimentId!);
        Assert.All(renamed, r => Assert.Equal("Two seeds", r.ExperimentName));
        Assert.Equal(["Seeds, seed 0", "Seeds, seed 1"], renamed.Select(r => r.Name));
        await TestApp.WaitForAsync(() => Runs.List(_ada, _project.Id).All(r => r.Status.IsFinal()));
    }

    [Fact]
    public async Task Patch_ChangesNameAndNotes_AndGivesTheRun()
    {
        using HttpClient ada = await _app.SignInAsync("Ada");
        Run run = await SubmitAsync();
        string address = $"/api/v1/projects/{_project.Id}/runs/{run.Id}";

        using HttpResponseMessage answer = await ada.PatchAsJsonAsync(address, new { name = "By hand", notes = "A note." });

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        JsonElement body = await ada.GetFromJsonAsync<JsonElement>(address);
        Assert.Equal(("By hand", "A note."), (body.GetProperty("name").GetString(), body.GetProperty("notes").GetString()));
        using HttpResponseMessage refused = await ada.PatchAsJsonAsync(address, new { name = "" });
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        await _app.WaitForEndAsync(run.Id);
    }

    [Fact]
    public async Task Ahead_OfALoneRun_IsNothing_AndCountsOtherRuns()
    {
        Run blocker = await SubmitAsync(behaviour: "wait-for-cancel");
        await _app.WaitForRunAsync(blocker.Id, r => r.Epoch == 1);
        Assert.Equal(0, Runs.Ahead(_ada, _project.Id, blocker.Id));
        Run second = await SubmitAsync(),
            third = await SubmitAsync();

        Assert.Equal([1, 2], new[] { second, third }.Select(r => Runs.Ahead(_ada, _project.Id, r.Id)));
        Runs.Cancel(_ada, _project.Id, blocker.Id);
        await _app.WaitForEndAsync(third.Id);
    }

    private RunFolder Folder(Run run) => _app.Get<DataFolder>().Run(run.Id);

    private async Task<IReadOnlyList<Run>> ExperimentAsync(RunRequest request) =>
        Runs.Experiment(_ada, _project.Id, (await Runs.SubmitAsync(_ada, _project.Id, request)).Submission.ExperimentId!);

    private Task<Run> SubmitAsync(string name = "", string behaviour = "succeed") =>
        Runs.SubmitAsync(
            _ada,
            _project.Id,
            Request(name) with
            {
                Parameters = new Dictionary<string, ParameterValue> { ["behaviour"] = behaviour },
            }
        );

    private RunRequest Request(string name) =>
        new()
        {
            Name = name,
            DatasetId = _dataset.Id,
            DatasetVersion = 1,
            Backbone = "fake",
            Method = "fake-method",
        };
}
