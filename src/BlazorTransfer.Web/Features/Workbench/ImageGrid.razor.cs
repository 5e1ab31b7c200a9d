using BlazorTransfer.Core.Datasets.Changes;
using BlazorTransfer.Web.Components.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.AspNetCore.Components.Web.Virtualization;
using Microsoft.JSInterop;

namespace BlazorTransfer.Web.Features.Workbench;

/// <summary>Images of one line of the grid.</summary>
/// <param name="Start">Position of the first one.</param>
/// <param name="Images">As many as there are columns; fewer in the last line.</param>
internal sealed record ImageRow(int Start, IReadOnlyList<SampleEntry> Images);

/// <summary>
/// A grid of thumbnails, of which only those in view are loaded and drawn. The mouse selects, the arrow keys move the cursor; all
/// other keys go to the page.
/// </summary>
public sealed partial class ImageGrid() : ScriptedComponent("./js/gallery.js")
{
    private const int Gap = 8;
    private const int Caption = 28;

    // As in the style sheet, which has other values for a phone: thumbnails of the middle size are smaller there.
    private static readonly int[] Sides = [96, 136, 192, 264];
    private const int MiddleSideOnPhone = 104;
    private const int PhoneWidth = 616;

    /// <summary>How many sizes of thumbnails there are.</summary>
    public static int Sizes => Sides.Length;

    private ElementReference _element;
    private DotNetObjectReference<ImageGrid>? _self;
    private Virtualize<ImageRow>? _rows;
    private int _width;
    private int _columns;
    private int _total;

    /// <summary>The images from a position on, and how many there are in all.</summary>
    [Parameter, EditorRequired]
    public Func<int, int, SamplePage> Load { get; set; } = null!;

    /// <summary>Address of an image's thumbnail.</summary>
    [Parameter, EditorRequired]
    public Func<SampleEntry, string> Address { get; set; } = null!;

    [Parameter, EditorRequired]
    public GallerySelection Selection { get; set; } = null!;

    /// <summary>Size of the thumbnails: 0 to <see cref="Sizes"/> - 1.</summary>
    [Parameter]
    public int Size { get; set; } = 1;

    /// <summary>Position of the image that keys act on.</summary>
    [Parameter]
    public int Cursor { get; set; }

    [Parameter]
    public EventCallback<int> CursorChanged { get; set; }

    /// <summary>The user wants to see the image at a position in full.</summary>
    [Parameter]
    public EventCallback<int> OnOpen { get; set; }

    [Parameter]
    public EventCallback OnSelectionChanged { get; set; }

    /// <summary>A key that does something else than moving and selecting.</summary>
    [Parameter]
    public EventCallback<string> OnCommand { get; set; }

    protected override ElementReference Element => _element;

    private int Side => Size == 1 && _width <= PhoneWidth ? MiddleSideOnPhone : Sides[Size];

    private int RowHeight => Side + Caption + Gap;

    /// <summary>Loads what is in view again.</summary>
    public async Task RefreshAsync()
    {
        if (_rows is not null)
            await _rows.RefreshDataAsync();
        StateHasChanged();
    }

    /// <summary>Gives the grid the keyboard, and shows the cursor.</summary>
    public async Task FocusAsync()
    {
        await CallAsync("focus");
        await CallAsync("reveal", Cursor);
    }

    /// <summary>The grid has another width.</summary>
    [JSInvokable]
    public void OnWidth(int width)
    {
        _width = width;
        _columns = Math.Max(1, (width + Gap) / (Side + Gap));
        StateHasChanged();
    }

    /// <summary>A rectangle was drawn over lines and columns.</summary>
    [JSInvokable]
    public async Task OnBand(int firstRow, int lastRow, int firstColumn, int lastColumn, bool isAdded)
    {
        int start = firstRow * _columns;
        SamplePage page = Load(start, (lastRow - firstRow + 1) * _columns);
        Selection.SelectRange(
            page.Entries.Where((_, i) => i % _columns >= firstColumn && i % _columns <= lastColumn).Select(e => e.Sample.Key),
            isAdded
        );
        await MoveAsync(Math.Min(start + firstColumn, page.Total - 1), reveals: false);
        await OnSelectionChanged.InvokeAsync();
    }

