using System.Security.Claims;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Features.Adaptation;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Experiments;
using BlazorTransfer.Web.Features.NewRun;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.RunDetails;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Refusals;
using Bunit;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Tests.Adaptation;

/// <summary>Runs with a target domain: who may ask for what, what is compared, and what the page makes of it.</summary>
public sealed class AdaptationTests : PageTests, IAsyncLifetime
{
    private static readonly SampleTag Photo = new("domain", "photo"),
        Sketch = new("domain", "sketch");
    private ClaimsPrincipal _ada = null!;
    private Project _project = null!;
    private Dataset _dataset = null!;

    private RunService Runs => App.Get<RunService>();

    public async ValueTask InitializeAsync()
    {
        _ada = await App.PrincipalAsync(await App.CreateUserAsync("Ada"));
        _project = App.Get<ProjectService>().Create(_ada, "Project");
        _dataset = await App.ImportDatasetAsync(_ada, _project.Id, TestZip.TwoDomains(), ImportLayout.Domains);
    }

    [Fact]
    public async Task Submit_WithBaselines_ComparesTheMethodWithTheSourceAloneAndWithTheTargetsLabels()
    {
        Run first = await Runs.SubmitAsync(_ada, _project.Id, Request() with { Repeats = 2, Seed = 7 });
        string experiment = first.Submission.ExperimentId!;
        await TestApp.WaitForAsync(() => Runs.Experiment(_ada, _project.Id, experiment).All(r => r.Status.IsFinal()));

        IReadOnlyList<Run> runs = Runs.Experiment(_ada, _project.Id, experiment);

        Assert.Equal(
            [
                (AdaptationPart.Method, "fake-adaptation", 7),
                (AdaptationPart.Method, "fake-adaptation", 8),
                (AdaptationPart.SourceOnly, "fine-tuning", 7),
                (AdaptationPart.SourceOnly, "fine-tuning", 8),
                (AdaptationPart.Oracle, "fine-tuning", 7),
                (AdaptationPart.Oracle, "fine-tuning", 8),
            ],
            runs.Select(r => (r.Submission.Part!.Value, r.Job.Method, r.Job.Seed))
        );
        Assert.All(
            runs,
            r =>
                Assert.Equal(
                    (Sketch, "Data v1, domain: sketch", _dataset.Id),
                    (r.Job.Target!.Data.Only, r.Submission.TargetName, r.Submission.TargetDatasetId)
                )
        );
        Assert.All(runs.Take(4), r => Assert.Equal((Photo, false), (r.Job.Data.Only, r.Job.Target!.IsOracle)));
        Assert.All(runs.Skip(4), r => Assert.Equal((Sketch, true), (r.Job.Data.Only, r.Job.Target!.IsOracle)));
        Assert.Equal([0.75, 0.25, 1.0], runs.Where(r => r.Job.Seed == 7).Select(r => r.TargetTop1!.Value));
        // The settings of the method, where the baseline knows them.
        Assert.Equal(3, runs[2].Job.Parameters["epochs"].AsNumber);
        Assert.Equal(6, App.Get<RunRebuild>().Rebuild());
        Assert.Equal(AdaptationPart.Oracle, Runs.Experiment(_ada, _project.Id, experiment)[^1].Submission.Part);
    }

    [Fact]
    public async Task Oracle_OfAnotherDataSet_IsARunOnThatOne_SoThatItsImagesAreFound()
    {
        Dataset other = await App.ImportDatasetAsync(
            _ada,
            _project.Id,
            [("a/1.jpg", TestZip.Jpeg(11)), ("a/2.jpg", TestZip.Jpeg(61)), ("b/1.jpg", TestZip.Jpeg(121)), ("b/2.jpg", TestZip.Jpeg(201))]
        );
        Run first = await Runs.SubmitAsync(
            _ada,
            _project.Id,
            Request() with
            {
                Target = new TargetRequest
                {
                    DatasetId = other.Id,
                    DatasetVersion = 1,
                    WithBaselines = true,
                },
            }
        );
        await TestApp.WaitForAsync(() => Runs.Experiment(_ada, _project.Id, first.Submission.ExperimentId!).All(r => r.Status.IsFinal()));

        Run[] runs = [.. Runs.Experiment(_ada, _project.Id, first.Submission.ExperimentId!)];

        Assert.Equal([_dataset.Id, _dataset.Id, other.Id], runs.Select(r => r.Submission.DatasetId));
        Assert.Equal(runs[2].Job.Target!.Data.Manifest, runs[2].Job.Data.Manifest);
        Assert.NotEqual(runs[0].Job.Data.Manifest, runs[2].Job.Data.Manifest);
    }

