using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Datasets.Changes;
using BlazorTransfer.Imaging;
using BlazorTransfer.Web.Components.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace BlazorTransfer.Web.Features.Workbench;

/// <summary>A change of an image in its history, in words.</summary>
public sealed record HistoryLine(string Text, string Who, string When, bool IsTakenBack);

/// <summary>One image of the gallery in full, with its facts. It has the keyboard while it is open.</summary>
public sealed partial class ImageView() : ScriptedComponent("./js/image-view.js")
{
    /// <summary>Classes that have a key: 1 to 9.</summary>
    public const int MostKeys = 9;
    private const double ZoomStep = 1.5;
    private ElementReference _element;
    private DotNetObjectReference<ImageView>? _self;
    private string? _drawn;

    [Parameter, EditorRequired]
    public SampleEntry Image { get; set; } = null!;

    /// <summary>Position among the images that match the filter.</summary>
    [Parameter]
    public int Position { get; set; }

    [Parameter]
    public int Total { get; set; }

    [Parameter, EditorRequired]
    public string ProjectId { get; set; } = "";

    [Parameter, EditorRequired]
    public string DatasetId { get; set; } = "";

    [Parameter]
    public IReadOnlyList<string> Classes { get; set; } = [];

    [Parameter]
    public bool MayEdit { get; set; }

    /// <summary>An image may have several classes.</summary>
    [Parameter]
    public bool Multiple { get; set; }

    [Parameter]
    public IReadOnlyList<HistoryLine> History { get; set; } = [];

    /// <summary>What the camera wrote into the file; null until it is read.</summary>
    [Parameter]
    public ExifFacts? Exif { get; set; }

    /// <summary>Address of the next image, which the browser loads ahead.</summary>
    [Parameter]
    public string? Next { get; set; }

    /// <summary>What the last key did, for screen readers.</summary>
    [Parameter]
    public string? LastChange { get; set; }

    /// <summary>A key that does something else than moving and zooming.</summary>
    [Parameter]
    public EventCallback<string> OnCommand { get; set; }

    /// <summary>A class was chosen.</summary>
    [Parameter]
    public EventCallback<string> OnClassChosen { get; set; }

    [Parameter]
    public EventCallback<Split> OnSplit { get; set; }

    /// <summary>Shows another image, so many positions away.</summary>
    [Parameter]
    public EventCallback<int> OnMove { get; set; }

    [Parameter]
    public EventCallback OnClose { get; set; }

    protected override ElementReference Element => _element;

    private Sample Sample => Image.Sample;

    private string PositionText => Total == 0 ? "" : T["PositionOf", (Position + 1).ToString("N0"), Total.ToString("N0")];

    private IEnumerable<(string Name, string Value)> ExifLines => Exif is null ? [] : ExifWords.Of(Exif);

    /// <summary>Gives the image the keyboard again.</summary>
    public Task FocusAsync() => CallAsync("focus");

    /// <summary>A key was pressed while the image has the keyboard.</summary>
    [JSInvokable]
    public Task OnKey(string key) =>
        key switch
        {
            "ArrowLeft" or "ArrowUp" => OnMove.InvokeAsync(-1),
            "ArrowRight" or "ArrowDown" => OnMove.InvokeAsync(1),
            "Escape" or "Enter" => OnClose.InvokeAsync(),
            "+" => CallAsync("zoom", ZoomStep),
            "-" => CallAsync("zoom", 1 / ZoomStep),
            _ => OnCommand.InvokeAsync(key),
        };

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            _self = DotNetObjectReference.Create(this);
            await CallAsync("attach", _self);
        }

        if (_drawn == Sample.Key)
            return;
        _drawn = Sample.Key;
        await CallAsync("reset");
    }

    protected override void Release() => _self?.Dispose();

    private bool Has(string name) => Sample.Label == name || Sample.Labels?.Contains(name) == true;
}
