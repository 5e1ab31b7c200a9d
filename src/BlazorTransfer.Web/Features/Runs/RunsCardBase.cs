using System.Security.Claims;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.Runs;

/// <summary>What cards share that sum up several runs on the page of one of them: they look again whenever a run of the project
/// changes.</summary>
public abstract class RunsCardBase : ComponentBase, IDisposable
{
    private RunListWatch? _watch;

    [Parameter, EditorRequired]
    public string ProjectId { get; set; } = "";

    /// <summary>The run whose page it is on.</summary>
    [Parameter, EditorRequired]
    public string RunId { get; set; } = "";

    [Parameter, EditorRequired]
    public ClaimsPrincipal User { get; set; } = null!;

    [Inject]
    private protected RunService Runs { get; set; } = null!;

    [Inject]
    private protected RunChanges Changes { get; set; } = null!;

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

    /// <summary>Reads the runs, and draws its conclusions.</summary>
    private protected abstract void Load();

    private void Refresh()
    {
        Load();
        StateHasChanged();
    }
}
