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
        await AttemptAsync(() => Accounts.SetDisabled(User, user.Id, !user.IsDisabled));
        _users = Accounts.List(User);
    }

    private async Task ResetAsync(User user)
    {
        if (
            await ConfirmDialog.AskAsync(
                Dialogs,
                "Reset the password?",
                $"{user.UserName} is signed out everywhere and needs the new password, which you pass on.",
                "Reset password"
            )
        )
            await AttemptAsync(() => _issued = (user.UserName, Accounts.ResetPassword(User, user.Id)));
    }
}
