using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using MudBlazor;

namespace BlazorTransfer.Web.Components.Layout;

public sealed partial class MainLayout : IDisposable
{
    private DotNetObjectReference<MainLayout>? _self;
    private PageBoundary? _boundary;
    private bool _dark;

    [Inject]
    private IJSRuntime Js { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    private string Path => new Uri(Navigation.Uri).AbsolutePath;

    private string ThemeIcon => _dark ? Icons.Material.Outlined.DarkMode : Icons.Material.Outlined.LightMode;

    protected override async Task OnInitializedAsync()
    {
        // Not rendered beforehand, so the browser can be asked before the first drawing.
        if (!RendererInfo.IsInteractive)
            return;
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

    public void Dispose() => _self?.Dispose();

    // An error belongs to the page where it happened; the next page starts clean.
    protected override void OnParametersSet() => Recover();

    private void Recover() => _boundary?.Recover();

    private async Task ChooseAsync(string theme) => await Js.InvokeVoidAsync("blazorTransferTheme.choose", theme);
}
