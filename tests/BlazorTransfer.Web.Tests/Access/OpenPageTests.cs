using System.Security.Claims;
using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Components.Layout;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Security;
using Bunit;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace BlazorTransfer.Web.Tests.Access;

/// <summary>Pages of a project that are open while a role in it changes.</summary>
public sealed class OpenPageTests : PageTests
{
    public OpenPageTests()
    {
        Services.AddSingleton(App.Get<IAuthorizationService>());
        SetRendererInfo(new RendererInfo("Server", isInteractive: true));
        HasPopovers = true;
    }

    [Fact]
    public async Task OpenPage_OfAMemberWhoIsRemoved_ShowsThatThereIsNothing()
    {
        (ClaimsPrincipal owner, User ben, Project project) = await StartAsync();
        IRenderedComponent<IComponent> page = OpenMembers(await App.PrincipalAsync(ben), project.Id);
        page.WaitForAssertion(() => Assert.Contains("Olga", page.Markup, StringComparison.Ordinal), TestApp.HangLimit);

        App.Get<ProjectService>().RemoveMember(owner, project.Id, ben.Id);

        page.WaitForAssertion(
            () => Assert.Contains(new NotFoundException().Message, page.Markup, StringComparison.Ordinal),
            TestApp.HangLimit
        );
        Assert.DoesNotContain("Olga", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenPage_OfAMemberWhoBecomesAnOwner_OffersWhatOwnersMayDo()
    {
        (ClaimsPrincipal owner, User ben, Project project) = await StartAsync();
        IRenderedComponent<IComponent> page = OpenMembers(await App.PrincipalAsync(ben), project.Id);
        page.WaitForAssertion(() => Assert.Contains("Olga", page.Markup, StringComparison.Ordinal), TestApp.HangLimit);
        Assert.DoesNotContain("Add a member", page.Markup, StringComparison.Ordinal);

        App.Get<ProjectService>().SetMember(owner, project.Id, "Ben", ProjectRole.Owner);

        page.WaitForAssertion(() => Assert.Contains("Add a member", page.Markup, StringComparison.Ordinal), TestApp.HangLimit);
    }

    private async Task<(ClaimsPrincipal Owner, User Ben, Project Project)> StartAsync()
    {
        ClaimsPrincipal owner = await App.PrincipalAsync(await App.CreateUserAsync("Olga"));
        User ben = await App.CreateUserAsync("Ben");
        Project project = App.Get<ProjectService>().Create(owner, "Project");
        App.SetRole(project.Id, "Ben", ProjectRole.Viewer);
        return (owner, ben, project);
    }

    private IRenderedComponent<IComponent> OpenMembers(ClaimsPrincipal user, string projectId)
    {
        Services.GetService<NavigationManager>()!.NavigateTo(AppRoutes.Members(projectId));
        RenderFragment body = builder =>
        {
            builder.OpenComponent<MembersPage>(0);
            builder.AddComponentParameter(1, nameof(MembersPage.ProjectId), projectId);
            builder.CloseComponent();
        };
        return Open<MainLayout>(user, (nameof(MainLayout.Body), body));
    }
}
