using BlazorTransfer.Web.Components;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.Runs;

/// <summary>The history: sorted, filtered, and live. Filter and order are in the address.</summary>
public sealed partial class RunsPage : IDisposable
{
    private static readonly (string Key, string Title, bool Right)[] Columns =
    [
        ("number", "#", true),
        ("name", "Name", false),
        ("status", "Status", false),
        ("method", "Method", false),
        ("backbone", "Backbone", false),
        ("top1", "Best top-1", true),
        ("duration", "Time", true),
        ("submitted", "Started", true),
    ];

    // In the order in which they were chosen: the first is what others are held against.
    private readonly List<string> _chosen = [];
    private IReadOnlyList<Run> _runs = [];
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

    private string SortKey => (Sort ?? "-number").TrimStart('-');

    private bool Descending => (Sort ?? "-number").StartsWith('-');

    private IReadOnlyList<Run> Shown
    {
        get
        {
            IEnumerable<Run> shown = _runs.Where(r => Status is null || r.Status.ToString() == Status).Where(Matches);
            return [.. Descending ? shown.OrderByDescending(SortValue) : shown.OrderBy(SortValue)];
        }
    }

    protected override async Task OnInitializedAsync()
    {
        await base.OnInitializedAsync();
        _runs = Runs.List(User, ProjectId);
        _watch = new RunListWatch(Changes, ProjectId, () => InvokeAsync(Refresh), DispatchExceptionAsync);
    }

    public void Dispose() => _watch?.Dispose();

    private bool Matches(Run run) =>
        string.IsNullOrWhiteSpace(Text)
        || $"{run.Submission.Number} {run.Submission.Name} {run.Submission.DatasetName} {run.Job.Method} {run.Job.Backbone}".Contains(
            Text.Trim(),
            StringComparison.OrdinalIgnoreCase
        );

    private IComparable SortValue(Run run) =>
        SortKey switch
        {
            "name" => run.Submission.Name,
            "status" => run.Status,
            "method" => run.Job.Method,
            "backbone" => run.Job.Backbone,
            "top1" => run.Top1 ?? -1,
            "duration" => run.Duration(Clock.GetUtcNow()) ?? TimeSpan.Zero,
            "submitted" => run.Submission.SubmittedAt,
            _ => run.Submission.Number,
        };

    /// <summary>What tells a run from the others of its experiment.</summary>
    private static string MemberOf(Run run) =>
        run switch
        {
            { Submission.ExperimentId: null } => "",
            { Submission.Part: { } part } => part switch
            {
                AdaptationPart.Method => ", adapted",
                AdaptationPart.SourceOnly => ", source alone",
                AdaptationPart.Oracle => ", oracle",
                _ => throw new InvalidOperationException($"No words for {part}."),
            },
            { Submission.Search: not null } => $", trial {run.Submission.Trial}",
            { Job.Fold: { } fold } => $", fold {fold.Index + 1} of {fold.Count}",
            _ => $", seed {run.Job.Seed}",
        };

    private void SortBy(string key) => Go(Text, Status, SortKey == key && !Descending ? "-" + key : key);

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
        StateHasChanged();
    }
}
