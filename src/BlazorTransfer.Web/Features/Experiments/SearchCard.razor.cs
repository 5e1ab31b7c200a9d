using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Components.Shared;
using BlazorTransfer.Web.Execution;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Refusals;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.Experiments;

/// <summary>The trials of a search, which settings mattered, and which trial is the best so far; live.</summary>
public sealed partial class SearchCard
{
    // The last run of each trial, and those of them with a score; the best first.
    private IReadOnlyList<Run> _latest = [];
    private IReadOnlyList<Run> _scored = [];
    private IReadOnlyList<ParameterSpec> _searched = [];
    private IReadOnlyList<ParameterSpec> _specs = [];
    private IReadOnlyList<ParallelAxis> _axes = [];
    private IReadOnlyList<ParallelLine> _lines = [];
    private int _round;
    private int _inRound;
    private int _done;

    [Inject]
    private CatalogueProvider Catalogues { get; set; } = null!;

    private SearchPlan Plan => Members[0].Submission.Search!;

    private TrialScore Score => TrialScore.Of(Members[0]);

    private Run? Best => _scored.Count == 0 ? null : _scored[0];

    private bool HasTarget => Members[0].Job.Target is not null;

    private bool IsOver => Open == 0 && _round + 1 >= Plan.Rounds;

    protected override async Task OnInitializedAsync()
    {
        try
        {
            Catalogue catalogue = await Catalogues.GetAsync();
            _specs = catalogue.FindMethod(Members[0].Job.Method) is { } method ? catalogue.ParametersOf(method) : [];
            Load();
        }
        catch (Exception e)
            when (e is RefusedException or FileNotFoundException or DiskFullException or System.ComponentModel.Win32Exception)
        {
            // Without the worker's words for the settings, the table still has the scores.
        }
    }

    private protected override void Conclude()
    {
        _searched = [.. Plan.Ranges.Select(r => _specs.FirstOrDefault(s => s.Name == r.Name)).OfType<ParameterSpec>()];
        // A trial that went further counts before one that did not, whatever its score was then.
        _latest =
        [
            .. Members
                .GroupBy(r => r.Submission.Trial)
                .Select(g => g.MaxBy(r => r.Submission.Round)!)
                .OrderByDescending(r => r.Submission.Round)
                .ThenByDescending(r => Score.Rank(r) ?? double.NegativeInfinity)
                .ThenBy(r => r.Submission.Trial),
        ];
        _scored = [.. _latest.Where(r => Score.Value(r) is not null && r.Status == RunStatus.Succeeded)];
        _round = Members.Max(r => r.Submission.Round);
        Run[] current = [.. Members.Where(r => r.Submission.Round == _round)];
        (_inRound, _done) = (current.Length, current.Count(r => r.Status.IsFinal()));
        (_axes, _lines) = SearchChart.Draw(Plan, _specs, _scored, Score, r => AppRoutes.Run(ProjectId, r.Id));
    }

    private Task CancelAsync() =>
        AskAndCancelAsync(
            "End the search?",
            $"{Open} trials are waiting or at work. Those that have finished stay, and no further round begins.",
            "End it"
        );
}
