using System.Security.Claims;
using AngleSharp.Dom;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Components.Shared;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Models;
using BlazorTransfer.Web.Features.NewRun;
using BlazorTransfer.Web.Features.Projects;
using Bunit;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Tests.NewRun;

/// <summary>The networks of the new-run form: which ones need weights, and how to get them right there.</summary>
public sealed class NetworkFieldsTests : PageTests, IAsyncLifetime
{
    private static readonly Catalogue Catalogue = new()
    {
        WorkerVersion = "test",
        // The fake worker says of each file that it fits "fake".
        Backbones = [Network("small", "Small", 1_000_000), Network("fake", "Large", 25_000_000)],
        Methods =
        [
            new TransferMethodSpec("probe", "Probe", "", "", null, []) { Roles = [MethodRole.SuggestedFirst] },
            new TransferMethodSpec("scratch", "Scratch", "", "", null, [])
            {
                TakesWeights = false,
                Roles = [MethodRole.SuggestedWithoutWeights],
            },
        ],
        CommonParameters = [],
        Devices = [new DeviceSpec("cpu", "CPU")],
    };

    private ClaimsPrincipal _ada = null!;
    private Project _project = null!;
    private NewRunForm _form = null!;

    public NetworkFieldsTests()
        : base(("OfficialWeightsFile", OfficialList())) { }

    public async ValueTask InitializeAsync()
    {
        _ada = await App.PrincipalAsync(await App.CreateUserAsync("Ada"));
        (_project, Dataset dataset) = await App.CreateProjectWithDataAsync(_ada);
        _form = new NewRunForm(Catalogue, [WeightsOf("small")], [], dataset, new DomainForm([], _ => []));
        _form.Advise(null);
    }

    [Fact]
    public void NetworkWithoutWeights_SaysSoWithTheirSize_OnItsTile()
    {
        IRenderedComponent<IComponent> page = OpenFields();

        Assert.Contains($"Weights needed, {Format.Bytes(100_000_000)}", Tile(page, "Large").TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("Weights needed", Tile(page, "Small").TextContent, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("[role=group]"));
    }

    [Fact]
    public void NetworkWithoutWeights_Chosen_KeepsTheMethod_AndOffersDownloadAndImport()
    {
        IRenderedComponent<IComponent> page = OpenFields();

        page.Press(() => Tile(page, "Large"));

        Assert.Equal(("fake", "probe"), (_form.Backbone.Name, _form.Method.Name));
        Assert.Contains("Large has no weights to start from", _form.Missing, StringComparison.Ordinal);
        string panel = page.Find("[role=group]").TextContent;
        Assert.Contains("Large needs pretrained weights", panel, StringComparison.Ordinal);
        Assert.Contains("Download weights", panel, StringComparison.Ordinal);
        Assert.Contains("Import a file", panel, StringComparison.Ordinal);
        Assert.Contains("a house; a licence", panel, StringComparison.Ordinal);
        // Random weights are offered, and not taken for chosen.
        Assert.Equal("false", Tile(page, "Random weights").GetAttribute("aria-checked"));
    }

    [Fact]
    public void RandomWeights_OfANetworkWithoutOthers_AreAChoice()
    {
        IRenderedComponent<IComponent> page = OpenFields();
        page.Press(() => Tile(page, "Large"));

        page.Press(() => Tile(page, "Random weights"));

        Assert.Equal("true", Tile(page, "Random weights").GetAttribute("aria-checked"));
        Assert.Equal((null, "probe", null), (_form.Missing, _form.Method.Name, _form.ToRequest().WeightsId));
        Assert.Empty(page.FindAll("[role=group]"));
    }

    [Fact]
    public async Task Weights_ImportedForTheNetwork_AreChosen()
    {
        IRenderedComponent<IComponent> page = OpenFields();
        page.Press(() => Tile(page, "Large"));
        page.Press(() => page.FindAll("button").Single(b => b.TextContent.Contains("Import a file", StringComparison.Ordinal)));
        BackboneWeights imported = await App.ImportWeightsAsync(_ada, "mine");

        await page.InvokeAsync(() => page.FindComponent<FileUpload>().Instance.OnDone("done", ""));

        await page.WaitForAssertionAsync(() => Assert.Equal(imported.Id, _form.Weights?.Id), TestApp.HangLimit);
        Assert.Null(_form.Missing);
        Assert.Empty(page.FindAll("[role=group]"));
        Assert.DoesNotContain("Weights needed", Tile(page, "Large").TextContent, StringComparison.Ordinal);
    }

    private static BackboneSpec Network(string name, string displayName, long parameters) =>
        new(name, displayName, "", parameters, 1, 1, [], Preprocessing.ImageNet, "") { Roles = [BackboneRole.Recommended] };

    private static BackboneWeights WeightsOf(string backbone) =>
        new()
        {
            Id = "w",
            Name = "Small weights",
            File = "",
            Sha256 = new string('a', 64),
            Bytes = 1,
            Backbones = [backbone],
            ImportedBy = "",
            ImportedAt = default,
        };

    private static string OfficialList()
    {
        string file = Path.Combine(Directory.CreateTempSubdirectory("blazortransfer-official-").FullName, "weights.json");
        File.WriteAllText(
            file,
            """
            [{"backbone": "fake", "name": "Large, official", "url": "http://127.0.0.1:9/large-12345678.pth",
              "sha256Prefix": "12345678", "licence": "a licence", "origin": "a house"}]
            """
        );
        return file;
    }

    private IRenderedComponent<IComponent> OpenFields() =>
        Open<Fields>(_ada, ("Form", _form), ("Catalogue", Catalogue), ("ProjectId", _project.Id));

    private static IElement Tile(IRenderedComponent<IComponent> page, string title) =>
        page.FindAll("[role=radio]").Single(b => b.QuerySelector("b")?.TextContent == title);

    /// <summary>The fields as the page holds them.</summary>
    private sealed class Fields : ComponentBase
    {
        [Parameter]
        public object Form { get; set; } = null!;

        [Parameter]
        public Catalogue Catalogue { get; set; } = null!;

        [Parameter]
        public string ProjectId { get; set; } = "";

        protected override void BuildRenderTree(Microsoft.AspNetCore.Components.Rendering.RenderTreeBuilder builder)
        {
            builder.OpenComponent<CascadingValue<NewRunForm>>(0);
            builder.AddComponentParameter(1, "Value", Form);
            builder.AddComponentParameter(
                2,
                "ChildContent",
                (RenderFragment)(
                    outer =>
                    {
                        outer.OpenComponent<CascadingValue<Catalogue>>(0);
                        outer.AddComponentParameter(1, "Value", Catalogue);
                        outer.AddComponentParameter(
                            2,
                            "ChildContent",
                            (RenderFragment)(
                                inner =>
                                {
                                    inner.OpenComponent<NetworkFields>(0);
                                    inner.AddComponentParameter(1, nameof(NetworkFields.ProjectId), ProjectId);
                                    inner.CloseComponent();
                                }
                            )
                        );
                        outer.CloseComponent();
                    }
                )
            );
            builder.CloseComponent();
        }
    }
}
