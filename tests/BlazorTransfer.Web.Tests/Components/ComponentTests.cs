using System.Security.Claims;
using AngleSharp.Dom;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Web.Components.Shared;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Lineage;
using BlazorTransfer.Web.Features.NewRun;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Refusals;
using Bunit;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.JSInterop;
using MudBlazor.Services;
using ParameterValue = BlazorTransfer.Core.Catalog.ParameterValue;

namespace BlazorTransfer.Web.Tests.Components;

public sealed class ComponentTests : BunitContext
{
    public ComponentTests()
    {
        Services.AddMudServices();
        Services.AddLocalization();
        JSInterop.Mode = JSRuntimeMode.Loose;
    }

    [Fact]
    public void ConfusionMatrix_OffersMistakesOnly()
    {
        (int Row, int Column)? chosen = null;
        IRenderedComponent<ConfusionMatrixTable> table = Render<ConfusionMatrixTable>(p =>
            p.Add(c => c.Classes, ["good", "pit", "none"])
                .Add(
                    c => c.Matrix,
                    [
                        [8, 2, 0],
                        [0, 5, 0],
                        [0, 0, 0],
                    ]
                )
                .Add(c => c.OnCellClick, cell => chosen = cell)
        );

        IElement[] buttons = [.. table.FindAll("tbody button")];
        Assert.Equal([1], Enumerable.Range(0, 9).Where(i => !buttons[i].HasAttribute("disabled")));
        Assert.EndsWith("images of good predicted as pit", buttons[1].TextContent, StringComparison.Ordinal);
        buttons[1].Click();

        Assert.Equal((0, 1), chosen);
        // A class without images has no recall, not one of 0 %.
        Assert.Equal(["80.0 %", "100.0 %", "–"], table.FindAll("tbody tr").Select(r => r.Children[^1].TextContent));
    }

    [Fact]
    public void ConfusionMatrix_OfVeryManyClasses_ListsTheMostFrequentConfusions()
    {
        const int classes = 200;
        int[][] matrix =
        [
            .. Enumerable
                .Range(0, classes)
                .Select(row =>
                    Enumerable
                        .Range(0, classes)
                        .Select(column =>
                            row == column ? 40
                            : row == 7 && column == 9 ? 12
                            : row == 9 && column == 7 ? 3
                            : column == row + 1 ? 1
                            : 0
                        )
                        .ToArray()
                ),
        ];
        (int Row, int Column)? chosen = null;
        IRenderedComponent<ConfusionMatrixTable> table = Render<ConfusionMatrixTable>(p =>
            p.Add(c => c.Classes, [.. Enumerable.Range(0, classes).Select(i => $"c{i}")])
                .Add(c => c.Matrix, matrix)
                .Add(c => c.OnCellClick, cell => chosen = cell)
        );

        Assert.Equal(30, table.FindAll("tbody tr").Count);
        Assert.Equal(["c7", "c9", "12", "23 %"], table.FindAll("tbody tr")[0].Children.Select(c => c.TextContent.Trim()));
        Assert.Equal("c7 predicted as c9", table.FindAll("tbody button")[0].GetAttribute("aria-label"));
        table.FindAll("tbody button")[1].Click();
        Assert.Equal((9, 7), chosen);
    }

    [Theory]
    [InlineData("0", "at least 1")]
    [InlineData("2.5", "whole number")]
    [InlineData("many", "is not a number")]
    [InlineData("0,05", "Write it with a point: 0.05.")]
    public void ParameterField_WithAValueOutOfRange_SaysSoAtOnceAndPassesItOn(string typed, string words)
    {
        var spec = new ParameterSpec
        {
            Name = "epochs",
            DisplayName = "Epochs",
            Help = "Passes.",
            Kind = ParameterKind.Integer,
            Default = 8,
            Minimum = 1,
            Maximum = 9,
            Unit = "epochs",
        };
        ParameterValue passed = 8;
        IRenderedComponent<ParameterField> field = Render<ParameterField>(p =>
            p.Add(c => c.Spec, spec).Add(c => c.Value, 8).Add(c => c.ValueChanged, v => passed = v)
        );

        field.Find("input").Input(typed);

        Assert.Contains(words, field.Markup, StringComparison.Ordinal);
        Assert.NotNull(spec.Check(passed));
    }

    [Fact]
    public async Task FileUpload_TakenOffThePageWhileItsScriptLoads_FailsNobody()
    {
        var slow = new SlowBrowser();
        Services.AddSingleton<IJSRuntime>(slow);
        IRenderedComponent<FileUpload> upload = Render<FileUpload>(p => p.Add(c => c.Prompt, "A zip"));

        await DisposeComponentsAsync();
        slow.Loaded.SetResult(new GoneModule());

        // The component goes on in the renderer's queue, before this.
        await Renderer.Dispatcher.InvokeAsync(() => { });
        Assert.False(Renderer.UnhandledException.IsCompleted);
    }

