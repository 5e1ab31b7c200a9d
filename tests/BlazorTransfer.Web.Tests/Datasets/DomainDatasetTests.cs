using System.Net;
using System.Net.Http.Json;
using System.Security.Claims;
using System.Text.Json;
using System.Text.Json.Nodes;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.NewRun;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Rankings;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Jobs;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Storage;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace BlazorTransfer.Web.Tests.Datasets;

/// <summary>Data sets of several domains, and without labels: from the upload to the pages that show them, or say why they
/// cannot.</summary>
public sealed class DomainDatasetTests : PageTests
{
    [Fact]
    public async Task Upload_InEachLayout_BecomesWhatItsFoldersMean()
    {
        using HttpClient client = await App.SignInAsync("Ben");
        string id = await TestApp.CreateProjectAsync(client);
        byte[] zip = await File.ReadAllBytesAsync(TestZip.Write(Path.Combine(App.DataFolder, "set.zip"), TestZip.TwoDomains()));

        DatasetVersion classes = await UploadAsync(""),
            domains = await UploadAsync("&layout=domains"),
            unlabelled = await UploadAsync("&layout=Unlabelled");

        Assert.Equal(
            ("photo sketch", 8, 2, 0),
            (string.Join(' ', classes.Classes.Select(c => c.Label)), classes.Images, classes.Of(Split.Validation), classes.Unlabelled)
        );
        Assert.Empty(classes.Tags!);
        Assert.Equal([new ClassCount("a", 2, 2, 0), new ClassCount("b", 2, 2, 0)], domains.Classes);
        Assert.Equal([new TagCount("domain", "photo", 4), new TagCount("domain", "sketch", 4)], domains.Tags);
        Assert.Equal(
            (0, 8, 8, 8, 0),
            (
                unlabelled.Classes.Count,
                unlabelled.Unlabelled,
                unlabelled.Images,
                unlabelled.Of(Split.Train),
                unlabelled.Of(Split.Validation)
            )
        );
        foreach (string unknown in new[] { "folders", "1", "" })
        {
            using HttpResponseMessage refused = await PostAsync($"&layout={unknown}");
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
            Assert.Contains(
                "'auto', 'classes', 'domains', 'table', 'coco', 'voc', 'yolo' or 'unlabelled'",
                await refused.Content.ReadAsStringAsync(),
                StringComparison.Ordinal
            );
        }

        Assert.Empty(Directory.GetFiles(Path.Combine(App.DataFolder, "uploads")));

        Task<HttpResponseMessage> PostAsync(string layout) =>
            client.PostAsync($"/api/v1/projects/{id}/datasets/uploads?name=x{layout}", new ByteArrayContent(zip));

        async Task<DatasetVersion> UploadAsync(string layout)
        {
            using HttpResponseMessage answer = await PostAsync(layout);
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
            JsonElement started = await answer.Content.ReadFromJsonAsync<JsonElement>();
            string import = started.GetProperty("importId").GetString()!;
            Assert.Equal(JobState.Succeeded, (await App.WaitForJobAsync(import)).State);
            return App.Get<DocumentCollection<Dataset>>().Find(started.GetProperty("datasetId").GetString()!)!.Latest;
        }
    }

