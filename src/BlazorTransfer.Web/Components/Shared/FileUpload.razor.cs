using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace BlazorTransfer.Web.Components.Shared;

/// <summary>Chooses a file and sends it to an endpoint, with progress; the bytes bypass the circuit.</summary>
public sealed partial class FileUpload : IAsyncDisposable
{
    private ElementReference _element;
    private IJSObjectReference? _module;
    private DotNetObjectReference<FileUpload>? _self;
    private string? _file;
    private string? _error;
    private long _size;
    private long _sent;
    private long _total;
    private bool _sending;

    [Inject]
    private IJSRuntime Js { get; set; } = null!;

    [Parameter, EditorRequired]
    public string Prompt { get; set; } = "";

    /// <summary>Extensions for the file dialog, such as <c>.zip</c>.</summary>
    [Parameter]
    public string Accept { get; set; } = "";

    /// <summary>A file was chosen: its name.</summary>
    [Parameter]
    public EventCallback<string> OnChosen { get; set; }

    /// <summary>The server has taken the file.</summary>
    [Parameter]
    public EventCallback OnUploaded { get; set; }

    public bool CanSend => _file is not null && !_sending;

    public async Task SendAsync(string url)
    {
        if (!CanSend || _module is null) return;
        (_sending, _error, _sent, _total) = (true, null, 0, _size);
        await _module.InvokeVoidAsync("send", _element, url, _self);
    }

    [JSInvokable]
    public async Task OnFileChosen(string name, long size)
    {
        (_file, _size, _error) = (name, size, null);
        await OnChosen.InvokeAsync(name);
        StateHasChanged();
    }

    [JSInvokable]
    public void OnProgress(long sent, long total)
    {
        (_sent, _total) = (sent, total);
        StateHasChanged();
    }

    [JSInvokable]
    public async Task OnDone(bool ok, string message)
    {
        _sending = false;
        _error = ok ? null : message;
        if (ok) _file = null;
        if (ok) await OnUploaded.InvokeAsync();
        StateHasChanged();
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender) return;
        _self = DotNetObjectReference.Create(this);
        _module = await Js.InvokeAsync<IJSObjectReference>("import", "./js/upload.js");
        await _module.InvokeVoidAsync("attach", _element, _self);
    }

    public async ValueTask DisposeAsync()
    {
        _self?.Dispose();
        try
        {
            if (_module is not null) await _module.DisposeAsync();
        }
        catch (JSDisconnectedException)
        {
        }
    }

    private async Task CancelAsync()
    {
        if (_module is not null) await _module.InvokeVoidAsync("cancel", _element);
    }
}
