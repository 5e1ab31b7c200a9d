using System.Security.Claims;
using AngleSharp.Dom;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.NewRun;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Jobs;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace BlazorTransfer.Web.Tests.NewRun;

/// <summary>The finders on the page where they are, with a worker that behaves as it is told.</summary>
public sealed class FinderTests : PageTests
{
    private static readonly TimeSpan Patience = TestApp.HangLimit;

    [Fact]
    public async Task Finders_ShowWhatTheyFound_AndTakeItIntoTheForm()
    {
        IRenderedComponent<IComponent> page = await OpenAsync("succeed");
        Assert.Equal(("16", "0.005"), (Field(page, "Batch size"), Field(page, "Learning rate")));

        Press(page, "Find a learning rate");
        page.WaitForAssertion(() => Assert.Contains("Use 3.2e-4", page.Markup, StringComparison.Ordinal), Patience);
        page.WaitForAssertion(
            () =>
                Assert.Equal(
                    "Loss by learning rate: loss of the step 1.033; smoothed 1.033; marked at 3.2e-4",
                    page.Find(".bt-finder .bt-chart").GetAttribute("aria-label")
                ),
            Patience
        );
        Press(page, "Use 3.2e-4");
        page.WaitForAssertion(() => Assert.Equal("0.00032", Field(page, "Learning rate")), Patience);

        Press(page, "Find a batch size");
        page.WaitForAssertion(
            () => Assert.Contains("Use batch size 32 and learning rate 0.01", page.Markup, StringComparison.Ordinal),
            Patience
        );
        Assert.Equal(["16", "Suggested32", "64"], page.FindAll(".bt-finder tbody tr").Select(r => r.Children[0].TextContent));
        Press(page, "Use batch size 32");
        page.WaitForAssertion(() => Assert.Equal(("32", "0.01"), (Field(page, "Batch size"), Field(page, "Learning rate"))), Patience);
        // The rate was found for another batch size.
        page.WaitForAssertion(() => Assert.Contains("The form has changed since", page.Markup, StringComparison.Ordinal), Patience);
    }

    [Theory]
    [InlineData("garbage", "The loss never fell.")]
    [InlineData("report-failure", "cannot be read any more")]
    public async Task Finder_ThatFindsNothing_SaysWhy_AndOffersNothing(string behaviour, string words)
    {
        IRenderedComponent<IComponent> page = await OpenAsync(behaviour);

        Press(page, "Find a learning rate");

        page.WaitForAssertion(() => Assert.Contains(words, page.Markup, StringComparison.Ordinal), Patience);
        page.WaitForAssertion(() => Assert.Contains("Find again", page.Markup, StringComparison.Ordinal), Patience);
        Assert.DoesNotContain(page.FindAll("button"), b => b.TextContent.StartsWith("Use ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Finder_Cancelled_IsAsItWasBefore_AndLeftWithThePage_EndsItsWorker()
    {
        IRenderedComponent<IComponent> page = await OpenAsync("hang");
        Press(page, "Find a learning rate");
        page.WaitForAssertion(() => Assert.Contains("step 30 of at most 100", page.Markup, StringComparison.Ordinal), Patience);

        Press(page, "Cancel");
        page.WaitForAssertion(() => Assert.Contains("Find a learning rate", page.Markup, StringComparison.Ordinal), Patience);
        Assert.DoesNotContain("No learning rate was found", page.Markup, StringComparison.Ordinal);

        Press(page, "Find a learning rate");
        page.WaitForAssertion(() => Assert.Contains("step 30 of at most 100", page.Markup, StringComparison.Ordinal), Patience);
        LiveJob finder = Assert.Single(App.Get<JobEngine>().Live(App.Get<LearningRateJob>()));
        await DisposeComponentsAsync();
        Assert.Equal(JobState.Cancelled, (await App.WaitForJobAsync(finder.Id)).State);
    }

    [Fact]
    public async Task Finders_OfAViewer_CannotBePressed()
    {
        IRenderedComponent<IComponent> page = await OpenAsync("succeed", asViewer: true);

        Assert.All(new[] { "Find a learning rate", "Find a batch size" }, text => Assert.True(Button(page, text).HasAttribute("disabled")));
    }

    private static void Press(IRenderedComponent<IComponent> page, string text) => page.Press(() => Button(page, text));

    private static IElement Button(IRenderedComponent<IComponent> page, string text) =>
        page.FindAll("button").First(b => b.TextContent.Trim().StartsWith(text, StringComparison.Ordinal));

    /// <summary>What is typed in a field.</summary>
    private static string? Field(IRenderedComponent<IComponent> page, string label) =>
        page.FindAll("label")
            .Single(l => l.TextContent == label)
            .Closest(".mud-input-control")!
            .QuerySelector("input")!
            .GetAttribute("value");

    private async Task<IRenderedComponent<IComponent>> OpenAsync(string behaviour, bool asViewer = false)
    {
        ClaimsPrincipal ada = await App.PrincipalAsync(await App.CreateUserAsync("Ada")),
            vera = await App.PrincipalAsync(await App.CreateUserAsync("Vera"));
        (Project project, Dataset dataset) = await App.CreateProjectWithDataAsync(ada);
        App.SetRole(project.Id, "Vera", ProjectRole.Viewer);
        // The choice of a behaviour is a list that opens elsewhere; a run to repeat brings it along.
        Run run = await App.Get<RunService>()
            .SubmitAsync(
                ada,
                project.Id,
                new RunRequest
                {
                    DatasetId = dataset.Id,
                    DatasetVersion = 1,
                    Backbone = "fake",
                    Method = "fake-method",
                    Parameters = new Dictionary<string, Core.Catalog.ParameterValue> { ["behaviour"] = behaviour },
                }
            );
        App.Get<RunService>().Cancel(ada, project.Id, run.Id);
        Services.GetRequiredService<NavigationManager>().NavigateTo($"/projects/{project.Id}/runs/new?from={run.Id}");
        IRenderedComponent<IComponent> page = Open<NewRunPage>(asViewer ? vera : ada, ("ProjectId", project.Id));
        page.WaitForAssertion(() => Assert.Contains("Find a learning rate", page.Markup, StringComparison.Ordinal), Patience);
        return page;
    }
}