    /// <summary>Its source is its target, which nobody could ask for.</summary>
    [Fact]
    public async Task Oracle_RunAgain_IsTheComparisonThatItBelongsTo()
    {
        Run first = await Runs.SubmitAsync(_ada, _project.Id, Request());
        await TestApp.WaitForAsync(() => Runs.Experiment(_ada, _project.Id, first.Submission.ExperimentId!).All(r => r.Status.IsFinal()));
        Run oracle = Runs.Experiment(_ada, _project.Id, first.Submission.ExperimentId!)[^1];
        Assert.True(oracle.Job.Target!.IsOracle);

        IRenderedComponent<IComponent> page = Open<RunPage>(
            _ada,
            (nameof(RunPage.ProjectId), _project.Id),
            (nameof(RunPage.RunId), oracle.Id)
        );

        Assert.EndsWith(
            $"?from={first.Id}",
            page.FindAll("a").Single(a => a.TextContent.Trim() == "Run again").GetAttribute("href"),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Page_LeadsWithTargetAccuracyAndGain_ThenShowsBaselineAndUpperBound()
    {
        Run first = await Runs.SubmitAsync(_ada, _project.Id, Request());
        await TestApp.WaitForAsync(() => Runs.Experiment(_ada, _project.Id, first.Submission.ExperimentId!).All(r => r.Status.IsFinal()));

        IRenderedComponent<IComponent> page = Open<ExperimentPage>(
            _ada,
            (nameof(ExperimentPage.ProjectId), _project.Id),
            (nameof(ExperimentPage.ExperimentId), first.Submission.ExperimentId!)
        );

        (string Label, string Value)[] tiles =
        [
            .. page.FindAll(".bt-tile").Select(t => (t.QuerySelector("dt")!.TextContent, t.QuerySelector("dd")!.FirstChild!.TextContent)),
        ];
        Assert.Equal(
            [
                ("Target accuracy", "75.0 %"),
                ("Gain over source only", "+50.0 points"),
                ("Source only", "25.0 %"),
                ("Trained on target", "100.0 %"),
            ],
            tiles
        );
        Assert.StartsWith(
            "The adaptation gains +50.0 percentage points on the target.",
            page.Find("[role=status]").TextContent,
            StringComparison.Ordinal
        );
        string[][] rows =
        [
            .. page.FindAll("table")[0].QuerySelectorAll("tbody tr").Select(r => r.Children.Select(c => c.TextContent.Trim()).ToArray()),
        ];
        Assert.Equal(["75.0 %", "25.0 %", "100.0 %"], rows.Select(r => r[1]));
        Assert.Matches(@"^\+50\.0 \(\+3\d\.\d to \+6\d\.\d\)$", rows[0][2]);
        Assert.Equal("–", rows[1][2]);
        Assert.Equal("Fake adaptation, Fake", page.Find("h1").TextContent);
    }

    /// <summary>Comparison of methods, notes and charts are drawn again together.</summary>
    [Fact]
    public async Task RunPage_OfAnAdaptedRun_FollowsAChangeOfItsName()
    {
        Run first = await Runs.SubmitAsync(_ada, _project.Id, Request());
        await TestApp.WaitForAsync(() => Runs.Experiment(_ada, _project.Id, first.Submission.ExperimentId!).All(r => r.Status.IsFinal()));
        IRenderedComponent<IComponent> page = Open<RunPage>(
            _ada,
            (nameof(RunPage.ProjectId), _project.Id),
            (nameof(RunPage.RunId), first.Id)
        );

        await Runs.UpdateAsync(_ada, _project.Id, first.Id, new RunChange("Renamed"));

        page.WaitForAssertion(() => Assert.Equal("#1 Renamed", page.Find("h1").TextContent), TestApp.HangLimit);
        Assert.Contains("All methods between these domains", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Comparison_ListsAllMethodsBetweenTheSameDomains_TheBestFirst_WithScoresThatNeedNoLabel()
    {
        Run first = await Runs.SubmitAsync(_ada, _project.Id, Request());
        // The other way round: other domains.
        Run turned = await Runs.SubmitAsync(
            _ada,
            _project.Id,
            Request() with
            {
                Only = Sketch,
                Target = Request().Target! with { Only = Photo, WithBaselines = false },
            }
        );
        Run alone = await Runs.SubmitAsync(
            _ada,
            _project.Id,
            Request() with
            {
                Seed = 3,
                Target = Request().Target! with { WithBaselines = false },
            }
        );
        await TestApp.WaitForAsync(() => Runs.List(_ada, _project.Id).All(r => r.Status.IsFinal()));
        IRenderedComponent<MethodComparisonCard> Card(Run run) =>
            Render<MethodComparisonCard>(p => p.Add(c => c.ProjectId, _project.Id).Add(c => c.RunId, run.Id).Add(c => c.User, _ada));

        IRenderedComponent<MethodComparisonCard> card = Card(first);

        string[][] rows = [.. card.FindAll("tbody tr").Select(r => r.Children.Select(c => c.TextContent.Trim()).ToArray())];
        Assert.Equal(["75.0 %", "75.0 %", "25.0 %"], rows.Select(r => r[2]));
        Assert.All(rows.Take(2), r => Assert.StartsWith("fake-adaptation", r[0], StringComparison.Ordinal));
        Assert.StartsWith("fine-tuning", rows[2][0], StringComparison.Ordinal);
        // The oracle is no method. What was trained alone has nothing that it gains over.
        Assert.Equal(["–", "–"], new[] { rows.Single(r => r[1] == $"#{alone.Submission.Number}")[3], rows[2][3] });
        Assert.Matches(@"^\+50\.0 \(\+3\d\.\d to \+6\d\.\d\)$", rows.Single(r => r[1] == $"#{first.Submission.Number}")[3]);
        Assert.Equal(["0.33", "2.50", "0.75", "1.75"], rows[2][4..]);
        Assert.Equal(
            "true",
            card.FindAll("tbody tr")
                .Single(r => r.Children[1].TextContent.Trim() == $"#{first.Submission.Number}")
                .GetAttribute("aria-current")
        );
        // Alone between its domains, it is compared with nothing.
        Assert.Empty(Card(turned).FindAll("table"));
        Assert.Equal(5, App.Get<RunRebuild>().Rebuild());
        Assert.Equal(0.66, Runs.Get(_ada, _project.Id, first.Id).LabelFree!.Information);
    }

    [Fact]
    public async Task Submit_RefusesWhatCannotBe_InWords()
    {
        async Task<string> Refusal(RunRequest request) =>
            (await Assert.ThrowsAsync<RefusedException>(() => Runs.SubmitAsync(_ada, _project.Id, request))).Message;

        Assert.Contains("adapts to a target domain", await Refusal(Request() with { Target = null }), StringComparison.Ordinal);
        Assert.Contains("the same images", await Refusal(Request() with { Only = null }), StringComparison.Ordinal);
        Assert.Contains("the same images", await Refusal(Request() with { Only = Sketch }), StringComparison.Ordinal);
        Assert.Contains(
            "no such version",
            await Refusal(Request() with { Target = Request().Target! with { DatasetVersion = 9 } }),
            StringComparison.Ordinal
        );
        Assert.Contains("not available with a target domain", await Refusal(Request() with { Folds = 3 }), StringComparison.Ordinal);
        Assert.Empty(Runs.List(_ada, _project.Id));
    }

    [Fact]
    public async Task Submit_OfAMethodThatUsesLabels_GivesThemToItAlone_AndScoresTheSourceAloneOnTheSameImages()
    {
        RunRequest request = Request() with { Method = "fake-boosting" };
        Run first = await Runs.SubmitAsync(
            _ada,
            _project.Id,
            request with
            {
                Target = request.Target! with { LabelledPerClass = 1, Transductive = true },
            }
        );

        IReadOnlyList<Run> runs = Runs.Experiment(_ada, _project.Id, first.Submission.ExperimentId!);

        Assert.Equal([("fake-boosting", 1), ("fine-tuning", 1)], runs.Select(r => (r.Job.Method, r.Job.Target!.LabelledPerClass)));
        Run oracle = (await Compared(request with { Target = request.Target! with { LabelledPerClass = 1 } }))[^1];
        Assert.Equal((AdaptationPart.Oracle, 0), (oracle.Submission.Part, oracle.Job.Target!.LabelledPerClass));
        await TestApp.WaitForAsync(() => Runs.List(_ada, _project.Id).All(r => r.Status.IsFinal()));
    }

    [Fact]
    public async Task Submit_WithLabelsThatAreNotThereOrNotUsed_IsRefusedInWords()
    {
        async Task<string> Refusal(string method, int labels, bool transductive = false) =>
            (
                await Assert.ThrowsAsync<RefusedException>(() =>
                    Runs.SubmitAsync(
                        _ada,
                        _project.Id,
                        Request() with
                        {
                            Method = method,
                            Target = Request().Target! with { LabelledPerClass = labels, Transductive = transductive },
                        }
                    )
                )
            ).Message;

        Assert.Contains("Choose at least 1 per class, such as 5", await Refusal("fake-boosting", 0), StringComparison.Ordinal);
        Assert.Contains(
            "Of the target's images, fewer than 9 have the label a (2), b (2)",
            await Refusal("fake-boosting", 9, transductive: true),
            StringComparison.Ordinal
        );
        Assert.Contains("uses no target labels", await Refusal("fake-adaptation", 1), StringComparison.Ordinal);
        Assert.Contains("uses no target labels", await Refusal("fine-tuning", 1), StringComparison.Ordinal);
    }

    [Fact]
    public void Fields_OfAMethodThatUsesLabels_AskHowMany_AndTellTheTruthAboutThem()
    {
        var form = new DomainForm([_dataset], d => d.Latest.Tags!);
        form.UseSource(_dataset);
        form.Turn(true);
        IRenderedComponent<DomainFields> Fields(TransferMethodSpec of) =>
            Render<DomainFields>(p => p.Add(c => c.Domains, form).Add(c => c.Source, _dataset).Add(c => c.Method, of));
        var method = new TransferMethodSpec("plain", "Plain", "", "", null, []) { AdaptsToTarget = true };

        IRenderedComponent<DomainFields> plain = Fields(method),
            boosting = Fields(method with { DisplayName = "Boosting", UsesTargetLabels = true });

        Assert.DoesNotContain("a class", string.Join(' ', plain.FindAll("label").Select(l => l.TextContent)), StringComparison.Ordinal);
        Assert.StartsWith("Target labels are used for scoring only.", plain.Find(".bt-note").TextContent, StringComparison.Ordinal);
        Assert.Contains(
            "Boosting is trained with 5 labelled target images per class, drawn at random from its training images. "
                + "Other target labels are used for scoring only.",
            boosting.Find(".bt-note").TextContent,
            StringComparison.Ordinal
        );
        boosting.FindAll("input").Single(i => i.GetAttribute("type") is not "checkbox").Input("3");
        Assert.Equal(3, form.LabelledPerClass);
        Assert.Contains("with 3 labelled target images", boosting.Find(".bt-note").TextContent, StringComparison.Ordinal);
        Assert.Equal(
            (0, 3),
            (form.ApplyTo(Request()).Target!.LabelledPerClass, form.ApplyTo(Request(), usesLabels: true).Target!.LabelledPerClass)
        );
    }

    [Fact]
    public async Task Submit_WithATargetOfAnotherProject_IsRefused_ThoughTheUserSeesIt()
    {
        Project other = App.Get<ProjectService>().Create(_ada, "Other");
        Dataset foreign = await App.ImportDatasetAsync(_ada, other.Id);

        await Assert.ThrowsAsync<NotFoundException>(() =>
            Runs.SubmitAsync(
                _ada,
                _project.Id,
                Request() with
                {
                    Target = new TargetRequest { DatasetId = foreign.Id, DatasetVersion = 1 },
                }
            )
        );
    }

    [Fact]
    public async Task Dataset_ThatIsTheTargetOfARunAtWork_CannotBeDeleted()
    {
        Dataset unlabelled = await App.ImportDatasetAsync(
            _ada,
            _project.Id,
            [("x/1.jpg", TestZip.Jpeg(33)), ("x/2.jpg", TestZip.Jpeg(44))],
            ImportLayout.Unlabelled
        );
        Run run = await Runs.SubmitAsync(
            _ada,
            _project.Id,
            Request("hang") with
            {
                Only = null,
                Target = new TargetRequest
                {
                    DatasetId = unlabelled.Id,
                    DatasetVersion = 1,
                    WithBaselines = true,
                },
            }
        );

        // Nobody knows a label, so that there is nothing to compare.
        Assert.Equal((null, null), (run.Submission.Part, run.Submission.ExperimentId));
        Assert.Contains(
            "needs it",
            Assert.Throws<RefusedException>(() => App.Get<DatasetService>().Delete(_ada, _project.Id, unlabelled.Id)).Message,
            StringComparison.Ordinal
        );
        Runs.Cancel(_ada, _project.Id, run.Id);
        await TestApp.WaitForAsync(() => Runs.Get(_ada, _project.Id, run.Id).Status.IsFinal());
    }

    [Fact]
    public void Form_SuggestsTwoParts_AsksForOtherNames_AndCountsItsRuns()
    {
        Dataset other = _dataset with
        {
            Id = "other",
            Versions = [_dataset.Latest with { Classes = [new ClassCount("A", 1, 1, 0), new ClassCount("stain", 1, 1, 0)], Tags = [] }],
        };
        var form = new DomainForm([_dataset, other], d => d.Latest.Tags!);
        form.UseSource(_dataset);
        Assert.Equal((false, null), (form.IsOn, form.Missing));

        form.Turn(true);
        Assert.Equal((Photo, _dataset.Id, Sketch), (form.SourceTag, form.Target!.Id, form.TargetTag));
        Assert.Equal(3, form.Comparisons(adapts: true));
        form.SourceTag = Sketch;
        Assert.Contains("the same images", form.Missing, StringComparison.Ordinal);

        form.Choose(other);
        Assert.Null(form.Missing);
        Assert.Equal(["A", "stain"], form.ForeignClasses);
        // The same but for its case; the other is for somebody to say.
        Assert.Equal(("a", null), (form.NameOf("A"), form.NameOf("stain")));
        form.Name("stain", "b");
        TargetRequest target = form.ApplyTo(Request() with { Target = null, Only = null }).Target!;
        Assert.Equal(new Dictionary<string, string?> { ["A"] = "a", ["stain"] = "b" }, target.ClassNames);
    }

    private async Task<IReadOnlyList<Run>> Compared(RunRequest request) =>
        Runs.Experiment(_ada, _project.Id, (await Runs.SubmitAsync(_ada, _project.Id, request)).Submission.ExperimentId!);

    private RunRequest Request(string behaviour = "succeed") =>
        new()
        {
            DatasetId = _dataset.Id,
            DatasetVersion = 1,
            Only = Photo,
            Target = new TargetRequest
            {
                DatasetId = _dataset.Id,
                DatasetVersion = 1,
                Only = Sketch,
                WithBaselines = true,
            },
            Backbone = "fake",
            Method = "fake-adaptation",
            Parameters = new Dictionary<string, Core.Catalog.ParameterValue> { ["behaviour"] = behaviour, ["epochs"] = 3 },
        };
}
