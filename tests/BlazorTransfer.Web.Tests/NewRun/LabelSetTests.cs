using System.Security.Claims;
using System.Text;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Components.Shared;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.NewRun;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Jobs;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Storage;
using BlazorTransfer.Web.Tests.Runs;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace BlazorTransfer.Web.Tests.NewRun;

/// <summary>Labels beside the classes: from a table in the upload to a run that learns them.</summary>
public sealed class LabelSetTests : PageTests, IAsyncLifetime
{
    private const string Table =
        "file,material,same\na/1.jpg,steel,x\na/2.jpg,brass,x\nb/1.jpg,brass,x\nb/2.jpg,steel,x\nb/9.jpg,steel,x\n";

    private ClaimsPrincipal _ada = null!;
    private Project _project = null!;
    private Dataset _dataset = null!;

    private RunService Runs => App.Get<RunService>();

    public async ValueTask InitializeAsync()
    {
        _ada = await App.PrincipalAsync(await App.CreateUserAsync("Ada"));
        _project = App.Get<ProjectService>().Create(_ada, "Project");
        _dataset = await App.ImportDatasetAsync(_ada, _project.Id, WithTable(Table));
    }

    [Fact]
    public async Task Upload_WithATable_KeepsItsLabels_AndTellsWhatItNamesThatIsNotThere()
    {
        Assert.Equal(
            [new TagCount("material", "brass", 2), new TagCount("material", "steel", 2), new TagCount("same", "x", 4)],
            App.Get<DatasetService>().TagsOf(_dataset, 1)
        );
        Assert.Equal("b/9.jpg", Assert.Single(App.Get<DatasetService>().Rejected(_ada, _project.Id, _dataset.Id, 1)).Name);

        Dataset byTable = await App.ImportDatasetAsync(
            _ada,
            _project.Id,
            WithTable(
                "file;class;split;material\na/1.jpg;good;train;steel\nb/1.jpg;bad;train;steel\n"
                    + "a/2.jpg;good;val;brass\nb/2.jpg;bad;val;brass\n"
            ),
            ImportLayout.Table
        );

        Assert.Equal([new ClassCount("bad", 1, 1, 0), new ClassCount("good", 1, 1, 0)], byTable.Latest.Classes);
        Assert.Equal("As your table gives it.", byTable.Latest.SplitOrigin);
    }

    /// <summary>Many sets of class folders come with a table of their own, which is none of ours.</summary>
    [Fact]
    public async Task Upload_OfClassFolders_WithATableThatIsNoneOfOurs_TakesTheImages_AndSaysWhyNotTheLabels()
    {
        Dataset data = await App.ImportDatasetAsync(_ada, _project.Id, WithTable("id,breed\n1,boxer\n"));

        Assert.Equal((4, 1), (data.Latest.Images, data.Latest.Rejected));
        Assert.Equal(
            new RejectedFile(
                "labels.csv",
                Message.Plain("Its labels are left out. labels.csv has no column with the files. Call it 'file'.")
            ),
            Assert.Single(App.Get<DatasetService>().Rejected(_ada, _project.Id, data.Id, 1))
        );
    }

