using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Components;

/// <summary>Leaves the circuit for the sign-in page; for a session that ended while a page was open.</summary>
public sealed class RedirectToLogin : ComponentBase
{
    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    protected override void OnInitialized() =>
        Navigation.NavigateTo(
            $"{AppRoutes.Login}?returnUrl={Uri.EscapeDataString("/" + Navigation.ToBaseRelativePath(Navigation.Uri))}",
            forceLoad: true
        );
}
