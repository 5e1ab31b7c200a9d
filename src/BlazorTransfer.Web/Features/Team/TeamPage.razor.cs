using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Components.Shared;
using BlazorTransfer.Web.Security;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.Team;

/// <summary>Accounts, for administrators.</summary>
public sealed partial class TeamPage
{
    private IReadOnlyList<User> _users = [];
    private IReadOnlyList<string> _errors = [];
    private (string Name, string Password)? _issued;
    private string _name = "";

    [Inject]
    private AccountService Accounts { get; set; } = null!;

    protected override async Task OnInitializedAsync()
    {
        await base.OnInitializedAsync();
        _users = Accounts.List(User);
    }

    private string InvitationTo((string Name, string Password) issued) =>
        Navigation.ToAbsoluteUri(AppRoutes.Invitation(issued.Name, issued.Password)).ToString();

    private async Task CreateAsync()
    {
        string? password = null;
        if (!await AttemptAsync(async () => (password, _errors) = await Accounts.CreateByAdminAsync(User, _name)) || password is null)
            return;
        _issued = (_name.Trim(), password);
        _name = "";
        _users = Accounts.List(User);
    }

    private async Task ToggleAsync(User user)
    {
        if (!user.IsDisabled && !await ConfirmDialog.AskAsync(Dialogs, T["DisableTitle"], T["DisableHelp", user.UserName], T["Disable"]))
            return;
        await AttemptAsync(() => Accounts.SetDisabled(User, user.Id, !user.IsDisabled));
        _users = Accounts.List(User);
    }

    private async Task ChangeRoleAsync(User user)
    {
        string action = user.IsAdmin ? "MakeMember" : "MakeAdministrator";
        if (!await ConfirmDialog.AskAsync(Dialogs, T[$"{action}Title", user.UserName], T[$"{action}Help", user.UserName], T[action]))
            return;
        await AttemptAsync(() => Accounts.SetAdministrator(User, user.Id, !user.IsAdmin));
        _users = Accounts.List(User);
    }

    private async Task ResetAsync(User user)
    {
        if (!await ConfirmDialog.AskAsync(Dialogs, T["ResetTitle"], T["ResetHelp", user.UserName], T["ResetPassword"]))
            return;
        await AttemptAsync(() => _issued = (user.UserName, Accounts.ResetPassword(User, user.Id)));
        _users = Accounts.List(User);
    }
}
