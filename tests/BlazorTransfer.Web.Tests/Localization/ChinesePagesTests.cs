using System.Security.Claims;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Components.Shared;
using BlazorTransfer.Web.Execution;
using BlazorTransfer.Web.Features.Backbones;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Models;
using BlazorTransfer.Web.Features.NewRun;
using BlazorTransfer.Web.Features.Overview;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Features.Train;
using BlazorTransfer.Web.Localization;
using BlazorTransfer.Web.Storage;
using Bunit;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Tests.Localization;

/// <summary>Pages on the way from images to a run, in Chinese: no English is left but names and what the worker says.</summary>
public sealed class ChinesePagesTests : PageTests, IAsyncLifetime
{
    private ClaimsPrincipal _ada = null!;
    private Project _project = null!;
    private Catalogue _catalogue = null!;

    public async ValueTask InitializeAsync()
    {
        _ada = await App.PrincipalAsync(await App.CreateUserAsync("Ada"));
        _project = App.Get<ProjectService>().Create(_ada, "Inspection");
        _catalogue = await App.Get<CatalogueProvider>().GetAsync();
    }

    [Theory]
    [InlineData(ImportLayout.Classes)]
    [InlineData(ImportLayout.Domains)]
    [InlineData(ImportLayout.Table)]
    [InlineData(ImportLayout.Unlabelled)]
    [InlineData(ImportLayout.Coco)]
    [InlineData(ImportLayout.Voc)]
    [InlineData(ImportLayout.Yolo)]
    public void DatasetsPage_ThatIsEmpty_HasNoEnglish(ImportLayout layout)
    {
        Languages.Use(Languages.Chinese);
        IRenderedComponent<IComponent> page = Open<DatasetsPage>(_ada, ("ProjectId", _project.Id));

        page.Press(() => page.FindAll("[role=radio]")[(int)layout]);

        Assert.Contains("上传图像", page.Markup, StringComparison.Ordinal);
        AssertNoEnglish(page);
    }

    [Theory]
    [InlineData(ImportLayout.Domains)]
    [InlineData(ImportLayout.Yolo)]
    public void DatasetsPage_WithAnUploadToCheck_HasNoEnglish(ImportLayout layout)
    {
        Languages.Use(Languages.Chinese);
        IEnumerable<(string, byte[])> files =
            layout == ImportLayout.Yolo
                ? [("classes.txt", "ant\nbee"u8.ToArray()), ("1.txt", "0 0.5 0.5 1 1\n9 0 0 1 1"u8.ToArray()), ("1.jpg", TestZip.Jpeg(10))]
                : Domains();
        string zip = TestZip.Write(Path.Combine(App.DataFolder, "uploads", $"{Ids.New()}.zip"), files);
        PendingUpload upload = App.Get<PendingUploads>()
            .Start(
                _ada,
                _project.Id,
                "数据",
                zip,
                new ImportOptions(layout, BoxUse.Crops),
                ImportEncodings.None,
                asks: true,
                isPreviewed: true
            )
            .Upload!;

        IRenderedComponent<IComponent> page = Open<DatasetsPage>(_ada, ("ProjectId", _project.Id));

        Assert.Contains("检查“数据”的导入", page.Markup, StringComparison.Ordinal);
        AssertNoEnglish(page, ["ant", "bee", .. upload.Preview!.First, .. upload.Preview.Rejected.Select(r => r.Name)]);
    }

    [Fact]
    public async Task DatasetPages_HaveNoEnglish()
    {
        Languages.Use(Languages.Chinese);
        Dataset divided = await App.ImportDatasetAsync(_ada, _project.Id, Domains(), ImportLayout.Domains);
        Dataset unlabelled = await App.ImportDatasetAsync(_ada, _project.Id, layout: ImportLayout.Unlabelled);

        AssertNoEnglish(Open<DatasetsPage>(_ada, ("ProjectId", _project.Id)), divided);
        AssertNoEnglish(Open<DatasetPage>(_ada, ("ProjectId", _project.Id), ("DatasetId", divided.Id)), divided);
        AssertNoEnglish(Open<DatasetPage>(_ada, ("ProjectId", _project.Id), ("DatasetId", unlabelled.Id)), unlabelled);
    }

    [Fact]
    public async Task TrainPage_WithPresetsAndWithoutWeights_HasNoEnglish()
    {
        Languages.Use(Languages.Chinese);
        Dataset dataset = await App.ImportDatasetAsync(_ada, _project.Id);
        AssertNoEnglish(Open<TrainPage>(_ada, ("ProjectId", _project.Id)), dataset);

        await App.ImportWeightsAsync(_ada, "90");
        await App.ImportWeightsAsync(_ada, "80");
        IRenderedComponent<IComponent> page = Open<TrainPage>(_ada, ("ProjectId", _project.Id));

        await page.WaitForAssertionAsync(() => Assert.Equal(3, page.FindAll("[role=radio]").Count), TestApp.HangLimit);
        AssertNoEnglish(page, dataset);
    }