    /// <summary>A key was pressed while the grid has the keyboard.</summary>
    [JSInvokable]
    public async Task OnKey(string key)
    {
        const string shift = "Shift+";
        bool selects = key.StartsWith(shift, StringComparison.Ordinal);
        string plain = selects ? key[shift.Length..] : key;
        if (DestinationOf(plain) is not { } position)
        {
            if (key == " ")
                await ToggleCursorAsync();
            else if (key == "Enter")
                await OnOpen.InvokeAsync(Cursor);
            else
                await OnCommand.InvokeAsync(key);
            return;
        }

        position = Math.Clamp(position, 0, Math.Max(0, _total - 1));
        if (selects)
            await SelectToAsync(position);
        else
            Selection.MoveAnchor(position);
        await MoveAsync(position, reveals: true);
    }

    protected override void OnParametersSet()
    {
        if (_width > 0)
            _columns = Math.Max(1, (_width + Gap) / (Side + Gap));
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
            return;
        _self = DotNetObjectReference.Create(this);
        await CallAsync("attach", _self);
    }

    protected override void Release() => _self?.Dispose();

    private static string IdOf(int position) => FormattableString.Invariant($"photo-{position}");

    private int? DestinationOf(string key) =>
        key switch
        {
            "ArrowLeft" => Cursor - 1,
            "ArrowRight" => Cursor + 1,
            "ArrowUp" => Cursor - _columns >= 0 ? Cursor - _columns : Cursor,
            "ArrowDown" => Cursor + _columns < _total ? Cursor + _columns : Cursor,
            "Home" => 0,
            "End" => _total - 1,
            _ => null,
        };

    private ValueTask<ItemsProviderResult<ImageRow>> LoadRowsAsync(ItemsProviderRequest request)
    {
        SamplePage page = Load(request.StartIndex * _columns, request.Count * _columns);
        _total = page.Total;
        return ValueTask.FromResult(
            new ItemsProviderResult<ImageRow>(
                page.Entries.Chunk(_columns).Select((images, i) => new ImageRow((request.StartIndex + i) * _columns, images)),
                (page.Total + _columns - 1) / _columns
            )
        );
    }

    private async Task ClickAsync(SampleEntry image, int position, MouseEventArgs click)
    {
        if (click.ShiftKey)
            await SelectToAsync(position);
        else if (click.CtrlKey || click.MetaKey)
            Selection.Toggle(image.Sample.Key, position);
        else
            Selection.SelectOnly(image.Sample.Key, position);
        await MoveAsync(position, reveals: false);
        await OnSelectionChanged.InvokeAsync();
    }

    private async Task ToggleAsync(SampleEntry image, int position)
    {
        Selection.Toggle(image.Sample.Key, position);
        await MoveAsync(position, reveals: false);
        await OnSelectionChanged.InvokeAsync();
    }

    private async Task ToggleCursorAsync()
    {
        if (Load(Cursor, 1).Entries is [var image])
            await ToggleAsync(image, Cursor);
    }

    private async Task SelectToAsync(int position)
    {
        (int first, int last) = (Math.Min(Selection.Anchor, position), Math.Max(Selection.Anchor, position));
        Selection.SelectRange(Load(first, last - first + 1).Entries.Select(e => e.Sample.Key), isAdded: false);
        await OnSelectionChanged.InvokeAsync();
    }

    private async Task MoveAsync(int position, bool reveals)
    {
        Cursor = Math.Max(0, position);
        await CursorChanged.InvokeAsync(Cursor);
        StateHasChanged();
        if (reveals)
            await CallAsync("reveal", Cursor);
    }

    private string StateOf(SampleEntry image, int position) =>
        string.Join(
            ' ',
            new[]
            {
                position == Cursor ? "current" : "",
                Selection.Contains(image.Sample.Key) ? "selected" : "",
                image.IsExcluded ? "excluded" : "",
                image.Sample.IsLabelled ? "" : "unlabelled",
            }.Where(s => s.Length > 0)
        );

    private string CaptionOf(SampleEntry image) => SampleWords.Labels(image.Sample);

    private string TextOf(SampleEntry image) => SampleWords.Describe(image);
}
