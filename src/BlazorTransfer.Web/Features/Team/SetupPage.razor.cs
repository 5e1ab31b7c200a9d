using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Security;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Identity;

namespace BlazorTransfer.Web.Features.Team;

/// <summary>Creates the first account, for whoever can read the console.</summary>
public sealed partial class SetupPage
{
    private IReadOnlyList<string> _errors = [];

    [CascadingParameter]
    private HttpContext Context { get; set; } = null!;

    [Inject]
    private SecurityLog Log { get; set; } = null!;

    [Inject]
    private SetupCode Code { get; set; } = null!;

    [Inject]
    private AccountService Accounts { get; set; } = null!;

    [Inject]
    private SignInManager<User> SignIn { get; set; } = null!;

    [Inject]
    private KnownBrowsers Browsers { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    [SupplyParameterFromForm]
    private Form Input { get; set; } = null!;

    protected override void OnInitialized()
    {
        Input ??= new Form();
        if (!Code.IsOpen)
            Navigation.NavigateTo(AppRoutes.Login);
    }

    private async Task SubmitAsync()
    {
        string? password = Input.Password;
        // Passwords are not sent back.
        Input.Password = null;
        if (!Code.Matches(Input.Code))
        {
            Log.SetupCodeRefused(Context);
            _errors = [T["SetUpCodeWrong"]];
            return;
        }

        (User? user, _errors) = await Accounts.CreateFirstAsync(Input.UserName ?? "", password ?? "");
        if (user is null)
            return;
        await SignIn.SignInAsync(user, isPersistent: true);
        Log.SignedIn(Context.User, $"{Context.Connection.RemoteIpAddress}");
        Browsers.Remember(Context, user.NormalizedUserName);
        Navigation.NavigateTo(AppRoutes.Home);
    }

    /// <summary>What was typed.</summary>
    public sealed class Form
    {
        public string? Code { get; set; }
        public string? UserName { get; set; }
        public string? Password { get; set; }
    }
}
