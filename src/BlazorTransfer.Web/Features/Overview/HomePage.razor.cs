using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Runs;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.Overview;

/// <summary>The user's projects; a newcomer sees the way ahead.</summary>
public sealed partial class HomePage
{
    private IReadOnlyList<Project> _projects = [];
    private bool _creating;
    private bool _isCreated;
    private string _name = "";

    [Inject]
    private ProjectService Projects { get; set; } = null!;

    [Inject]
    private DatasetService Datasets { get; set; } = null!;

    [Inject]
    private RunService Runs { get; set; } = null!;

    protected override async Task OnInitializedAsync()
    {
        await base.OnInitializedAsync();
        _projects = Projects.List(User);
    }

    private string Summary(Project project)
    {
        IReadOnlyList<Run> runs = Runs.List(User, project.Id);
        int live = runs.Count(r => !r.Status.IsFinal());
        string datasets = Counted.Datasets(Datasets.List(User, project.Id).Count);
        return live > 0 ? T["SummaryLive", datasets, Counted.Runs(runs.Count), live] : T["Summary", datasets, Counted.Runs(runs.Count)];
    }

    private async Task CreateAsync()
    {
        // A second click may be on its way before the browser is at the new page.
        if (_isCreated)
            return;
        _isCreated = await AttemptAsync(() => Navigation.NavigateTo(AppRoutes.Project(Projects.Create(User, _name).Id)));
    }
}
