using System.Security.Claims;
using AngleSharp.Dom;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Features.Adaptation;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Localization;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Storage;
using Bunit;

namespace BlazorTransfer.Web.Tests.Adaptation;

/// <summary>The gallery of images that a method weighed.</summary>
public sealed class InstanceWeightsCardTests : PageTests
{
    private static readonly InstanceWeights Weights = InstanceWeights.Of(
        [
            .. Enumerable
                .Range(0, 30)
                .Select(i => new Sample
                {
                    File = "",
                    Sha256 = $"hash{i:D2}",
                    Name = "",
                    Label = i % 2 == 0 ? "pit" : "good",
                    Split = Split.Train,
                    Width = 1,
                    Height = 1,
                }),
        ],
        // Ten are dropped; the other twenty weigh 1 to 2 times the mean.
        [.. Enumerable.Range(0, 30).Select(i => i < 10 ? 0.0 : 1 + (i - 10) / 19.0)]
    );

    [Fact]
    public void Card_ShowsBothEndsWithTheirWeights_AndMoreOfThemWhenAsked()
    {
        IRenderedComponent<InstanceWeightsCard> card = Card(hasImages: true);

        Assert.Contains("of 30. 33.3 % of the images have almost no weight", card.Find("p").TextContent, StringComparison.Ordinal);
        Assert.Equal(["10", "0", "0", "0", "19", "1", "0", "0"], card.FindAll("tbody td.r").Select(c => c.TextContent));
        Assert.Equal(("under 0.1 ×", "8 × and more"), (card.FindAll("tbody th")[0].TextContent, card.FindAll("tbody th")[^1].TextContent));
        IElement[] heaviest = [.. card.FindAll("ul[aria-label='Largest weights'] li")],
            lightest = [.. card.FindAll("ul[aria-label='Smallest weights'] li")];
        Assert.Equal((8, 8), (heaviest.Length, lightest.Length));
        Assert.Equal(
            ("good", "2.00 ×"),
            (heaviest[0].QuerySelector("b")!.TextContent, heaviest[0].QuerySelector(".row span:last-child")!.TextContent)
        );
        Assert.Equal("of class good", heaviest[0].QuerySelector("img")!.GetAttribute("alt"));
        Assert.Contains("/p/datasets/d/images/hash29", heaviest[0].QuerySelector("img")!.GetAttribute("src"), StringComparison.Ordinal);
        Assert.All(lightest, i => Assert.Equal("0.00 ×", i.QuerySelector(".row span:last-child")!.TextContent));

        card.Press(() => card.Find("button"));

        Assert.Equal(30, card.FindAll("li").Count);
        Assert.Equal("true", card.Find("button").GetAttribute("aria-expanded"));
    }

    [Fact]
    public void Card_WhereAllCountAlike_SaysSo_AndShowsNoEnds()
    {
        IRenderedComponent<InstanceWeightsCard> card = Card(
            hasImages: true,
            Weights with
            {
                Heaviest = [.. Weights.Heaviest.Select(i => i with { Weight = 1 })],
                Lightest = [.. Weights.Lightest.Select(i => i with { Weight = 1 })],
            }
        );

        Assert.Contains("All 30 images have the same weight", card.Find("p").TextContent, StringComparison.Ordinal);
        Assert.Empty(card.FindAll("li, table"));
    }

    [Fact]
    public void Card_OfADeletedDataSet_KeepsItsFigures_AndSaysWhereTheImagesAre()
    {
        IRenderedComponent<InstanceWeightsCard> card = Card(hasImages: false);

        Assert.Empty(card.FindAll("img"));
        Assert.Contains("The data set was deleted", card.Markup, StringComparison.Ordinal);
        Assert.Equal(8, card.FindAll("tbody tr").Count);
    }

    [Fact]
    public void Card_InChinese_HasNoEnglish()
    {
        Languages.Use(Languages.Chinese);

        IRenderedComponent<InstanceWeightsCard> card = Card(hasImages: true);

        Assert.Contains("有效样本量", card.Markup, StringComparison.Ordinal);
        ChineseTexts.AssertNoEnglish(card.Markup, "good", "pit");
    }

    [Fact]
    public async Task Service_ReadsThemForAFinishedRunWithATarget_AndForMembersAlone()
    {
        ClaimsPrincipal ada = await App.PrincipalAsync(await App.CreateUserAsync("Ada")),
            stranger = await App.PrincipalAsync(await App.CreateUserAsync("Mallory"));
        Project project = App.Get<ProjectService>().Create(ada, "Project");
        Dataset dataset = await App.ImportDatasetAsync(ada, project.Id, TestZip.TwoDomains(), ImportLayout.Domains);
        RunService runs = App.Get<RunService>();
        Run run = await runs.SubmitAsync(
            ada,
            project.Id,
            new RunRequest
            {
                DatasetId = dataset.Id,
                DatasetVersion = 1,
                Only = new SampleTag("domain", "photo"),
                Target = new TargetRequest
                {
                    DatasetId = dataset.Id,
                    DatasetVersion = 1,
                    Only = new SampleTag("domain", "sketch"),
                },
                Backbone = "fake",
                Method = "fake-adaptation",
            }
        );
        await App.WaitForEndAsync(run.Id);
        Assert.Null(runs.InstanceWeights(ada, project.Id, run.Id));

        RunFolder folder = App.Get<DataFolder>().Run(run.Id);
        Weights.Save(folder.InstanceWeights);

        Assert.Equal(30, runs.InstanceWeights(ada, project.Id, run.Id)!.Images);
        Assert.Throws<NotFoundException>(() => runs.InstanceWeights(stranger, project.Id, run.Id));
    }

    private IRenderedComponent<InstanceWeightsCard> Card(bool hasImages, InstanceWeights? weights = null) =>
        Render<InstanceWeightsCard>(p =>
            p.Add(c => c.ProjectId, "p").Add(c => c.DatasetId, "d").Add(c => c.Weights, weights ?? Weights).Add(c => c.HasImages, hasImages)
        );
}
