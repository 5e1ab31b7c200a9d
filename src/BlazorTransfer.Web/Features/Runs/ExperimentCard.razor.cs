using System.Security.Claims;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Components.Shared;
using BlazorTransfer.Web.Execution;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace BlazorTransfer.Web.Features.Runs;

/// <summary>The other seeds or folds of a run, and what all of them reached together; live.</summary>
public sealed partial class ExperimentCard : IDisposable
{
    private IReadOnlyList<Run> _runs = [];
    private ExperimentSummary _summary = ExperimentSummary.Of([]);
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
    private RunChanges Changes { get; set; } = null!;

    [Inject]
    private IDialogService Dialogs { get; set; } = null!;

    private bool AreFolds => _runs.Any(r => r.Job.Fold is not null);

    protected override void OnInitialized()
    {
        Load();
        _watch = new RunListWatch(Changes, ProjectId, () => InvokeAsync(Refresh), DispatchExceptionAsync);
    }

    public void Dispose() => _watch?.Dispose();

    private void Load()
    {
        _runs = Runs.Experiment(User, ProjectId, ExperimentId);
        _summary = ExperimentSummary.Of(_runs);
    }

    private void Refresh()
    {
        Load();
        StateHasChanged();
    }

    private async Task CancelAsync()
    {
        int open = _runs.Count(r => !r.Status.IsFinal());
        if (!await ConfirmDialog.AskAsync(Dialogs, "Cancel what is not over?", $"{open} of these runs are waiting or at work. Those that have finished stay.", "Cancel them")) return;
        Runs.CancelExperiment(User, ProjectId, ExperimentId);
        Load();
    }
}
