using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Security;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Identity;

namespace BlazorTransfer.Web.Features.Team;

/// <summary>Signs in with name and password.</summary>
public sealed partial class LoginPage
{
    private IReadOnlyList<string> _errors = [];

    [Inject]
    private SignInManager<User> SignIn { get; set; } = null!;

    [Inject]
    private IPasswordHasher<User> Hasher { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    [SupplyParameterFromQuery]
    private string? ReturnUrl { get; set; }

    /// <summary>A form was sent from a page that was opened before somebody signed in or out elsewhere.</summary>
    [SupplyParameterFromQuery]
    private bool Stale { get; set; }

    [SupplyParameterFromForm]
    private Form Input { get; set; } = null!;

    protected override void OnInitialized()
    {
        Input ??= new Form();
        if (Stale)
            _errors = ["The page was out of date, so nothing was sent. Sign in here."];
    }

    private async Task SubmitAsync()
    {
        string password = Input.Password ?? "";
        User? user = await SignIn.UserManager.FindByNameAsync(Input.UserName?.Trim() ?? "");
        // An unknown name costs the time of a password check too, so that names cannot be found out by the clock.
        if (user is null)
            Hasher.HashPassword(new User(), password);
        SignInResult result = user is null
            ? SignInResult.Failed
            : await SignIn.PasswordSignInAsync(user, password, isPersistent: true, lockoutOnFailure: true);
        if (!result.Succeeded)
        {
            _errors = [result.IsLockedOut ? "Too many attempts. Try again in ten minutes." : "Name or password is not right."];
            return;
        }

        Navigation.NavigateTo(IsLocal(ReturnUrl) ? ReturnUrl! : AppRoutes.Home);
    }

    /// <summary>A path of this site: not "//elsewhere", which a browser takes for another host.</summary>
    private static bool IsLocal(string? url) => url is ['/', ..] && url is not ['/', '/' or '\\', ..] && !url.Any(char.IsControl);

    /// <summary>What was typed.</summary>
    public sealed class Form
    {
        public string? UserName { get; set; }
        public string? Password { get; set; }
    }
}
