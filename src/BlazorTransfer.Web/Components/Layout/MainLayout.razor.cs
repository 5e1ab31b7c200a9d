using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.JSInterop;
using MudBlazor;

namespace BlazorTransfer.Web.Components.Layout;

public sealed partial class MainLayout
{
    private ErrorBoundary? _boundary;
    private bool _dark;

    [Inject]
    private IJSRuntime Js { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    private string ThemeIcon => _dark ? Icons.Material.Outlined.DarkMode : Icons.Material.Outlined.LightMode;

    protected override async Task OnInitializedAsync()
    {
        // Not rendered beforehand, so the browser can be asked before the first drawing.
        if (RendererInfo.IsInteractive) _dark = await Js.InvokeAsync<bool>("blazorTransferTheme.isDark");
    }

    // An error belongs to the page where it happened; the next page starts clean.
    protected override void OnParametersSet() => Recover();

    private void Recover() => _boundary?.Recover();

    private async Task ChooseAsync(string theme) => _dark = await Js.InvokeAsync<bool>("blazorTransferTheme.choose", theme);
}
