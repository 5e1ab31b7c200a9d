using BlazorTransfer.Web.Components;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.Team;

/// <summary>The user's own account: a new password, and the end of all sign-ins. Both end this one too.</summary>
public sealed partial class AccountPage
{
    private IReadOnlyList<string> _errors = [];
    private string _current = "";
    private string _next = "";

    [Inject]
    private AccountService Accounts { get; set; } = null!;

    private async Task ChangeAsync()
    {
        _errors = await Accounts.ChangePasswordAsync(User, _current, _next);
        if (_errors.Count == 0)
            Navigation.NavigateTo(AppRoutes.Login, forceLoad: true);
    }

    private async Task SignOutEverywhereAsync()
    {
        if (await AttemptAsync(() => Accounts.SignOutEverywhere(User)))
            Navigation.NavigateTo(AppRoutes.Login, forceLoad: true);
    }
}
