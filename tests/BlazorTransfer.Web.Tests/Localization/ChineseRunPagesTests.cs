using System.Security.Claims;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Execution;
using BlazorTransfer.Web.Features.Adaptation;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Experiments;
using BlazorTransfer.Web.Features.Lineage;
using BlazorTransfer.Web.Features.Models;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Rankings;
using BlazorTransfer.Web.Features.RunDetails;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Localization;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Tests.RunDetails;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace BlazorTransfer.Web.Tests.Localization;

/// <summary>Pages of runs and what comes of them, in Chinese: no English is left but names and what the worker says.</summary>
public sealed class ChineseRunPagesTests : PageTests, IAsyncLifetime
{
    private static readonly SampleTag Photo = new("domain", "photo"),
        Sketch = new("domain", "sketch");

    private ClaimsPrincipal _ada = null!;
    private Project _project = null!;
    private Dataset _dataset = null!;
    private Catalogue _catalogue = null!;

    private RunService Runs => App.Get<RunService>();

    public async ValueTask InitializeAsync()
    {
        _ada = await App.PrincipalAsync(await App.CreateUserAsync("Ada"));
        _project = App.Get<ProjectService>().Create(_ada, "Inspection");
        _dataset = await App.ImportDatasetAsync(_ada, _project.Id, TestZip.TwoDomains(), ImportLayout.Domains);
        _catalogue = await App.Get<CatalogueProvider>().GetAsync();
    }

    [Fact]
    public async Task RunsPage_EmptyFilteredAndWithAnExperiment_HasNoEnglish()
    {
        Languages.Use(Languages.Chinese);
        AssertNoEnglish(OpenRuns());
        await App.FinishedExperimentAsync(_ada, _project.Id, Request() with { Folds = 2 });

        IRenderedComponent<IComponent> page = OpenRuns();
        page.Press(() => page.Find("button[aria-expanded=false]"));

        Assert.Contains("交叉验证，2 折", page.Markup, StringComparison.Ordinal);
        AssertNoEnglish(page);
        Services.GetRequiredService<NavigationManager>().NavigateTo($"/projects/{_project.Id}/runs?find=nothing");
        // The name of the button is MudBlazor's own.
        AssertNoEnglish(OpenRuns());
    }

    [Fact]
    public async Task ComparePage_HasNoEnglish()
    {
        IReadOnlyList<Run> seeds = await App.FinishedExperimentAsync(_ada, _project.Id, Request() with { Repeats = 2 });
        Languages.Use(Languages.Chinese);
        AssertNoEnglish(OpenRuns<ComparePage>());
        Services.GetRequiredService<NavigationManager>().NavigateTo(AppRoutes.CompareRuns(_project.Id, seeds.Select(r => r.Id)));

        IRenderedComponent<IComponent> page = OpenRuns<ComparePage>();
        page.On(() => page.Find("input[type=checkbox]"), e => e.Change(true));

        Assert.Contains("95% 置信区间", page.Markup, StringComparison.Ordinal);
        AssertNoEnglish(page, "Fold");
    }

