using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Security;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.Projects;

/// <summary>A page of a project that the user is a member of; anybody else sees that there is nothing.</summary>
public abstract class ProjectPageBase : PageBase
{
    [Parameter]
    public string ProjectId { get; set; } = "";

    [Inject]
    private ProjectAccess Access { get; set; } = null!;

    private protected Project Project { get; private set; } = null!;

    private protected ProjectRole Role => Project.RoleOf(UserClaims.IdOf(User)) ?? ProjectRole.Viewer;

    private protected bool MayEdit => Role >= ProjectRole.Editor;

    private protected bool MayOwn => Role == ProjectRole.Owner;

    protected override async Task OnInitializedAsync()
    {
        await base.OnInitializedAsync();
        LoadProject();
    }

    private protected void LoadProject() => Project = Access.Require(User, ProjectId, ProjectRole.Viewer);
}
