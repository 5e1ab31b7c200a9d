using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Ranking;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Components.Shared;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Jobs;
using BlazorTransfer.Web.Refusals;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.Rankings;

/// <summary>Which network for this data? Starts a ranking, shows how far it is and what it found. It goes on when the page is
/// left.</summary>
public sealed partial class RankingPage : IDisposable
{
    private const string Accuracy = "LinearProbe";

    // Titles, labels and kinds are keys of texts.
    private static readonly (string Key, string Title, bool Right, bool Small, string? Help)[] Columns =
    [
        ("name", "Network", false, true, null),
        ("accuracy", "ProbeAccuracy", true, true, "ProbeAccuracyHelp"),
        ("logme", "LogMe", true, false, "LogMeHelp"),
        ("hscore", "HScore", true, false, "HScoreHelp"),
        ("flops", "GigaFlops", true, false, "GigaFlopsHelp"),
        ("speed", "ImagesPerSecond", true, false, "ImagesPerSecondHelp"),
        ("parameters", "Parameters", true, false, "ParametersHelp"),
    ];

    private static readonly Dictionary<string, (string Label, Func<CandidateScores, double> Of)> Scores = new()
    {
        [Accuracy] = ("LinearProbeAxis", s => s.Accuracy),
        ["LogMe"] = ("LogMeAxis", s => s.LogMe),
        ["HScore"] = ("HScore", s => s.HScore),
    };

    private static readonly Dictionary<string, (string Label, Func<CandidateScores, double> Of)> Costs = new()
    {
        ["Operations"] = ("OperationsAxis", s => s.GigaFlops),
        ["MeasuredTime"] = ("MeasuredTimeAxis", s => 1000 / s.ImagesPerSecond),
    };

    private static readonly string[] Kinds = ["Kind.Highest", "Kind.GoodValue", "Kind.Random", "Kind.Other"];

    private readonly CancellationTokenSource _closed = new();
    private readonly HashSet<string> _leftOut = [];
    private Dataset _dataset = null!;
    private IReadOnlyList<RankingChoice>? _choices;
    private RankingActivity? _activity;
    private DatasetRanking? _last;
    private string? _failure;
    private string _sort = "accuracy";
    private string _score = Accuracy;
    private string _cost = "Operations";
    private bool _descending = true;
    private bool _withRandom = true;
    private bool _starting;
    private bool _cancelling;
    private bool _runAtWork;

    [Parameter]
    public string DatasetId { get; set; } = "";

    [Inject]
    private DatasetService Datasets { get; set; } = null!;

    [Inject]
    private JobService Jobs { get; set; } = null!;

    [Inject]
    private RankingService Rankings { get; set; } = null!;

    [Inject]
    private RunService Runs { get; set; } = null!;

    private bool IsAtWork => _activity is { IsAtWork: true };

    private int Chosen => _choices?.Count(c => !_leftOut.Contains(c.Key)) ?? 0;

    private RankingVerdict? Verdict => _last is { Report: var r } ? RankingVerdict.Of(r.Candidates, r.Folds) : null;

    /// <summary>Networks that the leader is not significantly better than.</summary>
    private IReadOnlyList<RankedCandidate> Rivals =>
        Verdict is { } verdict ? RankingVerdict.RivalsOf(verdict.Best, _last!.Report.Candidates, _last.Report.Folds) : [];

    private double SpreadOf(RankedCandidate c) => _score == Accuracy ? c.Scores!.AccuracySd : 0;

    private IReadOnlyList<RankedCandidate> Failed => [.. _last!.Report.Candidates.Where(c => c.Error is not null)];

    private IReadOnlyList<RankedCandidate> Sorted
    {
        get
        {
            IEnumerable<RankedCandidate> scored = _last!
                .Report.Candidates.Where(c => c.Scores is not null)
                .OrderByDescending(c => c.Scores!.LogMe);
            return _descending ? [.. scored.OrderByDescending(Key)] : [.. scored.OrderBy(Key)];
        }
    }

    private IReadOnlyList<ScatterPoint> Points =>
        [
            .. _last!
                .Report.Candidates.Where(c => c.Scores is not null)
                .Select(c => new ScatterPoint(
                    Costs[_cost].Of(c.Scores!),
                    Scores[_score].Of(c.Scores!),
                    Math.Max(Scores[_score].Of(c.Scores!) - SpreadOf(c), _score == Accuracy ? 0 : double.MinValue),
                    // An accuracy ends at 100 %, and so does its bar.
                    Math.Min(Scores[_score].Of(c.Scores!) + SpreadOf(c), _score == Accuracy ? 1 : double.MaxValue),
                    c.IsRandom ? T["RandomPoint", c.DisplayName!].Value : c.DisplayName!,
                    KindOf(c)
                )),
        ];

    public void Dispose()
    {
        _closed.Cancel();
        _closed.Dispose();
    }

    protected override async Task OnInitializedAsync()
    {
        await base.OnInitializedAsync();
        _dataset = Datasets.Get(User, ProjectId, DatasetId);
        _runAtWork = Runs.List(User, ProjectId).Any(r => r.Status.HasWorker());
        Load();
        _ = FollowAsync();
        // Without labels there is nothing to choose.
        if (_dataset.Latest.CanRank)
            await LoadChoicesAsync();
    }

