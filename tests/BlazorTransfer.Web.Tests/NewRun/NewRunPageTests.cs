using System.Security.Claims;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.NewRun;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Runs;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace BlazorTransfer.Web.Tests.NewRun;

/// <summary>What the form says of choices that go together badly.</summary>
public sealed class NewRunPageTests : PageTests
{
    [Theory]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public async Task CrossValidation_FromAModelThatHasSeenTheImages_IsWarnedOf(bool ofTheSameImages, bool isWarned)
    {
        ClaimsPrincipal ada = await App.PrincipalAsync(await App.CreateUserAsync("Ada"));
        (Project project, Dataset dataset) = await App.CreateProjectWithDataAsync(ada);
        Dataset other = await App.ImportDatasetAsync(
            ada,
            project.Id,
            [("a/1.jpg", TestZip.Jpeg(11)), ("a/2.jpg", TestZip.Jpeg(61)), ("b/1.jpg", TestZip.Jpeg(121)), ("b/2.jpg", TestZip.Jpeg(201))]
        );
        Run parent = await App.SubmitAsync(ada, project, ofTheSameImages ? dataset : other, "succeed");
        await App.WaitForEndAsync(parent.Id);
        Services
            .GetRequiredService<NavigationManager>()
            .NavigateTo($"/projects/{project.Id}/runs/new?dataset={dataset.Id}&start={parent.Id}");
        IRenderedComponent<IComponent> page = Open<NewRunPage>(ada, ("ProjectId", project.Id));
        await page.WaitForAssertionAsync(
            () => Assert.Contains("Cross-validation", page.Markup, StringComparison.Ordinal),
            TestApp.HangLimit
        );
        Assert.DoesNotContain("the results are optimistic", page.Markup, StringComparison.Ordinal);

        page.Press(() => page.FindAll("[role=radio]").Single(b => b.TextContent.StartsWith("Cross-validation", StringComparison.Ordinal)));

        await page.WaitForAssertionAsync(
            () => Assert.Contains("Each is used for validation once", page.Markup, StringComparison.Ordinal),
            TestApp.HangLimit
        );
        Assert.Equal(isWarned, page.Markup.Contains("the results are optimistic", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("dataset=nope", "do not exist here: data set.")]
    [InlineData("from=nope", "do not exist here: run to repeat.")]
    [InlineData("start=nope", "do not exist here: model to start from.")]
    [InlineData("dataset=nope&backbone=nope", "do not exist here: data set, network.")]
    public async Task Address_ThatNamesWhatIsNotThere_IsTold(string query, string expected)
    {
        ClaimsPrincipal ada = await App.PrincipalAsync(await App.CreateUserAsync("Ada"));
        (Project project, _) = await App.CreateProjectWithDataAsync(ada);
        Services.GetRequiredService<NavigationManager>().NavigateTo($"/projects/{project.Id}/runs/new?{query}");

        IRenderedComponent<IComponent> page = Open<NewRunPage>(ada, ("ProjectId", project.Id));

        await page.WaitForAssertionAsync(() => Assert.Contains(expected, page.Markup, StringComparison.Ordinal), TestApp.HangLimit);
        Assert.NotEmpty(page.FindAll("form"));
    }
}
