using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Models;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Execution;
using BlazorTransfer.Web.Features.Models;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Jobs;
using BlazorTransfer.Web.Refusals;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.Backbones;

/// <summary>All networks, to compare by size, cost and speed on this machine, with their weights: as a page of its own and as a tab of a
/// project.</summary>
public sealed partial class NetworksPage : IDisposable
{
    private static readonly (string Key, bool Right)[] Columns =
    [
        (NameColumn, false),
        ("parameters", true),
        ("flops", true),
        ("input", true),
        ("features", true),
        ("speed", true),
        ("training", true),
        ("runs", false),
    ];

    private const string NameColumn = "name";

    private const int FewRuns = 3;
    private readonly CancellationTokenSource _closed = new();
    private IReadOnlyDictionary<string, DownloadState> _downloads = new Dictionary<string, DownloadState>();
    private Catalogue? _catalogue;
    private DisplayNames _names = DisplayNames.None;
    private Project? _project;
    private IReadOnlyList<BackboneWeights> _weights = [];
    private Dictionary<string, BackboneSpeed> _speeds = [];
    private ILookup<string, Run> _runs = Array.Empty<Run>().ToLookup(r => r.Job.Backbone);
    private string? _failure;
    private string? _find;
    private string? _family;
    private string? _measuring;
    private string _sort = "";
    private bool _descending;
    private bool _withWeights;
    private bool _busy;

    /// <summary>The project whose tab it is; null where the page stands alone.</summary>
    [Parameter]
    public string? ProjectId { get; set; }

    [Inject]
    private ProjectAccess Access { get; set; } = null!;

    [Inject]
    private CatalogueProvider Catalogues { get; set; } = null!;

    [Inject]
    private WeightsLibrary Library { get; set; } = null!;

    [Inject]
    private BackboneSpeeds Speeds { get; set; } = null!;

    [Inject]
    private OfficialWeightsCatalogue Official { get; set; } = null!;

    [Inject]
    private JobService Jobs { get; set; } = null!;

    [Inject]
    private WeightsDownloads Downloads { get; set; } = null!;

    [Inject]
    private ProjectService Projects { get; set; } = null!;

    [Inject]
    private RunService Runs { get; set; } = null!;

    private IReadOnlyList<BackboneSpec> Shown
    {
        get
        {
            IEnumerable<BackboneSpec> shown = _catalogue!.Backbones.Where(b =>
                (
                    string.IsNullOrWhiteSpace(_find)
                    || $"{b.Name} {b.DisplayName} {b.Family}".Contains(_find.Trim(), StringComparison.OrdinalIgnoreCase)
                )
                && (_family is null || b.Family == _family)
                && (!_withWeights || _weights.Any(w => w.Backbones.Contains(b.Name)))
            );
            if (_sort.Length == 0)
                return [.. shown];
            return _descending ? [.. shown.OrderByDescending(Key)] : [.. shown.OrderBy(Key)];
        }
    }

    public void Dispose()
    {
        _closed.Cancel();
        _closed.Dispose();
    }

    protected override async Task OnInitializedAsync()
    {
        await base.OnInitializedAsync();
        if (ProjectId is not null)
            _project = Access.Require(User, ProjectId, ProjectRole.Viewer);
        Run[] runs = [.. Projects.List(User).SelectMany(p => Runs.List(User, p.Id))];
        _runs = runs.OrderByDescending(r => r.Submission.SubmittedAt).ToLookup(r => r.Job.Backbone);
        _busy = runs.Any(r => r.Status.HasWorker());
        _weights = Library.List(User);
        _speeds = new(Speeds.All(User));
        _ = FollowDownloadsAsync();
        try
        {
            _catalogue = await Catalogues.GetAsync(_closed.Token);
            _names = DisplayNames.From(_catalogue);
        }
        catch (Exception e)
            when (e is RefusedException or FileNotFoundException or DiskFullException or System.ComponentModel.Win32Exception)
        {
            _failure = e.Message;
        }
    }

    /// <summary>What the figures of a column are; null where its title says it.</summary>
    private string? HelpOf(string column) => column == NameColumn ? null : T[$"Column.{column}.Help"].Value;

    private void LoadWeights() => _weights = Library.List(User);

    /// <summary>What tells networks of one name apart: the family, and who the weights are from.</summary>
    private string OriginOf(BackboneSpec b) =>
        Official.For(b.Name) is { } official ? T["Origin", b.Family, official.Origin]
        : _weights.FirstOrDefault(w => w.IsBuiltIn && w.Backbones.Contains(b.Name)) is { } builtIn
            ? T["BuiltIn", b.Family, Official.OriginOf(builtIn).Split(',')[0]]
        : b.Family;

    /// <summary>Official weights that are not here yet.</summary>
    private OfficialWeights? Offers(BackboneSpec b) =>
        Official.For(b.Name) is { } official && !_weights.Any(w => w.Sha256.StartsWith(official.Sha256Prefix, StringComparison.Ordinal))
            ? official
            : null;

    private async Task FollowDownloadsAsync()
    {
        try
        {
            await foreach (int _ in Jobs.WatchInstallationAsync(User, _closed.Token))
            {
                IReadOnlyDictionary<string, DownloadState> now = Downloads.States(User);
                if (now.Count == 0 && _downloads.Count == 0)
                    continue;
                await InvokeAsync(() =>
                {
                    if (now.Count < _downloads.Count)
                        _weights = Library.List(User);
                    _downloads = now;
                    StateHasChanged();
                });
            }
        }
        catch (OperationCanceledException) { }
    }

    private Task DownloadAsync(BackboneSpec b) => AttemptAsync(() => Downloads.Start(User, b.Name));

    private Task CancelDownloadAsync(BackboneSpec b) => AttemptAsync(() => Downloads.Cancel(User, b.Name));

    private static string Rate(double perSecond) => perSecond.ToString(perSecond < 10 ? "F1" : "N0");

    private IComparable Key(BackboneSpec b) =>
        _sort switch
        {
            NameColumn => b.DisplayName,
            "parameters" => b.Parameters,
            "flops" => b.GigaMacs,
            "input" => b.Preprocessing.CropSize,
            "features" => b.FeatureDim,
            "speed" => _speeds.GetValueOrDefault(b.Name)?.Features ?? 0,
            "training" => _speeds.GetValueOrDefault(b.Name)?.Training ?? 0,
            "runs" => _runs[b.Name].Count(),
            _ => throw new InvalidOperationException($"No column '{_sort}'."),
        };

    private void SortBy(string key) => (_descending, _sort) = (_sort == key && !_descending, key);

    private async Task MeasureAsync(BackboneSpec backbone)
    {
        _measuring = backbone.Name;
        await AttemptAsync(async () => _speeds[backbone.Name] = await Speeds.MeasureAsync(User, backbone.Name, _closed.Token));
        _measuring = null;
    }
}
