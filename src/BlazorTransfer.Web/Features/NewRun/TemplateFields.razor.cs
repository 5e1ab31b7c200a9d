using BlazorTransfer.Web.Components.Shared;
using BlazorTransfer.Web.Features.Datasets;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.NewRun;

/// <summary>The templates of a project: loads, saves and deletes them.</summary>
public sealed partial class TemplateFields
{
    private IReadOnlyList<RunTemplate> _templates = [];
    private string _name = "";

    [CascadingParameter]
    private NewRunForm Form { get; set; } = null!;

    [Parameter, EditorRequired]
    public string ProjectId { get; set; } = "";

    [Parameter]
    public bool MayEdit { get; set; }

    /// <summary>The data sets with labels, to look for the images of a template.</summary>
    [Parameter, EditorRequired]
    public IReadOnlyList<Dataset> Datasets { get; set; } = [];

    /// <summary>A template was loaded into the form; gives the parts of it that are gone.</summary>
    [Parameter]
    public EventCallback<IReadOnlyList<RunPart>> Loaded { get; set; }

    [Inject]
    private RunTemplates Templates { get; set; } = null!;

    protected override async Task OnInitializedAsync()
    {
        await base.OnInitializedAsync();
        Load();
    }

    private async Task UseAsync(RunTemplate template)
    {
        IReadOnlyList<RunPart> gone = Form.TakeOverSettings(template.Request, Datasets);
        Snackbar.Add(T["TemplateLoaded", template.Name], MudBlazor.Severity.Info);
        await Loaded.InvokeAsync(gone);
    }

    private void Load() => _templates = Templates.List(User, ProjectId);

    private async Task SaveAsync()
    {
        if (Form.WhyNoTemplate is { } reason)
        {
            Snackbar.Add(reason, MudBlazor.Severity.Error);
            return;
        }

        if (await AttemptAsync(() => Templates.Save(User, ProjectId, _name, Form.ToRequest())))
            _name = "";
        Load();
    }

    private async Task DeleteAsync(RunTemplate template)
    {
        if (!await ConfirmDialog.AskAsync(Dialogs, T["DeleteTemplateTitle"], T["DeleteTemplateHelp"], T["DeleteTemplate"], template.Name))
            return;
        await AttemptAsync(() => Templates.Delete(User, ProjectId, template.Id));
        Load();
    }
}
