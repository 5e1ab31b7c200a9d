using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Components.Shared;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Runs;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.Overview;

/// <summary>A project at a glance, and what to do next in it.</summary>
public sealed partial class ProjectPage
{
    private IReadOnlyList<Dataset> _datasets = [];
    private IReadOnlyList<Run> _runs = [];
    private bool _editing;
    private string _name = "";
    private string _description = "";

    [Inject]
    private ProjectService Projects { get; set; } = null!;

    [Inject]
    private DatasetService Datasets { get; set; } = null!;

    [Inject]
    private DatasetImports Imports { get; set; } = null!;

    [Inject]
    private RunService Runs { get; set; } = null!;

    /// <summary>Whether there is something to learn from.</summary>
    private bool HasLabels => _datasets.Any(d => d.Latest.HasLabels);

    private BestSoFar? Best { get; set; }

    /// <summary>The latest runs; those of one experiment are one line.</summary>
    private IEnumerable<RunListEntry> Latest => RunListEntry.Of(_runs).OrderByDescending(e => e.Number).Take(5);

    protected override async Task OnInitializedAsync()
    {
        await base.OnInitializedAsync();
        (_name, _description) = (Project.Name, Project.Description);
        _datasets = Datasets.List(User, ProjectId);
        _runs = Runs.List(User, ProjectId);
        Best = BestSoFar.Of(_runs);
    }

    private static string StepClass(bool done, bool reachable) =>
        done ? "done"
        : reachable ? "now"
        : "";

    /// <summary>From the empty project to a run from one light to the other.</summary>
    private async Task ShowAdaptationAsync()
    {
        DatasetImport? sample = null;
        if (await AttemptAsync(() => sample = Imports.StartSample(User, ProjectId)))
            Navigation.NavigateTo(AppRoutes.DatasetsThenAdapt(ProjectId, sample!.DatasetId));
    }

    private async Task SaveAsync()
    {
        _editing = !await AttemptAsync(() => Projects.Rename(User, ProjectId, _name, _description));
        LoadProject();
    }

    private async Task DeleteAsync()
    {
        if (!await ConfirmDialog.AskAsync(Dialogs, T["DeleteTitle"], T["DeleteHelp"], T["DeleteAction"], Project.Name))
            return;
        if (await AttemptAsync(() => Projects.Delete(User, ProjectId)))
            Navigation.NavigateTo(AppRoutes.Home);
    }
}
