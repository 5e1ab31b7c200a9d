using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Security;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.Team;

/// <summary>Signs in with name and password.</summary>
public sealed partial class LoginPage
{
    private IReadOnlyList<string> _errors = [];
    private bool _needsOwnPassword;

    [CascadingParameter]
    private HttpContext Context { get; set; } = null!;

    [Inject]
    private PasswordSignIn SignIn { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    [SupplyParameterFromQuery]
    private string? ReturnUrl { get; set; }

    /// <summary>A form was sent from a page that was opened before somebody signed in or out elsewhere.</summary>
    [SupplyParameterFromQuery]
    private bool Stale { get; set; }

    /// <summary>The address is an invitation; a script takes name and password from its fragment, which no server sees.</summary>
    [SupplyParameterFromQuery]
    private bool Invited { get; set; }

    [SupplyParameterFromForm]
    private Form Input { get; set; } = null!;

    protected override void OnInitialized()
    {
        Input ??= new Form();
        if (Stale)
            _errors = [T["Stale"]];
        // Whoever is signed in already has nothing to do here; the form is sent only where the page was open before.
        if (Context.User.Identity?.IsAuthenticated == true && HttpMethods.IsGet(Context.Request.Method) && !Invited)
            Navigation.NavigateTo(IsLocal(ReturnUrl) ? ReturnUrl! : AppRoutes.Home);
    }

    private async Task SubmitAsync()
    {
        (SignInOutcome outcome, _errors) = await SignIn.TryAsync(Context, Input.UserName, Input.Password, Input.OwnPassword);
        _needsOwnPassword = outcome == SignInOutcome.NeedsOwnPassword;
        // Passwords are not sent back.
        (Input.Password, Input.OwnPassword) = (null, null);
        if (outcome != SignInOutcome.SignedIn)
            return;
        Navigation.NavigateTo(IsLocal(ReturnUrl) ? ReturnUrl! : AppRoutes.Home);
    }

    /// <summary>A path of this site: not "//elsewhere", which a browser takes for another host.</summary>
    private static bool IsLocal(string? url) => url is ['/', ..] && url is not ['/', '/' or '\\', ..] && !url.Any(char.IsControl);

    /// <summary>What was typed.</summary>
    public sealed class Form
    {
        public string? UserName { get; set; }
        public string? Password { get; set; }
        public string? OwnPassword { get; set; }
    }
}
