using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Datasets.Changes;
using BlazorTransfer.Imaging;
using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Datasets.Versions;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Security;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace BlazorTransfer.Web.Features.Workbench;

/// <summary>
/// The images of a data set's working copy: to look at, to select, and to label. Filters, order and the image that is open are in the
/// address. The page holds no list of images: the grid asks for those in view.
/// </summary>
public sealed partial class GalleryPage : IDisposable
{
    private readonly GallerySelection _selection = new();
    private readonly CancellationTokenSource _closed = new();

    // Addresses that this page went to and the browser has not reported yet.
    private readonly Queue<string> _own = new();
    private string _address = "";
    private IDisposable? _subscription;
    private Dataset _dataset = null!;
    private GalleryView _view = new();
    private RunImagesFound? _source;
    private SampleFilter _filter = SampleFilter.All;
    private SampleCounts _counts = null!;
    private ChangeSummary _changes = null!;
    private ImageGrid? _grid;
    private ImageView? _image;
    private SampleEntry? _shown;
    private IReadOnlyList<HistoryLine> _history = [];
    private ExifFacts? _exif;
    private int _total;
    private int _changed;
    private int _cursor;
    private int _isRefreshing;
    private bool _isChanging;
    private bool _isMultiLabel;

    [Parameter]
    public string DatasetId { get; set; } = "";

    [Inject]
    private DatasetService Datasets { get; set; } = null!;

    [Inject]
    private DatasetWorkspaces Workspaces { get; set; } = null!;

    [Inject]
    private ImageExif ExifReader { get; set; } = null!;

    [Inject]
    private PeopleNames People { get; set; } = null!;

    [Inject]
    private RunMistakes Mistakes { get; set; } = null!;

    /// <summary>The working copy as it is now; asked for each time, since others change it too.</summary>
    private WorkingCopy Copy => Workspaces.Open(User, ProjectId, DatasetId);

    private IReadOnlyList<string> ClassNames => [.. _counts.Classes.Select(c => c.Label)];

    private string Subtitle =>
        _changes.IsEmpty
            ? T["NoChangesSince", _dataset.Latest.Number]
            : T["ChangesSince", _dataset.Latest.Number, SampleWords.Of(_changes)];

    private string FoundText => Counted.Images(_total);

    private string EmptyTitle => T[_view.State == ImageState.Unlabelled ? "AllLabelled" : "NoneFound"];

    private string EmptyText =>
        T[
            _view.State == ImageState.Unlabelled ? "AllLabelledHelp"
            : _view.IsFiltered ? "NoneFoundHelp"
            : "NoImagesHelp"
        ];

    private string KeysText =>
        T[
            MayEdit
                ? _isMultiLabel
                    ? "KeysLineMulti"
                    : "KeysLine"
                : "KeysLineViewer"
        ];

    private string? NextAddress => Query(_cursor + 1, 1).Entries is [var next] ? FullAddress(next.Sample) : null;

    public void Dispose()
    {
        Navigation.LocationChanged -= OnLocationChanged;
        _subscription?.Dispose();
        _closed.Cancel();
        _closed.Dispose();
    }

    protected override async Task OnInitializedAsync()
    {
        await base.OnInitializedAsync();
        _dataset = Datasets.Get(User, ProjectId, DatasetId);
        Navigation.LocationChanged += OnLocationChanged;
        await ReadAddressAsync();
        _subscription = Workspaces.Subscribe(User, ProjectId, DatasetId, OnChanged);
    }

    /// <summary>The address changed: by this page, which shows the new state already, or by the browser's back button.</summary>
    private void OnLocationChanged(object? sender, LocationChangedEventArgs change)
    {
        if (_own.TryPeek(out string? own) && own == change.Location)
        {
            _own.Dequeue();
            return;
        }

        if (new Uri(change.Location).AbsolutePath != new Uri(_address).AbsolutePath)
            return;
        _own.Clear();
        _ = InvokeAsync(async () =>
        {
            await ReadAddressAsync();
            StateHasChanged();
        });
    }

    private Task ReadAddressAsync()
    {
        _address = Navigation.Uri;
        Dictionary<string, StringValues> query = QueryHelpers.ParseQuery(new Uri(_address).Query);
        return ApplyAsync(GalleryView.Parse(name => query.TryGetValue(name, out StringValues value) ? value.ToString() : null));
    }

    private async Task ApplyAsync(GalleryView view)
    {
        bool isOther = view with { Image = null, Size = 0 } != _view with { Image = null, Size = 0 };
        if (view.Run != _view.Run)
            _source = view.Run is { } run ? Mistakes.Find(User, ProjectId, run) : null;
        _view = view;
        _filter = view.ToFilter(_source?.Keys);
        if (isOther)
        {
            _cursor = 0;
            _selection.Clear();
        }

        Count();
        Show();
        if (isOther && _grid is not null)
            await _grid.RefreshAsync();
    }

    /// <summary>Counts again after a change, and loads again what is in view.</summary>
    private async Task RefreshAsync()
    {
        Count();
        _cursor = Math.Clamp(_cursor, 0, Math.Max(0, _total - 1));
        if (_shown is { } shown)
            _shown = Find(shown.Sample.Key);
        LoadHistory();
        StateHasChanged();
        if (_grid is not null)
            await _grid.RefreshAsync();
    }

