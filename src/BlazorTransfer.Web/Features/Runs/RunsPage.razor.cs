using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Components.Shared;
using BlazorTransfer.Web.Execution;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.Runs;

/// <summary>The runs of a project: sorted, filtered and live. Runs of an experiment are one line that expands. Filter and order are in the
/// address.</summary>
public sealed partial class RunsPage : IDisposable
{
    private static readonly (string Key, string Title, bool Right, bool OnSmall)[] Columns =
    [
        ("number", "Number", true, false),
        ("name", "Name", false, true),
        ("status", "Status", false, true),
        ("method", "Method", false, false),
        ("backbone", "Network", false, false),
        ("accuracy", "Accuracy", true, true),
        ("duration", "Time", true, false),
        ("submitted", "Started", true, false),
    ];

    // Numbers begin with the largest: the best accuracy, the latest run.
    private static readonly string[] LargestFirst = ["number", "accuracy", "duration", "submitted"];

    // In the order in which they were chosen: the others are compared with the first.
    private readonly List<string> _chosen = [];
    private readonly HashSet<string> _expanded = [];
    private IReadOnlyList<Run> _runs = [];
    private IReadOnlyList<(RunListEntry Entry, IReadOnlyList<Run> Runs)> _shown = [];
    private DisplayNames _names = DisplayNames.None;
    private bool _isNaming = true;
    private RunListWatch? _watch;

    [SupplyParameterFromQuery(Name = "find")]
    private string? Text { get; set; }

    [SupplyParameterFromQuery(Name = "status")]
    private string? Status { get; set; }

    /// <summary>A column, with a minus before it for descending.</summary>
    [SupplyParameterFromQuery(Name = "sort")]
    private string? Sort { get; set; }

    [Inject]
    private RunService Runs { get; set; } = null!;

    [Inject]
    private RunChanges Changes { get; set; } = null!;

    [Inject]
    private CatalogueProvider Catalogues { get; set; } = null!;

    private string SortKey => (Sort ?? "-number").TrimStart('-');

    private bool Descending => (Sort ?? "-number").StartsWith('-');

    protected override async Task OnInitializedAsync()
    {
        await base.OnInitializedAsync();
        _runs = Runs.List(User, ProjectId);
        Arrange();
        _watch = new RunListWatch(Changes, ProjectId, () => InvokeAsync(Refresh), DispatchExceptionAsync);
        if (await Catalogues.TryGetAsync() is { } catalogue)
            _names = DisplayNames.From(catalogue);
        _isNaming = false;
        Arrange();
    }

    protected override void OnParametersSet() => Arrange();

    public void Dispose() => _watch?.Dispose();

    /// <summary>Filters and sorts.</summary>
    private void Arrange()
    {
        IEnumerable<(RunListEntry Entry, IReadOnlyList<Run> Runs)> lines = RunListEntry
            .Of(_runs)
            .Select(e => (e, (IReadOnlyList<Run>)[.. MembersOf(e).Where(r => Matches(r, e))]))
            .Where(line => line.Item2.Count > 0);
        // A line without the value comes last in either direction.
        IOrderedEnumerable<(RunListEntry Entry, IReadOnlyList<Run> Runs)> known = lines.OrderBy(line => SortValue(line.Entry) is null);
        _shown = [.. Descending ? known.ThenByDescending(line => SortValue(line.Entry)) : known.ThenBy(line => SortValue(line.Entry))];
    }

    private static IReadOnlyList<Run> MembersOf(RunListEntry entry) =>
        entry switch
        {
            RunListEntry.Single single => [single.Run],
            RunListEntry.Group group => group.Experiment.Members,
            _ => throw new InvalidOperationException($"No runs of {entry.GetType().Name}."),
        };

    private bool Matches(Run run, RunListEntry entry) =>
        (Status is null || run.Status.ToString() == Status)
        && (
            string.IsNullOrWhiteSpace(Text)
            || string.Join(
                    ' ',
                    run.Submission.Number,
                    run.Name,
                    entry.Name,
                    run.Submission.DatasetName,
                    NameOf(run.Job.Method),
                    NameOf(run.Job.Backbone),
                    run.Notes
                )
                .Contains(Text.Trim(), StringComparison.OrdinalIgnoreCase)
        );

    private IComparable? SortValue(RunListEntry entry) =>
        SortKey switch
        {
            "name" => entry.Name,
            "status" => entry.Status,
            "method" => NameOf(entry.First.Job.Method),
            "backbone" => NameOf(entry.First.Job.Backbone),
            "accuracy" => entry.Accuracy?.Mean,
            "duration" => entry.Duration(Clock.GetUtcNow()),
            "submitted" => entry.SubmittedAt,
            _ => entry.Number,
        };

    // The worker may have to be started for its catalogue; until then no internal names are shown.
    private string NameOf(string name) => _isNaming ? "…" : _names.Of(name);

    private string MethodOf(Experiment experiment) => Common(experiment, r => r.Job.Method, "Methods");

    private string NetworkOf(Experiment experiment) => Common(experiment, r => r.Job.Backbone, "Networks");

    private string Common(Experiment experiment, Func<Run, string> of, string several) =>
        experiment.Members.Select(of).Distinct().ToArray() is [{ } one]
            ? NameOf(one)
            : T[several, experiment.Members.Select(of).Distinct().Count()];

    private static string StatusName(string? status) => Enum.TryParse(status, out RunStatus known) ? StatusChip.TextOf(known) : "";

    private void SortBy(string key) =>
        Go(Text, Status, SortKey == key ? (Descending ? key : "-" + key) : (LargestFirst.Contains(key) ? "-" + key : key));

    private void ClearFilters() => Go(null, null, Sort);

    // In place of the address before: the back button leaves the page, and does not spell a search backwards.
    private void Go(string? text, string? status, string? sort) =>
        Navigation.NavigateTo(
            Navigation.GetUriWithQueryParameters(
                new Dictionary<string, object?>
                {
                    ["find"] = string.IsNullOrWhiteSpace(text) ? null : text,
                    ["status"] = status,
                    ["sort"] = sort,
                }
            ),
            replace: true
        );

    private void Expand(string experimentId)
    {
        if (!_expanded.Remove(experimentId))
            _expanded.Add(experimentId);
    }

    private void Choose(string runId)
    {
        if (!_chosen.Remove(runId))
            _chosen.Add(runId);
    }

    private void Compare() => Navigation.NavigateTo(AppRoutes.CompareRuns(ProjectId, _chosen));

    private void Refresh()
    {
        _runs = Runs.List(User, ProjectId);
        _chosen.RemoveAll(id => _runs.All(r => r.Id != id));
        Arrange();
        StateHasChanged();
    }
}
