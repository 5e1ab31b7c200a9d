using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Components.Shared;
using BlazorTransfer.Web.Security;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.Projects;

/// <summary>Who may see the project.</summary>
public sealed partial class MembersPage
{
    private IReadOnlyList<(User User, ProjectRole Role)> _members = [];
    private ProjectRole _role = ProjectRole.Editor;
    private string _name = "";

    [Inject]
    private ProjectService Projects { get; set; } = null!;

    protected override async Task OnInitializedAsync()
    {
        await base.OnInitializedAsync();
        Load();
    }

    private void Load()
    {
        LoadProject();
        _members = Projects.Members(User, ProjectId);
    }

    private async Task AddAsync()
    {
        if (!await AttemptAsync(() => Projects.SetMember(User, ProjectId, _name, _role)))
            return;
        _name = "";
        Load();
    }

    private async Task RemoveAsync(User member)
    {
        if (!await ConfirmDialog.AskAsync(Dialogs, T["RemoveTitle"], T["RemoveHelp", member.UserName], T["Remove"]))
            return;
        if (!await AttemptAsync(() => Projects.RemoveMember(User, ProjectId, member.Id)))
            return;
        if (Projects.List(User).Any(p => p.Id == ProjectId))
            Load();
        else
            Navigation.NavigateTo(AppRoutes.Home);
    }
}