    [Fact]
    public async Task Zip_WithASingleDomain_FailsAndNamesIt()
    {
        (ClaimsPrincipal ada, Project project) = await StartAsync();
        string zip = TestZip.Write(Path.Combine(App.DataFolder, "uploads", "one.zip"), TestZip.TwoDomains().Take(4));
        DatasetImport import = App.Get<DatasetImports>().StartZip(ada, project.Id, "Data", zip, new ImportOptions(ImportLayout.Domains));

        Assert.StartsWith("Only one domain was found ('photo').", (await App.WaitForJobAsync(import.Id)).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TagsOf_AVersionStoredBeforeTheyWereCounted_AreReadFromItsManifest()
    {
        (ClaimsPrincipal ada, Project project) = await StartAsync();
        Dataset dataset = await App.ImportDatasetAsync(ada, project.Id, TestZip.TwoDomains(), ImportLayout.Domains);
        JsonObject document = JsonSerializer.SerializeToNode(dataset, ProtocolJson.Line)!.AsObject();
        foreach (string added in new[] { "tags", "unlabelled", "hasLabels" })
            Assert.True(document["versions"]![0]!.AsObject().Remove(added));
        App.Get<DocumentCollection<Dataset>>().Change(dataset.Id, _ => document.Deserialize<Dataset>(ProtocolJson.Line)!);

        Dataset old = App.Get<DatasetService>().Get(ada, project.Id, dataset.Id);

        Assert.Null(old.Latest.Tags);
        Assert.Equal((8, 0, true), (old.Latest.Images, old.Latest.Unlabelled, old.Latest.HasLabels));
        Assert.Equal([new TagCount("domain", "photo", 4), new TagCount("domain", "sketch", 4)], App.Get<DatasetService>().TagsOf(old, 1));
        Assert.Throws<NotFoundException>(() => App.Get<DatasetService>().TagsOf(old, 2));
    }

    [Fact]
    public void TagsWithManyValues_DivideNothingAndAreLeftOut()
    {
        Sample[] samples =
        [
            .. Enumerable
                .Range(0, TagCount.MostValues + 1)
                .Select(i => new Sample
                {
                    File = "",
                    Sha256 = "",
                    Name = "",
                    Split = Split.Train,
                    Width = 1,
                    Height = 1,
                    Tags = new Dictionary<string, string> { ["number"] = $"{i}", ["batch"] = $"{i % TagCount.MostValues}" },
                }),
        ];

        IReadOnlyList<TagCount> counted = TagCount.Of(samples);

        Assert.Equal((TagCount.MostValues, 2), (counted.Count, counted.Max(t => t.Images)));
        Assert.All(counted, t => Assert.Equal("batch", t.Name));
    }

    [Fact]
    public async Task DatasetPage_WithDomains_CountsThemAndShowsImages()
    {
        (ClaimsPrincipal ada, Project project) = await StartAsync();
        Dataset dataset = await App.ImportDatasetAsync(ada, project.Id, TestZip.TwoDomains(), ImportLayout.Domains);
        IRenderedComponent<IComponent> page = Open<DatasetPage>(ada, project, dataset);

        Assert.Equal(
            ["photo 2 2 0 4", "sketch 2 2 0 4"],
            page.FindAll("table")[1]
                .QuerySelectorAll("tbody tr")
                .Select(r => string.Join(' ', r.Children.Take(5).Select(c => c.TextContent)))
        );
        Assert.Equal(8, page.FindAll("a.bt-thumb").Count);
        Assert.All(page.FindAll("a.bt-thumb"), a => Assert.Contains("/images?image=", a.GetAttribute("href"), StringComparison.Ordinal));
    }

    [Fact]
    public async Task UnlabelledDataSet_IsRefusedInWordsWhereverLabelsAreNeeded()
    {
        (ClaimsPrincipal ada, Project project) = await StartAsync();
        Dataset dataset = await App.ImportDatasetAsync(ada, project.Id, layout: ImportLayout.Unlabelled);
        const string sentence = "The data set has no labels, so it cannot be trained on. It can be the target of a domain adaptation.";

        RefusedException run = await Assert.ThrowsAsync<RefusedException>(() => App.SubmitAsync(ada, project, dataset, "succeed"));
        RefusedException preview = await Assert.ThrowsAsync<RefusedException>(() =>
            App.Get<AugmentationPreviews>()
                .DrawAsync(
                    ada,
                    project.Id,
                    new RunRequest
                    {
                        DatasetId = dataset.Id,
                        DatasetVersion = 1,
                        Backbone = "fake",
                        Method = "fake-method",
                    },
                    0,
                    CancellationToken.None
                )
        );
        RefusedException ranking = await Assert.ThrowsAsync<RefusedException>(() =>
            App.Get<RankingService>().StartAsync(ada, project.Id, dataset.Id, [], withRandom: true)
        );

        Assert.Equal((sentence, sentence), (run.Message, preview.Message));
        Assert.StartsWith("The data set has no labels", ranking.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UnlabelledDataSet_OnThePages_IsATargetAndOffersNothingElse()
    {
        (ClaimsPrincipal ada, Project project) = await StartAsync();
        Dataset dataset = await App.ImportDatasetAsync(ada, project.Id, layout: ImportLayout.Unlabelled);

        IRenderedComponent<IComponent> page = Open<DatasetPage>(ada, project, dataset);
        Assert.Contains("Target of a domain adaptation", page.Markup, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("table"));
        Assert.Equal(4, page.FindAll("a.bt-thumb").Count);
        Assert.DoesNotContain(
            page.FindAll("a"),
            a =>
                a.GetAttribute("href") is { } href
                && (href.EndsWith("/ranking", StringComparison.Ordinal) || href.Contains("/runs/new", StringComparison.Ordinal))
        );

        await DisposeComponentsAsync();
        Assert.Contains("No labels to rank by", Open<RankingPage>(ada, project, dataset).Markup, StringComparison.Ordinal);
        await DisposeComponentsAsync();
        Assert.Contains("No images to train on", Open<NewRunPage>(ada, project, null).Markup, StringComparison.Ordinal);
        await DisposeComponentsAsync();
        IRenderedComponent<IComponent> list = Open<DatasetsPage>(ada, project, null);
        Assert.Contains("4 images, no labels", list.Markup, StringComparison.Ordinal);

        // The form for the next upload shows what each layout looks like.
        list.Press(() => list.FindAll("button").Single(b => b.TextContent.Contains("Upload images", StringComparison.Ordinal)));
        Assert.Contains("ants/001.jpg", list.Find("pre").TextContent, StringComparison.Ordinal);
        list.Press(() =>
            list.FindAll("[role=radio]").Single(b => b.TextContent.StartsWith("Folders are domains", StringComparison.Ordinal))
        );
        Assert.Equal("true", list.FindAll("[role=radio]")[1].GetAttribute("aria-checked"));
        Assert.Contains("photo/dog/001.jpg", list.Find("pre").TextContent, StringComparison.Ordinal);
        Assert.Contains("The outer folder is the domain of an image", list.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UnlabelledDataSet_BesideALabelledOne_IsAdaptedToAtAClick()
    {
        (ClaimsPrincipal ada, Project project) = await StartAsync();
        await App.ImportDatasetAsync(ada, project.Id);
        Dataset unlabelled = await App.ImportDatasetAsync(ada, project.Id, layout: ImportLayout.Unlabelled);

        string? link = Open<DatasetPage>(ada, project, unlabelled)
            .FindAll("a")
            .Single(a => a.TextContent.Contains("Adapt to these images", StringComparison.Ordinal))
            .GetAttribute("href");
        await DisposeComponentsAsync();
        Services.GetRequiredService<NavigationManager>().NavigateTo(link!);
        IRenderedComponent<IComponent> form = Open<NewRunPage>(ada, project, null);

        await form.WaitForAssertionAsync(
            () =>
                Assert.Contains(
                    "no labels",
                    form.Find("[aria-label='Data set of the target'] [aria-checked=true]").TextContent,
                    StringComparison.Ordinal
                ),
            TestApp.HangLimit
        );
    }

    private async Task<(ClaimsPrincipal User, Project Project)> StartAsync()
    {
        ClaimsPrincipal ada = await App.PrincipalAsync(await App.CreateUserAsync("Ada"));
        return (ada, App.Get<ProjectService>().Create(ada, "Project"));
    }

    private IRenderedComponent<IComponent> Open<TPage>(ClaimsPrincipal user, Project project, Dataset? dataset)
        where TPage : IComponent =>
        Open<TPage>(user, [("ProjectId", project.Id), .. dataset is null ? Array.Empty<(string, object)>() : [("DatasetId", dataset.Id)]]);
}