    [Theory]
    [InlineData("material\nsteel\n", ImportLayout.Table, "labels.csv has no column with the files. Call it 'file'.")]
    [InlineData(
        "file,material\na/1.jpg,steel\n",
        ImportLayout.Table,
        "No usable image was found. The table names files as they lie from its own folder, and has a column 'class' or 'labels'.\n"
            + "4 files were skipped:\na/2.jpg and 2 more: labels.csv has no row for it.\na/1.jpg: labels.csv names no class for it."
    )]
    [InlineData(null, ImportLayout.Table, "There is no labels.csv among the files that says which class each has.")]
    public async Task Upload_WithATableThatDoesNotSay_FailsWithWhatToChange(string? table, ImportLayout layout, string expected)
    {
        string zip = TestZip.Write(
            Path.Combine(App.DataFolder, "uploads", $"{Ids.New()}.zip"),
            table is null ? TestZip.TwoClasses() : WithTable(table)
        );
        DatasetImport import = App.Get<DatasetImports>().StartZip(_ada, _project.Id, "Data", zip, new ImportOptions(layout));

        BackgroundJob ended = await App.WaitForJobAsync(import.Id);

        Assert.Equal(JobState.Failed, ended.State);
        Assert.StartsWith(expected, ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Submit_WithLabelSets_PutsThemIntoTheJob_AndRefusesWhatCannotBeLearned()
    {
        Run run = await Runs.SubmitAsync(_ada, _project.Id, Request("fake-multi-task", new LabelSetSpec("material", 0.5)));

        Assert.Equal([new LabelSetSpec("material", 0.5)], JobSpec.Load(App.Get<DataFolder>().Run(run.Id).Job).LabelSets);
        Assert.Contains(
            "learns the classes only",
            await RefusalAsync(Request("fake-method", new LabelSetSpec("material"))),
            StringComparison.Ordinal
        );
        Assert.Contains("Choose at least one label set", await RefusalAsync(Request("fake-multi-task")), StringComparison.Ordinal);
        Assert.Equal(
            "No image has a label 'size'. The label sets here are: material, same.",
            await RefusalAsync(Request("fake-multi-task", new LabelSetSpec("size")))
        );
        Assert.Contains(
            "nothing to learn",
            await RefusalAsync(Request("fake-multi-task", new LabelSetSpec("same"))),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "at most 100",
            await RefusalAsync(Request("fake-multi-task", new LabelSetSpec("material", double.NaN))),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "no target domain",
            await RefusalAsync(
                Request("fake-multi-task", new LabelSetSpec("material")) with
                {
                    Target = new TargetRequest { DatasetId = _dataset.Id, DatasetVersion = 1 },
                }
            ),
            StringComparison.Ordinal
        );

        async Task<string> RefusalAsync(RunRequest request) =>
            (await Assert.ThrowsAsync<RefusedException>(() => Runs.SubmitAsync(_ada, _project.Id, request))).Message;
    }

    [Fact]
    public async Task Form_FromTheDataSetsPage_HasTheLabelSetChosen_AndSaysWhatIsMissingWithoutAny()
    {
        Services.GetRequiredService<NavigationManager>().NavigateTo(AppRoutes.NewRunBeside(_project.Id, _dataset.Id, "material"));
        IRenderedComponent<IComponent> page = Open<NewRunPage>(_ada, ("ProjectId", _project.Id));
        await page.WaitForAssertionAsync(() => Assert.Equal(["Material"], Boxes(page, isChecked: true)), TestApp.HangLimit);
        // What all images share divides nothing.
        Assert.Empty(Boxes(page, isChecked: false));
        Assert.Contains("Weight of material", page.Markup, StringComparison.Ordinal);

        page.Press(() => page.Find("[role=checkbox]"));

        await page.WaitForAssertionAsync(
            () => Assert.Contains("Choose at least one label set", page.Markup, StringComparison.Ordinal),
            TestApp.HangLimit
        );
        Assert.True(page.Find("button[type=submit]").HasAttribute("disabled"));

        page.Press(() => page.Find("[role=checkbox]"));
        await page.WaitForAssertionAsync(() => Assert.False(page.Find("button[type=submit]").HasAttribute("disabled")), TestApp.HangLimit);
        await page.Find("form").SubmitAsync();

        await TestApp.WaitForAsync(() => Runs.List(_ada, _project.Id).Count == 1);
        Assert.Equal([new LabelSetSpec("material")], Runs.List(_ada, _project.Id)[0].Job.LabelSets);
    }

    [Fact]
    public async Task Form_WithAWeightThatIsNoNumber_CannotBeSent_AndSaysWhatToWrite()
    {
        Services.GetRequiredService<NavigationManager>().NavigateTo(AppRoutes.NewRunBeside(_project.Id, _dataset.Id, "material"));
        IRenderedComponent<IComponent> page = Open<NewRunPage>(_ada, ("ProjectId", _project.Id));
        await page.WaitForAssertionAsync(() => Assert.Equal(["Material"], Boxes(page, isChecked: true)), TimeSpan.FromSeconds(20));
        IRenderedComponent<NumberField> weight = page.FindComponents<NumberField>().Single(f => f.Instance.Label == "Weight of material");

        weight.Find("input").Input("0,05");

        await page.WaitForAssertionAsync(() => Assert.True(IsHeldUp()), TimeSpan.FromSeconds(20));
        Assert.Contains(
            page.FindAll("[role=alert]"),
            a => a.TextContent.Contains("Write it with a point: 0.05.", StringComparison.Ordinal)
        );

        weight.Find("input").Input("0.05");

        await page.WaitForAssertionAsync(() => Assert.False(IsHeldUp()), TimeSpan.FromSeconds(20));

        bool IsHeldUp() => page.Find("button[type=submit]").HasAttribute("disabled");
    }

    [Fact]
    public void Form_TakesOverWhatARunLearned_AndForgetsWhatOtherImagesDoNotHave()
    {
        var form = new LabelSetForm();
        form.Use([
            new TagCount("light", "cold", 3),
            new TagCount("light", "warm", 3),
            new TagCount("size", "s", 2),
            new TagCount("size", "l", 1),
            new TagCount("same", "x", 6),
        ]);

        Assert.Equal(["light", "size"], form.Offered.Select(o => o.Name));
        Assert.Equal([new LabelSetSpec("light")], form.Chosen);
        form.TakeOver([new LabelSetSpec("size", 2), new LabelSetSpec("gone")]);
        Assert.Equal([new LabelSetSpec("size", 2)], form.Chosen);
        form.Use([new TagCount("colour", "red", 3), new TagCount("colour", "blue", 3)]);
        Assert.Equal([new LabelSetSpec("colour")], form.Chosen);
        form.Use([]);
        Assert.Empty(form.Chosen);
    }

    [Fact]
    public void View_OfARunWithLabelSets_HasTheirCurvesTitlesAndFigures()
    {
        var view = new RunView(SampleRun.Queued());
        long sequence = 0;
        void Apply(RunEvent e) =>
            view.Apply(
                e switch
                {
                    RunStarted s => s with { Sequence = ++sequence },
                    EpochCompleted c => c with { Sequence = ++sequence },
                    EvaluationCompleted v => v with { Sequence = ++sequence },
                    _ => e,
                }
            );
        Apply(
            new RunStarted
            {
                WorkerVersion = "",
                Device = "",
                DeviceDescription = "",
                Classes = ["a", "b"],
                LabelSets = [new LabelTask("light", ["cold", "warm"])],
                TrainSamples = 1,
                ValidationSamples = 1,
                TestSamples = 0,
                Epochs = 1,
                StepsPerEpoch = 1,
                Parameters = 1,
                TrainableParameters = 1,
                Settings = new Dictionary<string, Core.Catalog.ParameterValue>(),
            }
        );
        Apply(
            new EpochCompleted
            {
                Epoch = 1,
                Step = 1,
                IsBest = true,
                Seconds = 1,
                LiveTensors = 0,
                Metrics = new Dictionary<string, double>
                {
                    [MetricKeys.ValidationTop1] = 0.5,
                    ["validation.top1:light"] = 0.75,
                    ["task-weight"] = 1.5,
                    ["task-weight:light"] = 2,
                },
            }
        );

        Assert.Equal([("light", 0.75, false)], view.LabelSetTop1());
        Assert.Equal(["classes", "light"], view.LabelSetAccuracy.Names);
        Assert.Equal([0.5, 0.75], view.LabelSetAccuracy.Points.Single().Y);
        Assert.Equal([1.5, 2.0], view.TaskWeights.Points.Single().Y);
        var evaluation = new EvaluationCompleted
        {
            Split = Split.Validation,
            LabelSet = "light",
            Metrics = new Dictionary<string, double> { ["validation.top1:light"] = 0.8 },
            ConfusionMatrix =
            [
                [1, 0],
                [0, 1],
            ],
            Mistakes = [],
        };
        Apply(evaluation);
        Assert.Equal([("light", 0.8, true)], view.LabelSetTop1());
        Assert.Equal(("Validation results: light", "cold warm"), (view.TitleOf(evaluation), string.Join(' ', view.ClassesOf(evaluation))));
        Assert.Equal(["a", "b"], view.ClassesOf(evaluation with { LabelSet = null }));
    }

    private static IEnumerable<string> Boxes(IRenderedComponent<IComponent> page, bool isChecked) =>
        page.FindAll($"[role=checkbox][aria-checked={(isChecked ? "true" : "false")}] b").Select(b => b.TextContent);

    private static IEnumerable<(string, byte[])> WithTable(string table) =>
        TestZip.TwoClasses().Append(("labels.csv", Encoding.UTF8.GetBytes(table)));

    private RunRequest Request(string method, params LabelSetSpec[] sets) =>
        new()
        {
            DatasetId = _dataset.Id,
            DatasetVersion = 1,
            Backbone = "fake",
            Method = method,
            LabelSets = sets,
        };
}
