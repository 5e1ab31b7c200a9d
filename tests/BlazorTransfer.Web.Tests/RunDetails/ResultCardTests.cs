using System.Security.Claims;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.RunDetails;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Storage;
using Bunit;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Tests.RunDetails;

public sealed class ResultCardTests : PageTests
{
    // Only against hanging.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Card_OfAFinishedRun_ShowsResultAndPreparedSteps()
    {
        ClaimsPrincipal user = await UserAsync();

        IRenderedComponent<IComponent> card = Show(new FinishedRun { Right = 31 }.Build(), user, mayEdit: true);

        card.WaitForAssertion(() => Assert.NotEmpty(card.FindAll("li")), Patience);
        string words = card.Find("section").TextContent;
        Assert.Contains("62.0 %", words, StringComparison.Ordinal);
        Assert.Contains("on 50 validation images (95 % CI 48–74 %)", words, StringComparison.Ordinal);
        Assert.Contains("Optimistic: the best epoch was selected on the same images.", words, StringComparison.Ordinal);
        Assert.Contains("is not significantly above chance", words, StringComparison.Ordinal);
        Assert.Equal(
            ["/projects/project1/datasets/dataset1", "/projects/project1/runs/new?from=run1&folds=5"],
            card.FindAll("li a").Select(a => a.GetAttribute("href")).Take(2)
        );
    }

    [Fact]
    public async Task Card_ForAViewer_OffersNothingThatStartsRuns()
    {
        ClaimsPrincipal user = await UserAsync();

        IRenderedComponent<IComponent> card = Show(new FinishedRun { Right = 31 }.Build(), user, mayEdit: false);

        card.WaitForAssertion(() => Assert.NotEmpty(card.FindAll("li")), Patience);
        Assert.DoesNotContain(card.FindAll("li a"), a => a.GetAttribute("href")!.Contains("/runs/new", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Card_OfARunFromAnothersModel_SaysWhetherTheDifferenceIsSignificant()
    {
        ClaimsPrincipal user = await UserAsync();
        (Project project, Dataset dataset) = await App.CreateProjectWithDataAsync(user);
        var parent = new FinishedRun
        {
            Id = Ids.New(),
            ProjectId = project.Id,
            DatasetId = dataset.Id,
            Number = 7,
            Right = 38,
        };
        Store(parent);

        string Comparison(int right)
        {
            IRenderedComponent<IComponent> card = Show(
                new FinishedRun
                {
                    ProjectId = project.Id,
                    DatasetId = dataset.Id,
                    ParentRunId = parent.Id,
                    Right = right,
                }.Build(),
                user,
                mayEdit: true
            );
            return card.Find("section").TextContent;
        }

        Assert.Contains("+4.0 points compared with run #7", Comparison(40), StringComparison.Ordinal);
        Assert.Contains("not significant.", Comparison(40), StringComparison.Ordinal);
        Assert.Contains("significantly better.", Comparison(50), StringComparison.Ordinal);
        Assert.Contains("significantly worse.", Comparison(20), StringComparison.Ordinal);
    }

    private void Store(FinishedRun run)
    {
        RunFolder folder = App.Get<DataFolder>().Run(run.Id);
        folder.Create();
        using (var writer = new RunEventWriter(folder.Events))
        {
            foreach (RunEvent e in run.Events())
                writer.Append(e with { Sequence = 0 });
        }

        App.Get<DocumentCollection<Run>>().Add(run.Build().Run);
        Assert.Equal(RunStatus.Succeeded, App.Get<DocumentCollection<Run>>().Find(run.Id)!.Status);
    }

    private async Task<ClaimsPrincipal> UserAsync() => await App.PrincipalAsync(await App.CreateUserAsync("Ada"));

    private IRenderedComponent<IComponent> Show(RunView view, ClaimsPrincipal user, bool mayEdit) =>
        Render(builder =>
        {
            builder.OpenComponent<CascadingValue<RunView>>(0);
            builder.AddComponentParameter(1, "Value", view);
            builder.AddComponentParameter(
                2,
                "ChildContent",
                (RenderFragment)(
                    inner =>
                    {
                        inner.OpenComponent<ResultCard>(0);
                        inner.AddComponentParameter(1, nameof(ResultCard.ProjectId), view.Run.Submission.ProjectId);
                        inner.AddComponentParameter(2, nameof(ResultCard.User), user);
                        inner.AddComponentParameter(3, nameof(ResultCard.MayEdit), mayEdit);
                        inner.CloseComponent();
                    }
                )
            );
            builder.CloseComponent();
        });
}
