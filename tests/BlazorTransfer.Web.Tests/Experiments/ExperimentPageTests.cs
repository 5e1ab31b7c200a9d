using System.Security.Claims;
using AngleSharp.Dom;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Experiments;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.RunDetails;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Refusals;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace BlazorTransfer.Web.Tests.Experiments;

public sealed class ExperimentPageTests : PageTests, IAsyncLifetime
{
    private ClaimsPrincipal _ada = null!;
    private Project _project = null!;
    private Dataset _dataset = null!;

    private RunService Runs => App.Get<RunService>();

    public async ValueTask InitializeAsync()
    {
        _ada = await App.PrincipalAsync(await App.CreateUserAsync("Ada"));
        (_project, _dataset) = await App.CreateProjectWithDataAsync(_ada);
    }

    [Fact]
    public async Task Folds_AreShownWithTheirMean_AChartAndATable_AndOfferTheBestModel()
    {
        IReadOnlyList<Run> folds = await App.FinishedExperimentAsync(_ada, _project.Id, Request() with { Folds = 3 });

        IRenderedComponent<IComponent> page = Open(folds[0]);

        Assert.Equal("Fake method, Fake", page.Find("h1").TextContent);
        Assert.Contains("Cross-validation, 3 folds. Data: Data v1.", page.Markup, StringComparison.Ordinal);
        Assert.Equal(("75.0 % ± 0.0", "75.0 % ± 0.0"), (Tile(page, "Accuracy"), Tile(page, "Accuracy, final epoch")));
        Assert.Equal(3, page.FindAll("circle").Count);
        Assert.Equal(["Fold 1", "Fold 2", "Fold 3"], page.FindAll("tbody tr td:first-child a").Select(a => a.TextContent));
        Assert.Contains(page.FindAll("a[download]"), a => a.GetAttribute("href")!.Contains(folds[0].Id, StringComparison.Ordinal));
        Assert.Contains("Slightly optimistic", page.Markup, StringComparison.Ordinal);
        Assert.DoesNotContain("Provisional", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Search_ShowsItsTrialsOnce_TheBestFirst_AndItsBestSettingsCanBeUsed()
    {
        Run first = await Runs.SubmitAsync(_ada, _project.Id, Request() with { Search = Search });
        await TestApp.WaitForAsync(() =>
            App.ExperimentOf(_ada, first).Count == 4 && App.ExperimentOf(_ada, first).All(r => r.Status.IsFinal())
        );
        Run best = App.ExperimentOf(_ada, first)[^1];

        IRenderedComponent<IComponent> page = Open(first);

        Assert.Equal($"Best configuration: Trial {best.Submission.Trial}", page.FindAll("h2")[0].TextContent);
        Assert.Equal(3, page.FindAll("polyline").Count);
        string[] trials = [.. page.FindAll("tbody tr td:first-child a").Select(a => a.TextContent)];
        Assert.Equal($"Trial {best.Submission.Trial}", trials[0]);
        Assert.Equal(["Trial 1", "Trial 2", "Trial 3"], trials.Order());
        Assert.EndsWith(
            $"?from={best.Id}",
            page.FindAll("a").Single(a => a.TextContent.Trim() == "Use the best settings").GetAttribute("href"),
            StringComparison.Ordinal
        );
        Assert.Contains("Optimistic: the best configuration", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_WhileRunsAreOpen_SaysProvisional_AndViewersCannotCancel()
    {
        Run first = await Runs.SubmitAsync(
            _ada,
            _project.Id,
            Request() with
            {
                Repeats = 2,
                Parameters = new Dictionary<string, Core.Catalog.ParameterValue> { ["behaviour"] = "wait-for-cancel" },
            }
        );
        await App.WaitForRunAsync(first.Id, r => r.Epoch == 1);
        ClaimsPrincipal vera = await App.PrincipalAsync(await App.CreateUserAsync("Vera"));
        App.SetRole(_project.Id, "Vera", ProjectRole.Viewer);

        IRenderedComponent<IComponent> page = Open(first),
            viewed = Open(first, vera);

        Assert.Contains("No result yet.", page.Markup, StringComparison.Ordinal);
        Assert.Equal("0", page.Find("[role=progressbar]").GetAttribute("aria-valuenow"));
        Assert.Contains(page.FindAll("button"), b => b.TextContent.Trim() == "Cancel remaining runs");
        Assert.DoesNotContain(viewed.FindAll("button"), b => b.TextContent.Trim() is "Cancel remaining runs" or "Rename");
        Runs.CancelExperiment(_ada, _project.Id, first.Submission.ExperimentId!);
        await TestApp.WaitForAsync(() => App.ExperimentOf(_ada, first).All(r => r.Status.IsFinal()));
    }

    [Fact]
    public async Task TrainBest_StartsARunOnAllData_WhosePageShowsTheAccuracyOfTheExperiment()
    {
        IReadOnlyList<Run> folds = await App.FinishedExperimentAsync(_ada, _project.Id, Request() with { Folds = 3, Seed = 4 });
        IRenderedComponent<IComponent> page = Open(folds[0]);

        page.Press(() => page.FindAll("button").Single(b => b.TextContent.Trim() == "Train best on all data"));

        await TestApp.WaitForAsync(() => Runs.List(_ada, _project.Id).Count == 4);
        Run run = Runs.List(_ada, _project.Id)[0];
        Assert.Equal("Fake method, Fake, all data", run.Name);
        Assert.Equal((TrainingImages.WithValidation, null), (run.Job.TrainOn, run.Job.Fold));
        await TestApp.WaitForAsync(() =>
            Services.GetRequiredService<NavigationManager>().Uri.EndsWith($"/runs/{run.Id}", StringComparison.Ordinal)
        );
        await App.WaitForEndAsync(run.Id);
        await DisposeComponentsAsync();
        string markup = Open<RunPage>(_ada, (nameof(RunPage.ProjectId), _project.Id), (nameof(RunPage.RunId), run.Id))
            .Find(".bt-note")
            .TextContent;
        Assert.Contains("Trained on all data with the best settings of", markup, StringComparison.Ordinal);
        Assert.Contains("75.0 % ± 0.0, by cross-validation with 3 folds", markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Submit_OnAllData_WithSeveralRunsOrAForeignExperiment_IsRefused()
    {
        RunRequest all = Request() with { TrainOn = TrainingImages.WithValidation };

        await Assert.ThrowsAsync<RefusedException>(() => Runs.SubmitAsync(_ada, _project.Id, all with { Folds = 3 }));
        await Assert.ThrowsAsync<RefusedException>(() => Runs.SubmitAsync(_ada, _project.Id, all with { Repeats = 2 }));
        await Assert.ThrowsAsync<RefusedException>(() =>
            Runs.SubmitAsync(_ada, _project.Id, all with { BestOfExperimentId = TestApp.Nobody })
        );
        Assert.Empty(Runs.List(_ada, _project.Id));
    }

    [Fact]
    public async Task RunPage_OfAMember_LinksToItsExperiment_AndEditsNameAndNotes()
    {
        IReadOnlyList<Run> seeds = await App.FinishedExperimentAsync(_ada, _project.Id, Request() with { Repeats = 2 });
        IRenderedComponent<IComponent> page = Open<RunPage>(
            _ada,
            (nameof(RunPage.ProjectId), _project.Id),
            (nameof(RunPage.RunId), seeds[1].Id)
        );

        IElement line = page.Find(".bt-note");
        Assert.StartsWith("Part of the experiment Fake method, Fake", line.TextContent.Trim(), StringComparison.Ordinal);
        Assert.EndsWith("Seed 1", line.TextContent.Trim(), StringComparison.Ordinal);
        Assert.EndsWith(
            $"/experiments/{seeds[0].Submission.ExperimentId}",
            line.QuerySelector("a")!.GetAttribute("href"),
            StringComparison.Ordinal
        );
        page.Press(() => page.FindAll("button").Single(b => b.TextContent.Trim() == "Edit name and notes"));
        page.On(() => page.FindAll("section input").Last(), e => e.Change("Second seed"));
        page.On(() => page.Find("section textarea"), e => e.Change("Looks the same."));
        page.On(() => page.FindAll("section form").Last(), e => e.Submit());

        await TestApp.WaitForAsync(() => Runs.Get(_ada, _project.Id, seeds[1].Id).Name == "Second seed");
        Assert.Equal("Looks the same.", Runs.Get(_ada, _project.Id, seeds[1].Id).Notes);
        page.WaitForAssertion(() => Assert.Equal("#2 Second seed", page.Find("h1").TextContent), TestApp.HangLimit);
        Assert.Contains("Looks the same.", page.Markup, StringComparison.Ordinal);
    }

    private static SearchPlan Search =>
        new()
        {
            Trials = 3,
            SuccessiveHalving = true,
            Ranges = [new SearchRange("strength", 0.1, 1)],
        };

    private static string Tile(IRenderedComponent<IComponent> page, string label) =>
        page.FindAll(".bt-tile").Single(t => t.QuerySelector("dt")!.TextContent == label).QuerySelector("dd")!.FirstChild!.TextContent;

    private IRenderedComponent<IComponent> Open(Run member, ClaimsPrincipal? user = null) =>
        Open<ExperimentPage>(
            user ?? _ada,
            (nameof(ExperimentPage.ProjectId), _project.Id),
            (nameof(ExperimentPage.ExperimentId), member.Submission.ExperimentId!)
        );

    private RunRequest Request() => TestApp.Request(_dataset);
}
