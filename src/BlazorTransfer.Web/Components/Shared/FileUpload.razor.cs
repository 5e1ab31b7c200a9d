using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace BlazorTransfer.Web.Components.Shared;

/// <summary>Chooses a file and sends it to an endpoint, with progress; the bytes bypass the circuit.</summary>
public sealed partial class FileUpload() : ScriptedComponent("./js/upload.js")
{
    private const string Done = "done";
    private ElementReference _element;
    private DotNetObjectReference<FileUpload>? _self;
    private string? _file;
    private string? _error;
    private long _size;
    private long _sent;
    private long _total;
    private bool _sending;
    private bool _packing;

    [Parameter, EditorRequired]
    public string Prompt { get; set; } = "";

    /// <summary>Extensions for the file dialog, such as <c>.zip</c>.</summary>
    [Parameter]
    public string Accept { get; set; } = "";

    /// <summary>Whether several files and folders are taken too, which the browser packs into a zip.</summary>
    [Parameter]
    public bool AllowsFolders { get; set; }

    /// <summary>A file was chosen: its name.</summary>
    [Parameter]
    public EventCallback<string> OnChosen { get; set; }

    /// <summary>The server has taken the file.</summary>
    [Parameter]
    public EventCallback OnUploaded { get; set; }

    /// <summary>It has not, or the line was cut; the component tells why.</summary>
    [Parameter]
    public EventCallback OnFailed { get; set; }

    protected override ElementReference Element => _element;

    public bool CanSend => _file is not null && !_sending;

    public async Task SendAsync(string url)
    {
        if (!CanSend)
            return;
        (_sending, _packing, _error, _sent, _total) = (true, false, null, 0, _size);
        await CallAsync("send", url, _self);
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
        (_packing, _sent, _total) = (false, sent, total);
        StateHasChanged();
    }

    /// <summary>Files of folders are read before they are sent.</summary>
    [JSInvokable]
    public void OnPacking(long ready, long total)
    {
        (_packing, _sent, _total) = (true, ready, total);
        StateHasChanged();
    }

    /// <summary>The upload has ended.</summary>
    /// <param name="outcome">How, as <c>upload.js</c> calls it.</param>
    /// <param name="detail">What the server said: words where it refused, its status where it failed without words.</param>
    [JSInvokable]
    public async Task OnDone(string outcome, string detail)
    {
        _sending = false;
        _error = outcome switch
        {
            Done => null,
            "refused" => detail,
            "failed" => T["ServerAnswered", detail],
            "cancelled" => T["UploadCancelled"],
            "unreadable" => T["FilesChanged"],
            _ => T["ConnectionCut"],
        };
        if (outcome == Done)
            _file = null;
        await (outcome == Done ? OnUploaded : OnFailed).InvokeAsync();
        StateHasChanged();
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
            return;
        _self = DotNetObjectReference.Create(this);
        await CallAsync("attach", _self);
    }

    protected override void Release() => _self?.Dispose();

    private Task CancelAsync() => CallAsync("cancel");
}