    private void Count()
    {
        _dataset = Datasets.Get(User, ProjectId, DatasetId);
        WorkingCopy copy = Copy;
        (_counts, _changes, _isMultiLabel) = (copy.Counts, copy.Summary, copy.Kind == LabelKind.MultiLabel);
        _changed = copy.Query(new SampleFilter { IsChanged = true }, default, 0, 0).Total;
        _total = Query(0, 0).Total;
        string user = UserClaims.IdOf(User);
        (_mayUndo, _mayRedo) = (MayEdit && copy.NextUndo(user) is not null, MayEdit && copy.NextRedo(user) is not null);
    }

    private SamplePage Query(int offset, int count) => Copy.Query(_filter, _view.Order, offset, count);

    private SampleEntry? Find(string key) => Copy.Find(key);

    /// <summary>Somebody has changed the data set. Many changes at a time are drawn once.</summary>
    private void OnChanged()
    {
        // What this page changes, it draws itself.
        if (_isChanging || Interlocked.Exchange(ref _isRefreshing, 1) == 1)
            return;
        _ = InvokeAsync(async () =>
        {
            Volatile.Write(ref _isRefreshing, 0);
            if (_closed.IsCancellationRequested)
                return;
            try
            {
                await RefreshAsync();
            }
            catch (Exception e)
            {
                // Such as a data set that was deleted, or a user who is no member any more.
                await DispatchExceptionAsync(e);
            }
        });
    }

    /// <summary>Shows something else at once, and puts it into the address.</summary>
    /// <param name="view">What to show.</param>
    /// <param name="isNew">The browser's back button leads back to what was shown before.</param>
    private async Task GoAsync(GalleryView view, bool isNew = true)
    {
        string address = Navigation.GetUriWithQueryParameters(view.ToQuery());
        if (address != _address)
        {
            // The browser reports it later: a key that is pressed meanwhile must find the new state.
            _address = address;
            _own.Enqueue(address);
            Navigation.NavigateTo(address, replace: !isNew);
        }

        await ApplyAsync(view);
    }

    private string ThumbnailOf(SampleEntry image) =>
        AppRoutes.Image(ProjectId, DatasetId, image.Sample.Sha256, region: image.Sample.Region);

    private string FullAddress(Sample sample) => AppRoutes.Image(ProjectId, DatasetId, sample.Sha256, full: true);

    private Task OpenAsync(int position)
    {
        if (Query(position, 1).Entries is not [var image])
            return Task.CompletedTask;
        _cursor = position;
        return GoAsync(_view with { Image = image.Sample.Key });
    }

    private async Task CloseAsync()
    {
        await GoAsync(_view with { Image = null }, isNew: false);
        if (_grid is not null)
            await _grid.FocusAsync();
    }

    /// <summary>Shows the image so many positions away. One that has left the filter has its successor in its place.</summary>
    private Task StepAsync(int by) =>
        ShowAtAsync(by > 0 && _shown is { } shown && !IsAt(_cursor, shown.Sample.Key) ? _cursor : _cursor + by);

    private Task ShowAtAsync(int position)
    {
        _cursor = Math.Clamp(position, 0, Math.Max(0, _total - 1));
        return GoAsync(_view with { Image = Query(_cursor, 1).Entries is [var image] ? image.Sample.Key : null }, isNew: false);
    }

    private bool IsAt(int position, string key) => Query(position, 1).Entries is [var image] && image.Sample.Key == key;

    /// <summary>Loads the image that the address names.</summary>
    private void Show()
    {
        if (_view.Image is not { } key)
        {
            (_shown, _history, _exif) = (null, [], null);
            return;
        }

        if (_shown?.Sample.Key == key)
            return;
        (_shown, _exif) = (Find(key), null);
        LoadHistory();
        if (_shown is null)
            return;
        if (!IsAt(_cursor, key) && Copy.PlaceOf(key, _filter, _view.Order) is { } position)
            _cursor = position;
        // The file is read by another process, and the image does not wait for that.
        _ = ReadExifAsync(key);
    }

    private async Task ReadExifAsync(string key)
    {
        try
        {
            ExifFacts? exif = await ExifReader.ReadAsync(User, ProjectId, DatasetId, key, _closed.Token);
            if (_shown?.Sample.Key != key)
                return;
            _exif = exif;
            StateHasChanged();
        }
        catch (Exception e) when (e is OperationCanceledException or InvalidOperationException or RefusedException)
        {
            // The page is closed, or no process can be had: the image is shown without what its camera wrote.
        }
    }

    private void LoadHistory() =>
        _history = _shown is null
            ? []
            :
            [
                .. Workspaces
                    .History(User, ProjectId, DatasetId, _shown.Sample.Key)
                    .Reverse()
                    .Select(h => new HistoryLine(
                        SampleWords.OfOne(h.Entry.Change),
                        People.NameOf(h.Entry.Change.UserId),
                        Format.Ago(h.Entry.Change.Time, Clock.GetUtcNow()),
                        h.Entry.IsTakenBack
                    )),
            ];
}
