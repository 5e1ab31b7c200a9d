using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Components.Shared;
using BlazorTransfer.Web.Jobs;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.Datasets;

/// <summary>A project's data sets, and new ones: by upload, or drawn.</summary>
public sealed partial class DatasetsPage
{
    private const int MostValues = 6;
    private readonly CancellationTokenSource _closed = new();
    private IReadOnlyList<Dataset> _datasets = [];
    private IReadOnlyList<DatasetImport> _imports = [];
    private IReadOnlyList<PendingUpload> _pending = [];
    private FileUpload? _upload;
    private bool _uploading;
    private string _name = "";

    // The last data set whose import ended while this page was open.
    private Dataset? _imported;

    // The layout that the page explains; that of an upload is recognised.
    private ImportLayout _layout;

    /// <summary>A data set, perhaps still to be imported, between whose parts a run adapts.</summary>
    [SupplyParameterFromQuery(Name = "adapt")]
    private string? AdaptWithin { get; set; }

    [Inject]
    private DatasetService Datasets { get; set; } = null!;

    [Inject]
    private JobService Jobs { get; set; } = null!;

    [Inject]
    private DatasetImports Imports { get; set; } = null!;

    [Inject]
    private PendingUploads Pending { get; set; } = null!;

    private LayoutChoice Layout => LayoutChoice.Of(_layout);

    private bool IsEmpty => _datasets.Count == 0 && _imports.Count == 0 && _pending.Count == 0;

    private bool IsDrawing => _imports.Any(i => i.IsSample && !i.State.IsFinal());

    protected override async Task OnInitializedAsync()
    {
        await base.OnInitializedAsync();
        Load();
        _ = FollowImportsAsync();
    }

    public void Dispose()
    {
        _closed.Cancel();
        _closed.Dispose();
    }

    private string Summary(DatasetVersion version) =>
        T[
            "SizeOf",
            Counted.Images(version.Images),
            version.HasLabels ? Counted.Classes(version.Classes.Count) : T["NoLabels"],
            Format.Bytes(version.Bytes)
        ];

    /// <summary>Such as <c>Domain: photo, sketch</c>, as far as the version counts its tags itself.</summary>
    private IEnumerable<string> TagValues(DatasetVersion version) =>
        (version.Tags ?? [])
            .GroupBy(t => t.Name, t => t.Value)
            .Select(values =>
                T[
                    "Values",
                    TagCount.Heading(values.Key),
                    string.Join(T["ListSeparator"], values.Count() > MostValues ? [.. values.Take(MostValues), "…"] : values)
                ].Value
            );

    private void Load()
    {
        string[] awaited = [.. _imports.Where(i => !i.State.IsFinal()).Select(i => i.DatasetId)];
        _datasets = Datasets.List(User, ProjectId);
        _imports = Imports.List(User, ProjectId);
        _imported =
            _datasets.FirstOrDefault(d => awaited.Contains(d.Id) && _imports.All(i => i.DatasetId != d.Id))
            ?? _datasets.FirstOrDefault(d => d.Id == _imported?.Id);
        _pending = Pending.List(User, ProjectId);
        // Whoever goes back does not want to be sent here again.
        if (_datasets.FirstOrDefault(d => d.Id == AdaptWithin)?.Latest.Tags is [var source, var target, ..])
            Navigation.NavigateTo(
                AppRoutes.NewRunBetween(ProjectId, AdaptWithin!, $"{source.Name}={source.Value}", $"{target.Name}={target.Value}"),
                replace: true
            );
    }

    private string ImportDetail(DatasetImport import) =>
        import switch
        {
            { State: JobState.Queued } => T["Queued"],
            { Progress: null } => T["Starting"],
            { Progress: { Skipped: 0 } p } => T["OfImages", p.Done, p.Total],
            { Progress: var p } => T["OfImagesSkipped", p.Done, p.Total, p.Skipped],
        };

    /// <summary>Shows each change of an import, a few times a second at most.</summary>
    private async Task FollowImportsAsync()
    {
        try
        {
            await foreach (int _ in Jobs.WatchAsync(User, ProjectId, _closed.Token))
            {
                await InvokeAsync(() =>
                {
                    Load();
                    StateHasChanged();
                });
            }
        }
        catch (OperationCanceledException) { }
        catch (Exception e)
        {
            // Such as a project that was deleted in another tab.
            await DispatchExceptionAsync(e);
        }
    }

    private void OnChosen(string file)
    {
        if (string.IsNullOrWhiteSpace(_name))
            _name = Path.GetFileNameWithoutExtension(file);
    }

    private async Task UploadAsync()
    {
        if (_upload is not null)
            await _upload.SendAsync(AppRoutes.Upload(ProjectId, _name));
    }

    private void OnUploadedAsync()
    {
        (_uploading, _name) = (false, "");
        Load();
    }

    private async Task UseSampleAsync()
    {
        // Once is enough, also where a second click or another tab asks before this page knows of the first.
        Load();
        if (!IsDrawing && await AttemptAsync(() => Imports.StartSample(User, ProjectId)))
            Load();
    }

    private async Task ShowAdaptationAsync()
    {
        DatasetImport? sample = null;
        if (!await AttemptAsync(() => sample = Imports.StartSample(User, ProjectId)))
            return;
        AdaptWithin = sample!.DatasetId;
        Load();
    }

    private async Task ChooseAsync(PendingUpload upload, TextEncoding encoding)
    {
        await AttemptAsync(() => Task.Run(() => Pending.Choose(User, ProjectId, upload.Id, encoding)));
        Load();
    }

    private async Task ChangeAsync(PendingUpload upload, ImportOptions options)
    {
        await AttemptAsync(() => Task.Run(() => Pending.Change(User, ProjectId, upload.Id, options)));
        Load();
    }

    private async Task ConfirmAsync(PendingUpload upload)
    {
        await AttemptAsync(() => Pending.Confirm(User, ProjectId, upload.Id));
        Load();
    }

    private async Task DiscardAsync(PendingUpload upload)
    {
        await AttemptAsync(() => Pending.Discard(User, ProjectId, upload.Id));
        Load();
    }

    private async Task CancelAsync(DatasetImport import)
    {
        await AttemptAsync(() => Imports.Cancel(User, ProjectId, import.Id));
    }

    private async Task DismissAsync(DatasetImport import)
    {
        await AttemptAsync(() => Imports.Dismiss(User, ProjectId, import.Id));
        Load();
    }
}
