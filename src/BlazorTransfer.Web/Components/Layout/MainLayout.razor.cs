using System.Globalization;
using BlazorTransfer.Web.Security;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.JSInterop;
using MudBlazor;

namespace BlazorTransfer.Web.Components.Layout;

public sealed partial class MainLayout : IDisposable
{
    private DotNetObjectReference<MainLayout>? _self;
    private PageBoundary? _boundary;
    private IDisposable? _watch;
    private int _visit;
    private bool _dark;

    [Inject]
    private IJSRuntime Js { get; set; } = null!;

    [Inject]
    private UserLanguage UserLanguage { get; set; } = null!;

    [Inject]
    private Revocations Revocations { get; set; } = null!;

    [CascadingParameter]
    private Task<AuthenticationState>? Authentication { get; set; }

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    private string Path => new Uri(Navigation.Uri).AbsolutePath;

    private string ThemeIcon => _dark ? Icons.Material.Outlined.DarkMode : Icons.Material.Outlined.LightMode;

    protected override async Task OnInitializedAsync()
    {
        // Not rendered beforehand, so the browser can be asked before the first drawing.
        if (!RendererInfo.IsInteractive)
            return;
        if (Authentication is not null && (await Authentication).User is { Identity.IsAuthenticated: true } user)
            _watch = Revocations.Begin(UserClaims.IdOf(user), projectId => _ = InvokeAsync(() => ShowAgain(projectId)));
        _self = DotNetObjectReference.Create(this);
        _dark = await Js.InvokeAsync<bool>("blazorTransferTheme.watch", _self);
    }

    /// <summary>The page's theme changed: by choice, or with the operating system's.</summary>
    [JSInvokable]
    public void OnThemeChanged(bool dark)
    {
        _dark = dark;
        StateHasChanged();
    }

    public void Dispose()
    {
        _watch?.Dispose();
        _self?.Dispose();
    }

    /// <summary>Builds the page again when the user's role in its project has changed: it asks for access, as when it was opened.</summary>
    private void ShowAgain(string? projectId)
    {
        if (projectId is null || !$"{Path}/".StartsWith($"{AppRoutes.Project(projectId)}/", StringComparison.OrdinalIgnoreCase))
            return;
        _visit++;
        StateHasChanged();
    }

    // An error belongs to the page where it happened; the next page starts clean.
    protected override void OnParametersSet() => Recover();

    private void Recover() => _boundary?.Recover();

    /// <summary>Draws the page again in another language, and remembers it for the account and in this browser.</summary>
    private async Task SpeakAsync(CultureInfo language)
    {
        if (Authentication is not null && (await Authentication).User is { Identity.IsAuthenticated: true } user)
            UserLanguage.Remember(user, language);
        await Js.InvokeVoidAsync("blazorTransferLanguage.choose", language.Name);
    }

    private async Task ChooseAsync(string theme) => await Js.InvokeVoidAsync("blazorTransferTheme.choose", theme);
}