    [Fact]
    public async Task RunPage_AndTheLineageOfTheProject_HaveNoEnglish()
    {
        IReadOnlyList<Run> runs = await App.FinishedExperimentAsync(
            _ada,
            _project.Id,
            Request() with
            {
                Only = Photo,
                Method = "fake-adaptation",
                Target = new TargetRequest
                {
                    DatasetId = _dataset.Id,
                    DatasetVersion = 1,
                    Only = Sketch,
                    WithBaselines = true,
                },
            }
        );
        Languages.Use(Languages.Chinese);

        IRenderedComponent<IComponent> page = Open<RunPage>(_ada, ("ProjectId", _project.Id), ("RunId", runs[0].Id));
        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll(".bt-matrix")), TestApp.HangLimit);

        Assert.Contains("目标域", page.Markup, StringComparison.Ordinal);
        AssertNoEnglish(page);
        AssertNoEnglish(Open<ExperimentPage>(_ada, ("ProjectId", _project.Id), ("ExperimentId", runs[0].Submission.ExperimentId!)));
        AssertNoEnglish(Open<LineagePage>(_ada, ("ProjectId", _project.Id)));
    }

    [Fact]
    public async Task RunPage_OfARunAtWork_HasNoEnglish()
    {
        (Project project, Dataset dataset) = (_project, _dataset);
        Run active = await App.SubmitAsync(_ada, project, dataset, "hang"),
            queued = await App.SubmitAsync(_ada, project, dataset, "succeed");
        await App.WaitForRunAsync(active.Id, r => r.Epoch == 1);
        Languages.Use(Languages.Chinese);

        foreach (Run run in new[] { active, queued })
            AssertNoEnglish(Open<RunPage>(_ada, ("ProjectId", _project.Id), ("RunId", run.Id)));

        Runs.Cancel(_ada, _project.Id, queued.Id);
        Runs.Cancel(_ada, _project.Id, active.Id);
        await App.WaitForEndAsync(active.Id);
        AssertNoEnglish(Open<RunPage>(_ada, ("ProjectId", _project.Id), ("RunId", active.Id)));
    }

    [Fact]
    public async Task ExperimentPage_OfASearch_HasNoEnglish()
    {
        var plan = new SearchPlan
        {
            Trials = 3,
            SuccessiveHalving = true,
            Ranges = [new SearchRange("strength", 0.1, 1)],
        };
        Run first = await Runs.SubmitAsync(_ada, _project.Id, Request() with { Search = plan });
        await TestApp.WaitForAsync(() =>
            App.ExperimentOf(_ada, first).Count == 4 && App.ExperimentOf(_ada, first).All(r => r.Status.IsFinal())
        );
        Languages.Use(Languages.Chinese);

        IRenderedComponent<IComponent> page = Open<ExperimentPage>(
            _ada,
            ("ProjectId", _project.Id),
            ("ExperimentId", first.Submission.ExperimentId!)
        );

        Assert.Contains("最佳配置：试验", page.Markup, StringComparison.Ordinal);
        AssertNoEnglish(page);
        AssertNoEnglish(Open<RunPage>(_ada, ("ProjectId", _project.Id), ("RunId", App.ExperimentOf(_ada, first)[^1].Id)));
    }

    [Fact]
    public async Task RankingPage_BeforeAndAfterARanking_HasNoEnglish()
    {
        Languages.Use(Languages.Chinese);
        IRenderedComponent<IComponent> Open() => Open<RankingPage>(_ada, ("ProjectId", _project.Id), ("DatasetId", _dataset.Id));
        IRenderedComponent<IComponent> empty = Open();
        empty.WaitForAssertion(() => Assert.Contains("还没有可排名的权重", empty.Markup, StringComparison.Ordinal), TestApp.HangLimit);
        AssertNoEnglish(empty);
        await DisposeComponentsAsync();
        foreach (string name in new[] { "70", "90" })
            await App.ImportWeightsAsync(_ada, name);

        IRenderedComponent<IComponent> page = Open();
        page.WaitForAssertion(() => Assert.Contains("为 2 个网络排名", page.Markup, StringComparison.Ordinal), TestApp.HangLimit);
        AssertNoEnglish(page);
        page.Press(() => page.FindAll("button").Single(b => b.TextContent.Contains("为 2 个网络排名", StringComparison.Ordinal)));
        page.WaitForAssertion(() => Assert.Contains("关于得分", page.Markup, StringComparison.Ordinal), TestApp.HangLimit);

        AssertNoEnglish(page, App.Get<RankingService>().Get(_ada, _project.Id, _dataset.Id).Last!.Report.Device);
    }

    [Fact]
    public async Task Weights_AndWhatIsWrongWithThem_HaveNoEnglish()
    {
        BackboneWeights weights = await App.ImportWeightsAsync(_ada, "70");
        Languages.Use(Languages.Chinese);

        IRenderedComponent<IComponent> page = Open<WeightsSection>(_ada);
        AssertNoEnglish(page, weights.Name);
        AssertNoEnglish(Open<MissingWeights>(_ada, ("Backbone", _catalogue.Backbones[0])));
        RefusedException refused = Assert.Throws<RefusedException>(() => App.Get<WeightsDownloads>().Start(_ada, "no-such-network"));
        ChineseTexts.AssertNoEnglish($"<p>{refused.Message}</p>");
    }

    /// <summary>Every suggestion that a result can end with.</summary>
    [Fact]
    public void NextSteps_HaveNoEnglish()
    {
        Languages.Use(Languages.Chinese);
        var facts = new ResultFacts
        {
            Result = new RunResult(0.9, 1000, ScoredImages.Validation, IsOptimistic: true, "good", 0.6),
            ImagesPerClass = 80,
            TrainTop1 = 0.92,
            Top1ByEpoch = [0.9, 0.9, 0.9, 0.9, 0.9],
            PlannedEpochs = 5,
        };
        ResultFacts[] all =
        [
            facts,
            facts with
            {
                Result = facts.Result with { Accuracy = 0.97 },
            },
            facts with
            {
                Result = facts.Result with { Accuracy = 0.61, Images = 100 },
            },
            facts with
            {
                Result = facts.Result with { Accuracy = 0.64, Images = 10_000 },
            },
            facts with
            {
                Result = facts.Result with { Images = 20 },
            },
            facts with
            {
                Start = StartingPoint.SmallNetwork,
                ImageNetNetwork = "ResNet-18",
            },
            facts with
            {
                Start = StartingPoint.RandomWeights,
                ImageNetNetwork = "ResNet-18",
            },
            facts with
            {
                Top1ByEpoch = [0.5, 0.6, 0.7, 0.8, 0.9],
            },
            facts with
            {
                TrainTop1 = 1,
                Result = facts.Result with { Accuracy = 0.8 },
            },
            facts with
            {
                TrainTop1 = 1,
                ImagesPerClass = 10,
                Result = facts.Result with { Accuracy = 0.8 },
            },
            facts with
            {
                IsProbe = true,
            },
            facts with
            {
                HasTarget = true,
            },
        ];

        NextStep[] steps = [.. all.SelectMany(NextSteps.For)];

        Assert.Equal(Enum.GetValues<NextStepKind>(), steps.Select(s => s.Kind).Distinct().Order());
        Assert.All(
            steps,
            s =>
                ChineseTexts.AssertNoEnglish(
                    $"<p>{s.Text}</p><p>{Texts<RunDetailTexts>.Get($"Step.{s.Kind}.Action")}</p>",
                    "good",
                    "ResNet-18"
                )
        );
    }

    [Fact]
    public void Evaluations_AndTheirEpochs_HaveNoEnglish()
    {
        Languages.Use(Languages.Chinese);
        RunView view = new FinishedRun { TestImages = 20, TargetImages = 10 }.Build();

        ChineseTexts.AssertNoEnglish(
            string.Concat(
                view.Evaluations.Select(view.TitleOf).Concat(Enumerable.Range(1, 10).Select(view.NameOfEpoch)).Select(t => $"<p>{t}</p>")
            )
        );
    }

    [Fact]
    public void AdaptationCards_HaveNoEnglish()
    {
        Languages.Use(Languages.Chinese);
        var embedding = new JointEmbedding(
            [
                new EmbeddedImage("00", OfTarget: false, 0, 0, "ant", "ant", new PlanePoint(0, 0)),
                new EmbeddedImage("01", OfTarget: true, 1, 1, "bee", null, new PlanePoint(1, 1)),
            ],
            0.6,
            1.2
        );

        IRenderedComponent<EmbeddingCard> card = Render<EmbeddingCard>(p =>
            p.Add(c => c.ProjectId, "p").Add(c => c.Embedding, embedding).Add(c => c.Classes, ["ant", "bee"]).Add(c => c.SourceId, "d")
        );
        foreach (int choice in Enumerable.Range(0, card.FindAll("[role=radio]").Count))
        {
            card.Press(() => card.FindAll("[role=radio]")[choice]);
            ChineseTexts.AssertNoEnglish(card.Markup, "ant", "bee");
        }
    }

    private IRenderedComponent<IComponent> OpenRuns() => OpenRuns<RunsPage>();

    private IRenderedComponent<IComponent> OpenRuns<TPage>()
        where TPage : IComponent => Open<TPage>(_ada, ("ProjectId", _project.Id));

    private RunRequest Request() => TestApp.Request(_dataset);

    /// <summary>Names of people's things, of the catalogue and of what the worker reports stay as they are.</summary>
    private void AssertNoEnglish(IRenderedComponent<IComponent> page, params string[] names) =>
        ChineseTexts.AssertNoEnglish(
            page.Markup,
            [
                _project.Name,
                _dataset.Name,
                .. names,
                .. _dataset.Latest.Classes.Select(c => c.Label),
                .. _dataset.Latest.Warnings,
                .. Runs.List(_ada, _project.Id)
                    .SelectMany(r =>
                        new[] { r.Name, r.ExperimentName, r.Submission.TargetName, r.Job.Weights.Name, r.Job.Device, r.Device, r.Error }
                    )
                    .OfType<string>(),
                .. ChineseTexts.Of(_catalogue),
            ]
        );
}
