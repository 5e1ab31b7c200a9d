using BlazorTransfer.Web.Features.Runs;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.Lineage;

/// <summary>All of a project's models with what they came from.</summary>
public sealed partial class LineagePage
{
    // More boxes than a person looks through; the older ones are a click away.
    private const int Few = 40;
    private LineageGraph _graph = null!;
    private int _runs;
    private bool _all;

    [Inject]
    private RunService Runs { get; set; } = null!;

    [Inject]
    private RunLineage Lineage { get; set; } = null!;

    protected override async Task OnInitializedAsync()
    {
        await base.OnInitializedAsync();
        _runs = Runs.List(User, ProjectId).Count;
        _graph = Lineage.OfProject(User, ProjectId, Few);
    }

    private void ShowAll() => (_all, _graph) = (true, Lineage.OfProject(User, ProjectId, int.MaxValue));
}
