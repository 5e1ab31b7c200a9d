using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Components.Shared;
using BlazorTransfer.Web.Features.Runs;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace BlazorTransfer.Web.Features.Experiments;

/// <summary>What the cards of an experiment share: all its runs, and the end of those that are not over.</summary>
public abstract class ExperimentCardBase : RunsCardBase
{
    [Parameter, EditorRequired]
    public string ExperimentId { get; set; } = "";

    [Parameter]
    public bool MayEdit { get; set; }

    [Inject]
    private protected IDialogService Dialogs { get; set; } = null!;

    /// <summary>The experiment's runs, in the order in which they were entered.</summary>
    private protected IReadOnlyList<Run> Members { get; private set; } = [];

    private protected int Open => Members.Count(r => !r.Status.IsFinal());

    /// <summary>Draws its conclusions from <see cref="Members"/>, of which there is at least one.</summary>
    private protected abstract void Conclude();

    private protected sealed override void Load()
    {
        IReadOnlyList<Run> members = Runs.Experiment(User, ProjectId, ExperimentId);
        // Somebody is deleting them all, this page's run too.
        if (members.Count == 0)
            return;
        Members = members;
        Conclude();
    }

    private protected async Task AskAndCancelAsync(string title, string text, string action)
    {
        if (!await ConfirmDialog.AskAsync(Dialogs, title, text, action))
            return;
        Runs.CancelExperiment(User, ProjectId, ExperimentId);
        Load();
    }
}
