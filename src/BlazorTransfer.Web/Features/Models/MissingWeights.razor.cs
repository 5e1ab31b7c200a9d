using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Components.Shared;
using BlazorTransfer.Web.Execution;
using BlazorTransfer.Web.Jobs;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.Models;

/// <summary>Gets the weights of a network that has none: as a download or from a file.</summary>
public sealed partial class MissingWeights : IDisposable
{
    private readonly CancellationTokenSource _closed = new();
    private IReadOnlySet<string> _known = new HashSet<string>();
    private OfficialWeights? _official;
    private DownloadState? _download;
    private BackboneWeights? _other;
    private DisplayNames _names = DisplayNames.None;
    private FileUpload? _upload;
    private string? _shown;
    private bool _importing;

    /// <summary>The network.</summary>
    [Parameter, EditorRequired]
    public BackboneSpec Backbone { get; set; } = null!;

    /// <summary>There are weights that were not there before.</summary>
    [Parameter]
    public EventCallback Arrived { get; set; }

    [Inject]
    private CatalogueProvider Catalogues { get; set; } = null!;

    [Inject]
    private WeightsLibrary Library { get; set; } = null!;

    [Inject]
    private OfficialWeightsCatalogue Official { get; set; } = null!;

    [Inject]
    private WeightsDownloads Downloads { get; set; } = null!;

    [Inject]
    private JobService Jobs { get; set; } = null!;

    public void Dispose()
    {
        _closed.Cancel();
        _closed.Dispose();
    }

    protected override async Task OnInitializedAsync()
    {
        await base.OnInitializedAsync();
        _known = Ids();
        ShowBackbone();
        _ = FollowDownloadsAsync();
    }

    protected override void OnParametersSet()
    {
        if (_shown is not null && _shown != Backbone.Name)
            ShowBackbone();
    }

    private void ShowBackbone()
    {
        (_shown, _other, _importing) = (Backbone.Name, null, false);
        _official = Official.For(Backbone.Name);
        _download = Downloads.States(User).GetValueOrDefault(Backbone.Name);
    }

    private async Task FollowDownloadsAsync()
    {
        try
        {
            await foreach (int _ in Jobs.WatchInstallationAsync(User, _closed.Token))
            {
                await InvokeAsync(async () =>
                {
                    DownloadState? before = _download;
                    _download = Downloads.States(User).GetValueOrDefault(Backbone.Name);
                    if (before != _download)
                        StateHasChanged();
                    if (!Ids().IsSubsetOf(_known))
                        await LookAsync();
                });
            }
        }
        catch (OperationCanceledException) { }
    }

    /// <summary>Looks for new weights. Those of another network are named, since they were probably meant for this one.</summary>
    private async Task LookAsync()
    {
        BackboneWeights[] fresh = [.. Library.List(User).Where(w => !_known.Contains(w.Id))];
        _known = Ids();
        _other = fresh.FirstOrDefault(w => !w.Backbones.Contains(Backbone.Name));
        if (_other is not null && await Catalogues.TryGetAsync() is { } catalogue)
            _names = DisplayNames.From(catalogue);
        if (fresh.Length > 0)
            await Arrived.InvokeAsync();
    }

    /// <summary>The display name of a network of the catalogue.</summary>
    private string NameOf(string backbone) => _names.Of(backbone);

    private HashSet<string> Ids() => [.. Library.List(User).Select(w => w.Id)];

    private Task DownloadAsync() => AttemptAsync(() => Downloads.Start(User, Backbone.Name));

    private Task CancelAsync() => AttemptAsync(() => Downloads.Cancel(User, Backbone.Name));

    private Task UploadAsync(string file) => _upload!.SendAsync(AppRoutes.UploadWeights(file));
}