    private string Stage(RankingActivity activity) =>
        activity.Progress switch
        {
            null when activity.State == JobState.Queued => T["Stage.Queued"],
            null => T["Stage.Starting"],
            { Stage: RankingStage.ReadingImages } => T["Stage.ReadingImages"],
            { Stage: RankingStage.ExtractingFeatures } p => T["Stage.ExtractingFeatures", p.Candidate ?? ""],
            { Stage: RankingStage.Scoring } p => T["Stage.Scoring", p.Candidate ?? ""],
            var p => throw new InvalidOperationException($"No words for {p.Stage}."),
        };

    private string Detail(RankingProgressed? progress) =>
        progress switch
        {
            null => "",
            { Number: 0 } => T["Progress", $"{progress.Done:N0}", $"{progress.Total:N0}"],
            _ => T["ProgressNetwork", progress.Number, progress.Candidates, $"{progress.Done:N0}", $"{progress.Total:N0}"],
        };

    private string NameOf(string? key) => key is null ? "" : T[key];

    private string ResultOf(RankedCandidate c) =>
        c.Scores is { } scores ? T["DoneNetwork", c.Name, scores.Accuracy.ToString("P1")] : T["DoneFailed", c.Name];

    /// <summary>The best network, and whether it is significantly better than the others.</summary>
    private string Sentence(RankedCandidate best)
    {
        string accuracy = best.Scores!.Accuracy.ToString("P1");
        return Rivals.Count == 0
            ? T["BestNetwork", best.DisplayName!, best.Name, accuracy]
            : T["HighestNetwork", best.DisplayName!, best.Name, accuracy, string.Join(", ", Rivals.Select(r => r.DisplayName))];
    }

    private string Origin(DatasetRanking ranking) =>
        T[
            "Ranked",
            Format.Ago(ranking.FinishedAt, Clock.GetUtcNow()),
            Format.Duration(TimeSpan.FromSeconds(ranking.Report.Seconds)),
            Format.Device(ranking.Report.Device),
            ranking.Report.Images.ToString("N0"),
            ranking.Report.TrainImages.ToString("N0"),
            ranking.DatasetVersion,
            ranking.Report.Folds,
            ranking.Report.Seed
        ];

    private static string Ratio(RankedCandidate best, RankedCandidate other) =>
        (other.Scores!.GigaFlops / best.Scores!.GigaFlops).ToString("P0");

    private string RunWith(RankingChoice choice) =>
        choice.RunId is { } run
            ? AppRoutes.NewRun(ProjectId, dataset: DatasetId, start: run)
            : AppRoutes.NewRunWith(ProjectId, DatasetId, choice.Backbone.Name, choice.Key);

    private int KindOf(RankedCandidate c) =>
        c == Verdict?.Best ? 0
        : c == Verdict?.GoodValue ? 1
        : c.IsRandom ? 2
        : 3;

    private IComparable Key(RankedCandidate c) =>
        _sort switch
        {
            "name" => c.DisplayName!,
            "accuracy" => c.Scores!.Accuracy,
            "logme" => c.Scores!.LogMe,
            "hscore" => c.Scores!.HScore,
            "flops" => c.Scores!.GigaFlops,
            "speed" => c.Scores!.ImagesPerSecond,
            "parameters" => c.Scores!.Parameters,
            _ => throw new InvalidOperationException($"No column '{_sort}'."),
        };

    // Scores begin with the best, costs and names with the least.
    private void SortBy(string key) =>
        (_descending, _sort) = (_sort == key ? !_descending : key is "accuracy" or "logme" or "hscore" or "speed", key);

    private void Load() => (_activity, _last) = Rankings.Get(User, ProjectId, DatasetId);

    private async Task LoadChoicesAsync()
    {
        try
        {
            _failure = null;
            _choices = await Rankings.ChoicesAsync(User, ProjectId, DatasetId);
        }
        catch (Exception e)
            when (e is RefusedException or FileNotFoundException or DiskFullException or System.ComponentModel.Win32Exception)
        {
            _failure = e.Message;
        }
    }

    private void Include(RankingChoice choice, bool included)
    {
        if (included)
            _leftOut.Remove(choice.Key);
        else
            _leftOut.Add(choice.Key);
    }

    private async Task StartAsync()
    {
        _starting = true;
        if (await AttemptAsync(() => Rankings.StartAsync(User, ProjectId, DatasetId, _leftOut, _withRandom)))
            Load();
        _starting = false;
    }

    private async Task CancelAsync()
    {
        _cancelling = IsAtWork;
        await AttemptAsync(() => Rankings.Cancel(User, ProjectId, DatasetId));
        Load();
    }

    /// <summary>Shows each change, of a ranking that was started on another page too.</summary>
    private async Task FollowAsync()
    {
        try
        {
            await foreach (int _ in Jobs.WatchAsync(User, ProjectId, _closed.Token))
                await InvokeAsync(Look);
        }
        catch (OperationCanceledException) { }
        catch (Exception e)
        {
            await DispatchExceptionAsync(e);
        }
    }

    private void Look()
    {
        (RankingActivity? activity, DateTimeOffset? finished) before = (_activity, _last?.FinishedAt);
        Load();
        if (before == (_activity, _last?.FinishedAt))
            return;
        if (!IsAtWork)
            _cancelling = false;
        StateHasChanged();
    }
}
