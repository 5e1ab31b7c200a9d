using System.Security.Claims;
using AngleSharp.Dom;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Refusals;
using Bunit;
using Bunit.TestDoubles;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace BlazorTransfer.Web.Tests.Runs;

public sealed class ComparePageTests : PageTests
{
    [Fact]
    public async Task RunsChosenInTheList_AreOpenedSideBySide()
    {
        (ClaimsPrincipal ada, Project project, Run[] runs) = await ThreeRunsAsync();
        IRenderedComponent<IComponent> list = Open<RunsPage>(ada, (nameof(RunsPage.ProjectId), project.Id));
        Assert.True(CompareButton(list).HasAttribute("disabled"));

        list.On(() => Box(list, 3), box => box.Change(true));
        list.On(() => Box(list, 1), box => box.Change(true));
        list.Press(() => CompareButton(list));

        // The one chosen first is what the other is held against.
        Assert.EndsWith(
            $"/runs/compare?runs={runs[2].Id},{runs[0].Id}",
            Services.GetRequiredService<NavigationManager>().Uri,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Page_ShowsTheRuns_WhatTheyReached_AndWhereTheyDiffer()
    {
        (ClaimsPrincipal ada, Project project, Run[] runs) = await ThreeRunsAsync();
        IRenderedComponent<IComponent> page = await CompareAsync(ada, project, $"{runs[1].Id},{runs[0].Id}");

        Assert.Equal(
            ["#2 Run 2", "#1 Run 1"],
            page.FindAll("thead th[scope=col] a[href*='/runs/']").Select(a => a.TextContent).Where(t => t.StartsWith('#'))
        );
        Assert.Contains("75.0 %", page.Markup, StringComparison.Ordinal);
        Assert.Equal(["Seed"], page.FindAll(".bt-compare th[scope=row]").Select(e => e.TextContent).Where(t => t is "Seed" or "Method"));
    }

    [Fact]
    public async Task RunsOfOthers_AreNotShown_NorWhetherTheyAreThere()
    {
        (ClaimsPrincipal ada, Project project, Run[] runs) = await ThreeRunsAsync();
        ClaimsPrincipal ben = await App.PrincipalAsync(await App.CreateUserAsync("Ben")),
            vera = await App.PrincipalAsync(await App.CreateUserAsync("Vera"));
        (Project bens, Dataset bensData) = await App.CreateProjectWithDataAsync(ben);
        Run his = await App.SubmitAsync(ben, bens, bensData, "succeed");
        await App.WaitForEndAsync(his.Id);
        App.SetRole(project.Id, "Vera", ProjectRole.Viewer);

        string mixed = (await CompareAsync(ada, project, $"{runs[0].Id},{runs[1].Id},{his.Id}")).Markup;
        string missing = (await CompareAsync(ada, project, $"{runs[0].Id},{runs[1].Id},{TestApp.Nobody}")).Markup;
        Assert.DoesNotContain(his.Id, mixed, StringComparison.Ordinal);
        Assert.Contains("1 selected run no longer exists.", mixed, StringComparison.Ordinal);
        Assert.Contains("1 selected run no longer exists.", missing, StringComparison.Ordinal);
        Assert.Contains("#2 Run 2", (await CompareAsync(vera, project, $"{runs[0].Id},{runs[1].Id}")).Markup, StringComparison.Ordinal);
        await Assert.ThrowsAsync<NotFoundException>(() => CompareAsync(ben, project, $"{runs[0].Id},{runs[1].Id}"));
    }

    [Fact]
    public async Task RunWhoseEventsAreDamaged_IsShownAsFailed()
    {
        (ClaimsPrincipal ada, Project project, Run[] runs) = await ThreeRunsAsync();
        Run broken = await App.SubmitAsync(ada, project, App.Get<DatasetService>().List(ada, project.Id)[0], "garbage");
        await App.WaitForEndAsync(broken.Id);

        string page = (await CompareAsync(ada, project, $"{runs[0].Id},{broken.Id}")).Markup;

        Assert.Contains("#4", page, StringComparison.Ordinal);
        Assert.Contains("Failed", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("one")]
    [InlineData("one,one")]
    public async Task FewerThanTwo_AreAskedFor(string chosen)
    {
        (ClaimsPrincipal ada, Project project, Run[] runs) = await ThreeRunsAsync();

        Assert.Contains(
            "Select two or more runs",
            (await CompareAsync(ada, project, chosen.Replace("one", runs[0].Id, StringComparison.Ordinal))).Markup,
            StringComparison.Ordinal
        );
    }

    private async Task<IRenderedComponent<IComponent>> CompareAsync(ClaimsPrincipal user, Project project, string runs)
    {
        await DisposeComponentsAsync();
        Services.GetRequiredService<BunitNavigationManager>().NavigateTo($"/projects/{project.Id}/runs/compare?runs={runs}");
        return Open<ComparePage>(user, (nameof(ComparePage.ProjectId), project.Id));
    }

    private static IElement CompareButton(IRenderedComponent<IComponent> page) =>
        page.FindAll("button").Single(b => b.TextContent.Trim() == "Compare");

    private static IElement Box(IRenderedComponent<IComponent> page, int number) =>
        page.Find($"input[aria-label='Select run {number} to compare']");

    private async Task<(ClaimsPrincipal Owner, Project Project, Run[] Runs)> ThreeRunsAsync()
    {
        ClaimsPrincipal ada = await App.PrincipalAsync(await App.CreateUserAsync("Ada"));
        (Project project, Dataset dataset) = await App.CreateProjectWithDataAsync(ada);
        var runs = new List<Run>();
        for (int i = 1; i <= 3; i++)
        {
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
                        Name = $"Run {i}",
                        Seed = i,
                    }
                );
            runs.Add(await App.WaitForEndAsync(run.Id));
        }

        return (ada, project, [.. runs]);
    }
}
