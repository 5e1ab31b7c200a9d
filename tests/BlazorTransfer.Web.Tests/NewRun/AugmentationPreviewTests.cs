using System.Security.Claims;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Previews;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.NewRun;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Jobs;
using BlazorTransfer.Web.Refusals;
using Bunit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using MudBlazor.Services;

namespace BlazorTransfer.Web.Tests.NewRun;

public sealed class AugmentationPreviewTests : BunitContext
{
    private static readonly TimeSpan Long = TestApp.HangLimit;
    private readonly FakeTimeProvider _clock = new();

    public AugmentationPreviewTests()
    {
        Services.AddMudServices();
        Services.AddLocalization();
        Services.AddSingleton<TimeProvider>(_clock);
        Services.AddSingleton(typeof(Microsoft.Extensions.Logging.ILogger<>), typeof(NullLogger<>));
        JSInterop.Mode = JSRuntimeMode.Loose;
    }

    [Fact]
    public async Task Draw_IsForWhoSeesTheDataSet_AndTellsWhatIsWrong()
    {
        using var app = new TestApp();
        ClaimsPrincipal ada = await app.PrincipalAsync(await app.CreateUserAsync("Ada")),
            vera = await app.PrincipalAsync(await app.CreateUserAsync("Vera")),
            mallory = await app.PrincipalAsync(await app.CreateUserAsync("Mallory"));
        (Project project, Dataset dataset) = await app.CreateProjectWithDataAsync(ada);
        app.SetRole(project.Id, "Vera", ProjectRole.Viewer);
        (Project foreign, Dataset foreignData) = await app.CreateProjectWithDataAsync(mallory);
        var request = new RunRequest
        {
            DatasetId = dataset.Id,
            DatasetVersion = 1,
            Backbone = "fake",
            Method = "fake-method",
        };
        Task<PreviewSheet> DrawAsync(ClaimsPrincipal user, RunRequest asked, int draw = 0, string? projectId = null) =>
            app.Get<AugmentationPreviews>().DrawAsync(user, projectId ?? project.Id, asked, draw, CancellationToken.None);

        Assert.Equal(4, Assert.Single((await DrawAsync(vera, request, draw: 4)).Images).Views[2][0]);

        await Assert.ThrowsAsync<NotFoundException>(() => DrawAsync(mallory, request));
        await Assert.ThrowsAsync<ForbiddenException>(() => DrawAsync(new ClaimsPrincipal(new ClaimsIdentity()), request));
        // Neither another project's data set, nor this one through another project.
        await Assert.ThrowsAsync<NotFoundException>(() => DrawAsync(ada, request with { DatasetId = foreignData.Id }));
        await Assert.ThrowsAsync<NotFoundException>(() => DrawAsync(mallory, request, projectId: foreign.Id));
        await Assert.ThrowsAsync<NotFoundException>(() => DrawAsync(ada, request with { DatasetVersion = 2 }));
        RefusedException refusal = await Assert.ThrowsAsync<RefusedException>(() =>
            DrawAsync(ada, request with { Parameters = new Dictionary<string, ParameterValue> { ["epochs"] = 0 } })
        );
        Assert.Contains("at least 1", refusal.Message, StringComparison.Ordinal);
        refusal = await Assert.ThrowsAsync<RefusedException>(() => DrawAsync(ada, request, draw: 1));
        Assert.Contains("'a.jpg' cannot be read", refusal.Message, StringComparison.Ordinal);
        // Nothing of a preview is kept.
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(app.DataFolder, "jobs")));
        Assert.DoesNotContain(app.Get<JobEngine>().List(project.Id), j => j.Kind == app.Get<AugmentationPreviewJob>().Name);
    }

    [Fact]
    public void Preview_DrawsOnlyOnceOpened_AgainForOtherChoices_AndOthersWhenAsked()
    {
        var drawn = new List<int>();
        IRenderedComponent<AugmentationPreview> preview = Render<AugmentationPreview>(p =>
            p.Add(c => c.Choices, "a").Add(c => c.Draw, Draw)
        );
        Assert.Empty(drawn);

        Toggle(preview);
        preview.WaitForAssertion(() => Assert.Equal(4, preview.FindAll("img").Count), Long);
        Assert.Equal("data:image/jpeg;base64,AQ==", preview.Find("img").GetAttribute("src"));
        Assert.All(preview.FindAll("img"), i => Assert.Contains("ants: 1.jpg", i.GetAttribute("alt"), StringComparison.Ordinal));

        // A digit after the other is one change.
        preview.Render(p => p.Add(c => c.Choices, "b"));
        preview.Render(p => p.Add(c => c.Choices, "c"));
        preview.Render(p => p.Add(c => c.Choices, "c"));
        Assert.Equal([0], drawn);
        _clock.Advance(AugmentationPreview.Pause);
        preview.WaitForAssertion(() => Assert.Equal([0, 0], drawn), Long);
        preview.WaitForAssertion(() => Assert.Equal("false", preview.Find("[aria-busy]").GetAttribute("aria-busy")), Long);
        preview.Press(() => preview.Find("button"));
        preview.WaitForAssertion(() => Assert.Equal([0, 0, 1], drawn), Long);

        // Closed, it asks for nothing.
        preview.WaitForAssertion(() => Assert.Equal("false", preview.Find("[aria-busy]").GetAttribute("aria-busy")), Long);
        Toggle(preview);
        preview.Render(p => p.Add(c => c.Choices, "d"));
        Toggle(preview);
        preview.WaitForAssertion(() => Assert.Equal([0, 0, 1, 1], drawn), Long);

        Task<PreviewSheet> Draw(int draw, CancellationToken cancel)
        {
            drawn.Add(draw);
            return Task.FromResult(Sheet);
        }
    }

    [Fact]
    public void Preview_ThatFails_SaysWhyAndTriesAgain()
    {
        bool fails = true;
        IRenderedComponent<AugmentationPreview> preview = Render<AugmentationPreview>(p =>
            p.Add(c => c.Choices, "a")
                .Add(c => c.Draw, (_, _) => fails ? throw new RefusedException("Blur must be a number.") : Task.FromResult(Sheet))
        );

        Toggle(preview);
        preview.WaitForAssertion(
            () => Assert.Contains("Blur must be a number.", preview.Find("[role=alert]").TextContent, StringComparison.Ordinal),
            Long
        );
        fails = false;
        preview.Press(() => preview.Find("[role=alert] button"));

        preview.WaitForAssertion(() => Assert.Equal(4, preview.FindAll("img").Count), Long);
    }

    private static PreviewSheet Sheet =>
        new(
            224,
            [
                new PreviewedImage(
                    "1.jpg",
                    "ants",
                    [1],
                    [
                        [2],
                        [3],
                        [4],
                    ]
                ),
            ]
        );

    private static void Toggle(IRenderedComponent<AugmentationPreview> preview) =>
        preview.On(() => preview.Find("details"), details => details.TriggerEvent("ontoggle", EventArgs.Empty));
}