    [Fact]
    public async Task HomeAndProject_HaveNoEnglish()
    {
        Languages.Use(Languages.Chinese);
        AssertNoEnglish(Open<HomePage>(_ada));
        AssertNoEnglish(Open<ProjectPage>(_ada, ("ProjectId", _project.Id)));
        Dataset dataset = await App.ImportDatasetAsync(_ada, _project.Id);
        Run run = await App.SubmitAsync(_ada, _project, dataset, "succeed");
        await App.WaitForEndAsync(run.Id);

        IRenderedComponent<IComponent> page = Open<ProjectPage>(_ada, ("ProjectId", _project.Id));

        Assert.Contains(StatusChip.TextOf(RunStatus.Succeeded), page.Markup, StringComparison.Ordinal);
        // What the best result was measured on is said by another feature.
        AssertNoEnglish(page, run.Name, BestSoFar.Of([App.Get<RunService>().Get(_ada, _project.Id, run.Id)])!.On);
    }

    [Fact]
    public void NetworksPage_HasNoEnglish()
    {
        Languages.Use(Languages.Chinese);
        IRenderedComponent<IComponent> page = Open<NetworksPage>(_ada, ("ProjectId", _project.Id));
        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll("table")), TestApp.HangLimit);

        string ofFiles = page.FindComponent<WeightsSection>().Markup;

        ChineseTexts.AssertNoEnglish(
            page.Markup.Replace(ofFiles, "", StringComparison.Ordinal),
            [_project.Name, .. ChineseTexts.Of(_catalogue)]
        );
    }

    [Fact]
    public async Task ExpertForm_InEachOfItsForms_HasNoEnglish()
    {
        Languages.Use(Languages.Chinese);
        Dataset dataset = await App.ImportDatasetAsync(_ada, _project.Id, Domains(), ImportLayout.Domains);
        await App.ImportWeightsAsync(_ada, "90");
        IRenderedComponent<IComponent> page = Open<NewRunPage>(_ada, ("ProjectId", _project.Id));
        await page.WaitForAssertionAsync(() => Assert.NotEmpty(page.FindAll("[role=radio]")), TestApp.HangLimit);

        AssertNoEnglish(page, dataset);
        foreach (string choice in new[] { "不同域", "多个随机种子", "交叉验证", "搜索", "随机权重" })
        {
            page.Press(() => page.FindAll("[role=radio]").Single(r => r.QuerySelector("b")!.TextContent == choice));
            AssertNoEnglish(page, dataset);
        }
    }

    [Fact]
    public void ExpertForm_OfALinkToThingsThatAreGone_HasNoEnglish()
    {
        Languages.Use(Languages.Chinese);
        AssertNoEnglish(Open<NewRunPage>(_ada, ("ProjectId", _project.Id)));
        Assert.All(Enum.GetValues<RunPart>(), part => ChineseTexts.AssertNoEnglish($"<p>{Texts<NewRunTexts>.Get($"Part.{part}")}</p>", []));
    }

    [Fact]
    public void ConfusionMatrices_SmallAndLarge_HaveNoEnglish()
    {
        Languages.Use(Languages.Chinese);
        foreach (int classes in new[] { 2, ConfusionMatrixTable.MostClasses + 1 })
        {
            int[][] matrix = [.. Enumerable.Range(0, classes).Select(r => Enumerable.Range(0, classes).Select(c => r + c).ToArray())];
            IRenderedComponent<ConfusionMatrixTable> table = Render<ConfusionMatrixTable>(p =>
                p.Add(c => c.Classes, [.. Enumerable.Range(0, classes).Select(i => $"c{i}")]).Add(c => c.Matrix, matrix)
            );

            ChineseTexts.AssertNoEnglish(table.Markup);
        }
    }

    [Fact]
    public async Task Upload_ThatFails_SaysSoInChinese()
    {
        Languages.Use(Languages.Chinese);
        IRenderedComponent<FileUpload> upload = Render<FileUpload>(p => p.Add(u => u.Prompt, "文件"));

        foreach (string outcome in new[] { "failed", "cut", "cancelled" })
        {
            await upload.InvokeAsync(() => upload.Instance.OnDone(outcome, "502"));

            Assert.NotEmpty(upload.Find("[role=alert]").TextContent);
            ChineseTexts.AssertNoEnglish(upload.Markup);
        }
    }

    private static IEnumerable<(string, byte[])> Domains() =>
        new[] { "photo", "sketch" }.SelectMany(
            (domain, d) =>
                new[] { "ant", "bee" }.SelectMany(
                    (label, l) =>
                        Enumerable.Range(0, 3).Select(i => ($"{domain}/{label}/{i}.jpg", TestZip.Jpeg(100 * d + 50 * l + 11 * i + 5)))
                )
        );

    private void AssertNoEnglish(IRenderedComponent<IComponent> page, params string[] names) =>
        ChineseTexts.AssertNoEnglish(page.Markup, [_project.Name, ParameterSections.Machine, .. names, .. ChineseTexts.Of(_catalogue)]);

    /// <summary>A data set's classes and files are names, and what its import says is said by the importer.</summary>
    private void AssertNoEnglish(IRenderedComponent<IComponent> page, Dataset dataset) =>
        AssertNoEnglish(
            page,
            [
                dataset.Name,
                dataset.Latest.SplitOrigin,
                .. dataset.Latest.Warnings,
                .. dataset.Latest.Notes,
                .. dataset.Latest.Classes.Select(c => c.Label),
                .. (dataset.Latest.Tags ?? []).Select(t => t.Value),
                .. App.Get<DatasetService>().Manifest(_ada, _project.Id, dataset.Id, 1).Samples.Select(s => s.Name),
                .. App.Get<DatasetService>().Rejected(_ada, _project.Id, dataset.Id, 1).SelectMany(r => new[] { r.Name, r.Reason }),
            ]
        );
}