    private sealed class SlowBrowser : IJSRuntime
    {
        public TaskCompletionSource<IJSObjectReference> Loaded { get; } = new();

        public async ValueTask<TValue> InvokeAsync<TValue>(string identifier, object?[]? args) =>
            identifier == "import" ? (TValue)await Loaded.Task : default!;

        public ValueTask<TValue> InvokeAsync<TValue>(string identifier, CancellationToken cancellationToken, object?[]? args) =>
            InvokeAsync<TValue>(identifier, args);
    }

    private sealed class GoneModule : IJSObjectReference
    {
        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        public ValueTask<TValue> InvokeAsync<TValue>(string identifier, object?[]? args) =>
            throw new JSException("Cannot read properties of null (reading 'querySelector')");

        public ValueTask<TValue> InvokeAsync<TValue>(string identifier, CancellationToken cancellationToken, object?[]? args) =>
            InvokeAsync<TValue>(identifier, args);
    }

    [Fact]
    public void Lineage_LinksWhatTheUserMaySee_AndSaysItsLinesInWords()
    {
        var graph = new LineageGraph(
            [
                new LineageNode("d", LineageKind.Data, "Ants <&> bees", "version 1", "/d"),
                new LineageNode("h", LineageKind.Hidden, "A run of another project", ""),
                new LineageNode("r", LineageKind.Run, "#2 Mine", "97 %", "/r", IsCurrent: true),
                new LineageNode("c", LineageKind.Run, "#3 Next", "98 %", "/c"),
            ],
            [new("d", "r"), new("h", "r"), new("r", "c")]
        );

        IRenderedComponent<LineageView> view = Render<LineageView>(p => p.Add(c => c.Graph, graph).Add(c => c.Label, "Lineage"));

        Assert.Equal(["/d", "/c"], view.FindAll("a").Select(a => a.GetAttribute("href")));
        Assert.EndsWith(
            ", from Ants <&> bees and A run of another project",
            view.Find("[aria-current=page]").TextContent,
            StringComparison.Ordinal
        );
        Assert.Equal(3, view.FindAll("path").Count);
    }

    [Fact]
    public void FailurePanel_OfAnUnexpectedError_KeepsItsDetailsFromThePage()
    {
        IRenderedComponent<FailurePanel> panel = Render<FailurePanel>(p =>
            p.Add(c => c.Error, new InvalidOperationException("secret /etc/path"))
        );

        Assert.DoesNotContain("secret", panel.Markup, StringComparison.Ordinal);
    }

    /// <summary>Each page of a project, opened in a circuit by somebody who is not a member.</summary>
    [Fact]
    public async Task EveryProjectPage_ForAStranger_FindsNothing()
    {
        using var app = new TestApp();
        ClaimsPrincipal owner = await app.PrincipalAsync(await app.CreateUserAsync("Olga")),
            stranger = await app.PrincipalAsync(await app.CreateUserAsync("Mallory"));
        (Project project, Dataset dataset) = await app.CreateProjectWithDataAsync(owner);
        Run run = await app.SubmitAsync(owner, project, dataset, "succeed");
        await app.WaitForEndAsync(run.Id);
        using IServiceScope scope = app.Factory.Services.CreateScope();
        Services.AddFallbackServiceProvider(scope.ServiceProvider);
        var authentication = Task.FromResult(new AuthenticationState(stranger));
        Type[] pages =
        [
            .. typeof(Program).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(BlazorTransfer.Web.Features.Projects.ProjectPageBase))),
        ];
        Assert.True(pages.Length >= 7, $"Only {pages.Length} pages were found.");

        foreach (Type page in pages)
        {
            var known = new Dictionary<string, object>
            {
                ["ProjectId"] = project.Id,
                ["DatasetId"] = dataset.Id,
                ["RunId"] = run.Id,
            };
            Exception? failure = Record.Exception(() =>
                Render(builder =>
                {
                    builder.OpenComponent<Microsoft.AspNetCore.Components.CascadingValue<Task<AuthenticationState>>>(0);
                    builder.AddComponentParameter(1, "Value", authentication);
                    builder.AddComponentParameter(
                        2,
                        "ChildContent",
                        (Microsoft.AspNetCore.Components.RenderFragment)(
                            inner =>
                            {
                                inner.OpenComponent(0, page);
                                // Which parameters there are differs by page, so they are set as one.
                                inner.AddMultipleAttributes(1, known.Where(k => IsRouteParameter(page, k.Key)));
                                inner.CloseComponent();
                            }
                        )
                    );
                    builder.CloseComponent();
                })
            );

            Assert.True(failure?.GetBaseException() is NotFoundException, $"{page.Name}: {failure?.ToString() ?? "was shown"}");
        }
    }

    private static bool IsRouteParameter(Type page, string name) =>
        page.GetProperty(name) is { } property
        && property.IsDefined(typeof(Microsoft.AspNetCore.Components.ParameterAttribute), inherit: true);
}
