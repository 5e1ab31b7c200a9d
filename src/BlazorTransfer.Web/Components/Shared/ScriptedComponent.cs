using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace BlazorTransfer.Web.Components.Shared;

/// <summary>
/// A component with a script of its own. Loading it and calling it takes a trip to the browser each, and the component may be
/// taken off the page meanwhile, or the browser closed: then the call is dropped, since nobody is there for it.
/// </summary>
public abstract class ScriptedComponent(string module) : ComponentBase, IAsyncDisposable
{
    private IJSObjectReference? _module;
    private bool _isGone;

    [Inject]
    private IJSRuntime Js { get; set; } = null!;

    public async ValueTask DisposeAsync()
    {
        if (_isGone)
            return;
        if (_module is not null)
            await CallAsync("dispose");
        _isGone = true;
        Release();
        try
        {
            if (_module is not null)
                await _module.DisposeAsync();
        }
        catch (Exception e) when (e is JSDisconnectedException or TaskCanceledException or ObjectDisposedException)
        {
            // The browser is gone, or does not answer any more.
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>The element that the script works on.</summary>
    protected abstract ElementReference Element { get; }

    /// <summary>Frees what belongs to the component itself.</summary>
    protected virtual void Release() { }

    /// <summary>Calls a function of the script with the element and these arguments.</summary>
    protected async Task CallAsync(string function, params object?[] arguments)
    {
        if (_isGone)
            return;
        try
        {
            _module ??= await Js.InvokeAsync<IJSObjectReference>("import", module);
            if (!_isGone)
                await _module.InvokeVoidAsync(function, [Element, .. arguments]);
        }
        catch (JSDisconnectedException)
        {
            // The browser is gone.
        }
        catch (Exception e) when (_isGone && e is JSException or ObjectDisposedException or TaskCanceledException)
        {
            // The component is gone, and its element with it.
        }
    }
}
