using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Web.Localization;
using BlazorTransfer.Web.Refusals;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.Runs;

/// <summary>The notes of a run, and a form for its name and notes.</summary>
public sealed partial class RunNotes
{
    private Run _run = null!;
    private bool _isEditing;
    private string _name = "";
    private string _notes = "";
    private string? _refusal;

    [Parameter]
    public bool MayEdit { get; set; }

    private protected override void Load() => _run = Runs.Get(User, ProjectId, RunId);

    private void Edit() => (_isEditing, _name, _notes, _refusal) = (true, _run.Name, _run.Notes, null);

    private async Task SaveAsync()
    {
        try
        {
            _run = await Runs.UpdateAsync(User, ProjectId, RunId, new RunChange(_name, _notes));
            _isEditing = false;
        }
        catch (Exception e) when (e is RefusedException or ForbiddenException or NotFoundException)
        {
            _refusal = e.Message;
        }
        catch (Exception e) when (DiskFullException.IsCauseOf(e))
        {
            _refusal = EngineTexts.Of(DiskFullException.Sentence);
        }
    }
}
