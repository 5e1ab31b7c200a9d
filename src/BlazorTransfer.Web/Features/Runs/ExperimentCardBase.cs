using System.Security.Claims;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Components.Shared;
using BlazorTransfer.Web.Execution;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace BlazorTransfer.Web.Features.Runs;

/// <summary>What the cards of an experiment share on the page of one of its runs: all its runs, live, and the end of those that are not over.</summary>
public abstract class ExperimentCardBase : ComponentBase, IDisposable
{
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
    private protected RunService Runs { get; set; } = null!;

    [Inject]
    private protected RunChanges Changes { get; set; } = null!;

    [Inject]
    private protected IDialogService Dialogs { get; set; } = null!;

    /// <summary>The experiment's runs, in the order in which they were entered.</summary>
    private protected IReadOnlyList<Run> Members { get; private set; } = [];

    private protected int Open => Members.Count(r => !r.Status.IsFinal());

    protected override void OnInitialized()
    {
        Load();
        _watch = new RunListWatch(Changes, ProjectId, () => InvokeAsync(Refresh), DispatchExceptionAsync);
    }

    public void Dispose()
    {
        _watch?.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Draws its conclusions from <see cref="Members"/>, of which there is at least one.</summary>
    private protected abstract void Conclude();

    private protected void Load()
    {
        IReadOnlyList<Run> members = Runs.Experiment(User, ProjectId, ExperimentId);
        // Somebody is deleting them all, this page's run too.
        if (members.Count == 0) return;
        Members = members;
        Conclude();
    }

    private protected async Task AskAndCancelAsync(string title, string text, string action)
    {
        if (!await ConfirmDialog.AskAsync(Dialogs, title, text, action)) return;
        Runs.CancelExperiment(User, ProjectId, ExperimentId);
        Load();
    }

    private void Refresh()
    {
        Load();
        StateHasChanged();
    }
}
