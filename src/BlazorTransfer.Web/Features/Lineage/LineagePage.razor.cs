using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Execution;
using BlazorTransfer.Web.Features.Runs;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.Lineage;

/// <summary>All of a project's models with what they came from.</summary>
public sealed partial class LineagePage
{
    // More boxes than a person looks through; the older ones are a click away.
    private const int Few = 40;
    private DisplayNames _names = DisplayNames.None;
    private LineageGraph _graph = null!;
    private int _runs;
    private bool _all;

    [Inject]
    private RunService Runs { get; set; } = null!;

    [Inject]
    private RunLineage Lineage { get; set; } = null!;

    [Inject]
    private CatalogueProvider Catalogues { get; set; } = null!;

    protected override async Task OnInitializedAsync()
    {
        await base.OnInitializedAsync();
        _runs = Runs.List(User, ProjectId).Count;
        Draw();
        // The worker may have to be started for its catalogue; meanwhile the graph is there without display names.
        if (await Catalogues.TryGetAsync() is not { } catalogue)
            return;
        _names = DisplayNames.From(catalogue);
        Draw();
    }

    private void ShowAll()
    {
        _all = true;
        Draw();
    }

    private void Draw() => _graph = Lineage.OfProject(User, ProjectId, _all ? int.MaxValue : Few, _names.Of);
}
