using System.Security.Claims;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Components.Shared;
using BlazorTransfer.Web.Execution;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace BlazorTransfer.Web.Features.Runs;

/// <summary>The trials of a search, which settings mattered, and which trial is the best so far; live.</summary>
public sealed partial class SearchCard : IDisposable
{
    private IReadOnlyList<Run> _runs = [];

    // The last run of each trial, and those of them with a score; the best first.
    private IReadOnlyList<Run> _latest = [];
    private IReadOnlyList<Run> _scored = [];
    private IReadOnlyList<ParameterSpec> _searched = [];
    private IReadOnlyList<ParameterSpec> _specs = [];
    private IReadOnlyList<ParallelAxis> _axes = [];
    private IReadOnlyList<ParallelLine> _lines = [];
    private SearchPlan Plan => _runs[0].Submission.Search!;

    private Run? _best;
    private int _round;
    private int _inRound;
    private int _done;
    private double _fraction;
    private RunListWatch? _watch;

    [Parameter, EditorRequired]
    public string ProjectId { get; set; } = "";

    /// <summary>The run whose page it is on.</summary>
    [Parameter, EditorRequired]
    public string RunId { get; set; } = "";

    [Parameter, EditorRequired]
    public string ExperimentId { get; set; } = "";

    [Parameter, EditorRequired]
    public ClaimsPrincipal User { get; set; } = null!;

    [Parameter]
    public bool MayEdit { get; set; }

    [Inject]
    private RunService Runs { get; set; } = null!;

    [Inject]
    private CatalogueProvider Catalogues { get; set; } = null!;

    [Inject]
    private RunChanges Changes { get; set; } = null!;

    [Inject]
    private IDialogService Dialogs { get; set; } = null!;

    protected override async Task OnInitializedAsync()
    {
        Load();
        _watch = new RunListWatch(Changes, ProjectId, () => InvokeAsync(Refresh), DispatchExceptionAsync);
        try
        {
            Catalogue catalogue = await Catalogues.GetAsync();
            _specs = catalogue.FindMethod(_runs[0].Job.Method) is { } method ? catalogue.ParametersOf(method) : [];
        }
        catch (Exception e) when (e is Security.RefusedException or FileNotFoundException or System.ComponentModel.Win32Exception)
        {
            // Without the worker's words for the settings, the table still has the scores.
        }

        Load();
    }

    public void Dispose() => _watch?.Dispose();

    private void Load()
    {
        IReadOnlyList<Run> runs = Runs.Experiment(User, ProjectId, ExperimentId);
        // Somebody is deleting them all, this page's run too.
        if (runs.Count == 0) return;
        _runs = runs;
        _searched = [.. Plan.Ranges.Select(r => _specs.FirstOrDefault(s => s.Name == r.Name)).OfType<ParameterSpec>()];
        // A trial that went further counts before one that did not, whatever its score was then.
        _latest = [.. _runs.GroupBy(r => r.Submission.Trial).Select(g => g.MaxBy(r => r.Submission.Round)!).OrderByDescending(r => r.Submission.Round).ThenByDescending(r => r.LastTop1 ?? -1).ThenBy(r => r.Submission.Trial)];
        _scored = [.. _latest.Where(r => r.LastTop1 is not null && r.Status == RunStatus.Succeeded)];
        _best = _scored.FirstOrDefault();
        _round = _runs.Select(r => r.Submission.Round).DefaultIfEmpty(0).Max();
        Run[] current = [.. _runs.Where(r => r.Submission.Round == _round)];
        (_inRound, _done) = (current.Length, current.Count(r => r.Status.IsFinal()));
        _fraction = _inRound == 0 ? 0 : (double)_done / _inRound;
        (_axes, _lines) = SearchChart.Draw(Plan, _specs, _scored, r => AppRoutes.Run(ProjectId, r.Id));
    }

    private void Refresh()
    {
        Load();
        StateHasChanged();
    }

    private async Task CancelAsync()
    {
        int open = _runs.Count(r => !r.Status.IsFinal());
        if (!await ConfirmDialog.AskAsync(Dialogs, "End the search?", $"{open} trials are waiting or at work. Those that have finished stay, and no further round begins.", "End it")) return;
        Runs.CancelExperiment(User, ProjectId, ExperimentId);
        Load();
    }
}
