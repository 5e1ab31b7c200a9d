using System.Security.Claims;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Experiments;
using BlazorTransfer.Web.Features.NewRun;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace BlazorTransfer.Web.Tests.Experiments;

public sealed class SearchTests : IAsyncLifetime
{
    private static readonly ParameterSpec Rate = new()
    {
        Name = "rate",
        DisplayName = "Rate",
        Help = "",
        Kind = ParameterKind.Number,
        Default = 0.01,
        Minimum = 0,
        Maximum = 10,
        Logarithmic = true,
    };
    private static readonly ParameterSpec Depth = new()
    {
        Name = "depth",
        DisplayName = "Depth",
        Help = "",
        Kind = ParameterKind.Integer,
        Default = 0,
        Minimum = 0,
        Maximum = 64,
    };
    private static readonly ParameterSpec Kind = new()
    {
        Name = "kind",
        DisplayName = "Kind",
        Help = "",
        Kind = ParameterKind.Choice,
        Default = "a",
        Choices = [new("a", "A"), new("b", "B"), new("c", "C")],
    };
    private static readonly ParameterSpec Epochs = new()
    {
        Name = ParameterNames.Epochs,
        DisplayName = "Epochs",
        Searchable = false,
        Help = "",
        Kind = ParameterKind.Integer,
        Default = 9,
        Minimum = 1,
        Maximum = 100,
    };
    private static readonly IReadOnlyList<ParameterSpec> Specs = [Epochs, Rate, Depth, Kind];

    private readonly TestApp _app = new();
    private ClaimsPrincipal _ada = null!;
    private Project _project = null!;
    private Dataset _dataset = null!;

    private RunService Runs => _app.Get<RunService>();

    public async ValueTask InitializeAsync()
    {
        _ada = await _app.PrincipalAsync(await _app.CreateUserAsync("Ada"));
        (_project, _dataset) = await _app.CreateProjectWithDataAsync(_ada);
    }

    public ValueTask DisposeAsync()
    {
        _app.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public void Draw_StaysWithinItsRanges_SpreadsOverOrdersOfMagnitude_AndBeginsWithWhatWas()
    {
        var plan = new SearchPlan
        {
            Trials = 81,
            SuccessiveHalving = false,
            Ranges = [new("rate", 1e-4, 1), new("depth", 2, 5), new("kind", Values: ["a", "c"])],
        };
        var chosen = new Dictionary<string, ParameterValue> { ["rate"] = 0.5, ["epochs"] = 7 };

        IReadOnlyList<IReadOnlyDictionary<string, ParameterValue>> trials = plan.Draw(Specs, chosen, seed: 3);

        Assert.Equal(81, trials.Count);
        Assert.Equal(chosen, trials[0]);
        IReadOnlyDictionary<string, ParameterValue>[] drawn = [.. trials.Skip(1)];
        Assert.All(drawn, t => Assert.Equal(7, t["epochs"].AsNumber));
        double[] rates = [.. drawn.Select(t => t["rate"].AsNumber!.Value)];
        Assert.All(rates, r => Assert.InRange(r, 1e-4, 1));
        // A quarter of them in each of the four powers of ten, roughly.
        Assert.All(Enumerable.Range(-4, 4), power => Assert.InRange(rates.Count(r => Math.Floor(Math.Log10(r)) == power), 8, 34));
        Assert.Equal([2, 3, 4, 5], drawn.Select(t => t["depth"].AsNumber!.Value).Distinct().Order());
        Assert.Equal(["a", "c"], drawn.Select(t => t["kind"].AsText!).Distinct().Order());
        Assert.Equal(trials[5], plan.Draw(Specs, chosen, seed: 3)[5]);
        Assert.NotEqual(trials[5]["rate"], plan.Draw(Specs, chosen, seed: 4)[5]["rate"]);
    }

    [Theory]
    [InlineData(9, 9, "1,3,9", 9 + 9 + 9)]
    [InlineData(27, 30, "1,3,10,30", 27 + 27 + 30 + 30)]
    [InlineData(5, 30, "3,10,30", 15 + 20 + 30)]
    // Fewer epochs than one cannot be.
    [InlineData(27, 2, "1,2", 27 + 18)]
    public void Halving_TriplesTheEpochsOfTheBestThird(int trials, int epochs, string byRound, int total)
    {
        var plan = new SearchPlan
        {
            Trials = trials,
            SuccessiveHalving = true,
            Ranges = [],
            Epochs = epochs,
        };

        Assert.Equal(byRound, string.Join(",", Enumerable.Range(0, plan.Rounds).Select(plan.EpochsOf)));
        Assert.Equal(total, plan.TotalEpochs);
        Assert.Equal(trials * epochs, (plan with { SuccessiveHalving = false }).TotalEpochs);
    }

    public static TheoryData<string, SearchRange> WrongRanges =>
        new()
        {
            { "no setting", new("nothing", 0, 1) },
            { "below the largest", new("rate", 1, 0.1) },
            { "logarithmic scale", new("rate", 0, 0.1) },
            { "at most", new("depth", 0, 65) },
            { "finite", new("rate", double.NaN, 1) },
            { "two values", new("kind", Values: ["a"]) },
            { "must be one of", new("kind", Values: ["a", "x"]) },
            { "cannot be searched", new("epochs", 1, 10) },
        };

    [Theory]
    [MemberData(nameof(WrongRanges))]
    public void Check_NamesWhatIsWrong(string words, SearchRange range)
    {
        var plan = new SearchPlan
        {
            Trials = 9,
            SuccessiveHalving = true,
            Ranges = [range],
        };

        Assert.Contains(words, Assert.Throws<RefusedException>(() => plan.Check(Specs)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Search_RunsItsRounds_UntilOneTrialHasAllEpochs()
    {
        Run first = await Runs.SubmitAsync(_ada, _project.Id, Request(trials: 4, epochs: 9));

        await TestApp.WaitForAsync(() => Trials(first).Count == 7 && Trials(first).All(r => r.Status.IsFinal()));
        IReadOnlyList<Run> all = Trials(first);
        Assert.Equal(
            [(0, 4, 1), (1, 2, 3), (2, 1, 9)],
            all.GroupBy(r => r.Submission.Round).Select(g => (g.Key, g.Count(), (int)g.First().Job.Parameters["epochs"].AsNumber!))
        );
        Assert.Equal([1, 2, 3, 4], all.Where(r => r.Submission.Round == 0).Select(r => r.Submission.Trial));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7], all.Select(r => r.Submission.Number));
        // The folders are the truth: a database made anew knows the search too.
        _app.Get<RunRebuild>().Rebuild();
        Assert.Equal(3, Trials(first)[0].Submission.Search!.Rounds);
        Assert.Equal(9, Trials(first)[0].Submission.Search!.Epochs);
    }

    [Fact]
    public async Task Search_WhoseTrialsAreCancelled_BeginsNoFurtherRound()
    {
        Run first = await Runs.SubmitAsync(_ada, _project.Id, Request(trials: 3, epochs: 9, behaviour: "wait-for-cancel"));
        await _app.WaitForRunAsync(first.Id, r => r.Epoch == 1);

        Runs.CancelExperiment(_ada, _project.Id, first.Submission.ExperimentId!);

        await TestApp.WaitForAsync(() => Trials(first).All(r => r.Status.IsFinal()));
        // One after the other, the rounds that are due in the project are started: with this one, that of the other would be there.
        Run second = await Runs.SubmitAsync(_ada, _project.Id, Request(trials: 3, epochs: 9));
        await TestApp.WaitForAsync(() => Trials(second).Count > 3);
        Assert.Equal(3, Trials(first).Count);
    }

    [Fact]
    public async Task Search_WhoseRoundEndedWhileNobodyWasHere_GoesOnWithTheNextStart()
    {
        Run first = await Runs.SubmitAsync(_ada, _project.Id, Request(trials: 3, epochs: 3, behaviour: "wait-for-cancel"));
        await _app.WaitForRunAsync(first.Id, r => r.Epoch == 1);
        Runs.CancelExperiment(_ada, _project.Id, first.Submission.ExperimentId!);
        await TestApp.WaitForAsync(() => Trials(first).All(r => r.Status.IsFinal()));
        // As if they had ended well, and the application before anybody could hear of it.
        var documents = _app.Get<DocumentCollection<Run>>();
        foreach (Run trial in Trials(first))
            documents.Change(trial.Id, t => t with { Status = RunStatus.Succeeded, BestTop1 = trial.Submission.Trial / 10.0 });

        using var next = new SearchConductor(
            documents,
            _app.Get<RunQueue>(),
            _app.Get<RunChanges>(),
            TimeProvider.System,
            NullLogger<SearchConductor>.Instance
        );
        await next.StartAsync(CancellationToken.None);

        await TestApp.WaitForAsync(() => Trials(first).Count == 4);
        Run best = Trials(first)[^1];
        Assert.Equal((3, 1, 3.0), (best.Submission.Trial, best.Submission.Round, best.Job.Parameters["epochs"].AsNumber));
        await next.StopAsync(CancellationToken.None);
        Runs.Cancel(_ada, _project.Id, best.Id);
        await _app.WaitForEndAsync(best.Id);
    }

    [Fact]
    public void Draw_ForANumber_GoesByItsRange_WhateverElseIsAskedFor()
    {
        var plan = new SearchPlan
        {
            Trials = 5,
            SuccessiveHalving = false,
            Ranges = [new("depth", 2, 3, Values: [])],
        };

        plan.Check(Specs);

        Assert.All(
            plan.Draw(Specs, new Dictionary<string, ParameterValue>(), seed: 1).Skip(1),
            t => Assert.InRange(t["depth"].AsNumber!.Value, 2, 3)
        );
    }

    [Fact]
    public async Task Submit_WithTwoExperimentsAtOnce_OrTooManyFolds_IsRefused()
    {
        RunRequest search = Request(trials: 3, epochs: 9);

        await Assert.ThrowsAsync<RefusedException>(() => Runs.SubmitAsync(_ada, _project.Id, search with { Repeats = 2 }));
        await Assert.ThrowsAsync<RefusedException>(() =>
            Runs.SubmitAsync(_ada, _project.Id, search with { Search = null, Repeats = 2, Folds = 3 })
        );
        await Assert.ThrowsAsync<RefusedException>(() => Runs.SubmitAsync(_ada, _project.Id, search with { Search = null, Folds = 1 }));
        await Assert.ThrowsAsync<RefusedException>(() =>
            Runs.SubmitAsync(_ada, _project.Id, search with { Search = null, Folds = RunPlanner.MostFolds + 1 })
        );
        await Assert.ThrowsAsync<RefusedException>(() =>
            Runs.SubmitAsync(_ada, _project.Id, search with { Search = search.Search! with { Trials = 1 } })
        );
        Assert.Empty(Runs.List(_ada, _project.Id));
    }

    [Fact]
    public async Task Folds_AreRunsOfOneExperiment_EachWithItsPart()
    {
        Run first = await Runs.SubmitAsync(_ada, _project.Id, Request(trials: 3, epochs: 2) with { Search = null, Folds = 3, Seed = 7 });

        Assert.Equal([(0, 3, 7), (1, 3, 7), (2, 3, 7)], Trials(first).Select(r => (r.Job.Fold!.Index, r.Job.Fold.Count, r.Job.Fold.Seed)));
        await TestApp.WaitForAsync(() => Trials(first).All(r => r.Status.IsFinal()));
    }

    [Fact]
    public void Form_OffersASensibleRangeAroundTheValue_AndAsksForWhatWasTyped()
    {
        var form = new ExperimentForm
        {
            Kind = ExperimentKind.Search,
            Trials = 6,
            SuccessiveHalving = false,
        };
        form.Add(Rate, 0.02);
        form.Add(Depth, 0);
        form.Add(Kind, "a");
        SearchedSetting[] searched = [.. form.Searched(Specs)];
        Assert.Equal([("0.002", "0.2"), ("0", "1")], searched.Take(2).Select(s => (s.Low, s.High)));
        searched[1].High = "3";
        searched[2].LeftOut.Add("b");

        SearchPlan plan = form.ApplyTo(
            new RunRequest
            {
                DatasetId = "d",
                DatasetVersion = 1,
                Backbone = "b",
                Method = "m",
            },
            Specs
        ).Search!;

        plan.Check(Specs);
        Assert.Equal((6, false), (plan.Trials, plan.SuccessiveHalving));
        Assert.Equal([("rate", 0.002, 0.2), ("depth", 0, 3), ("kind", 0, 0)], plan.Ranges.Select(r => (r.Name, r.Low, r.High)));
        Assert.Equal<ParameterValue>(["a", "c"], plan.Ranges[2].Values!);
        Assert.DoesNotContain(form.Searchable(Specs), s => s.Name is "epochs" or "rate");
        // Another method may not know the setting.
        Assert.Empty(form.Searched([Epochs]));
        searched[0].Low = "0,01";
        Assert.EndsWith("'0,01' is not a number. Write it with a point: 0.01.", searched[0].Error, StringComparison.Ordinal);
        searched[0].Low = "0.01";
        Assert.Null(searched[0].Error);
    }

    [Fact]
    public void Chart_PlacesEachTrialOnItsAxes_TheBestOneStrongest()
    {
        var plan = new SearchPlan
        {
            Trials = 3,
            SuccessiveHalving = false,
            Ranges = [new("rate", 0.001, 0.1), new("kind", Values: ["a", "b"])],
        };
        Run[] trials =
        [
            Trial(1, 0.5, ("rate", 0.001)),
            Trial(2, 0.9, ("rate", 0.01), ("kind", "b")),
            Trial(3, 0.7, ("rate", 0.1), ("kind", "a")),
        ];

        (var axes, var lines) = SearchChart.Draw(plan, Specs, trials, TrialScore.Of(trials[0]), r => $"/{r.Id}");

        Assert.Equal(["Rate", "Kind", "Accuracy ↑"], axes.Select(a => a.Name));
        Assert.Equal([0, 0.5, 1], lines.Select(l => Math.Round(l.Positions[0], 9)));
        Assert.Equal([0, 1, 0], lines.Select(l => l.Positions[1]));
        Assert.Equal([0, 1, 0.5], lines.Select(l => Math.Round(l.Shade, 9)));
        Assert.Equal("/2", lines.MaxBy(l => l.Shade)!.Href);
    }

    /// <summary>What the source's validation images say is not asked; the lowest expected loss on the target is drawn on top.</summary>
    [Fact]
    public void Chart_OfTrialsThatKeepEpochsByAScoreOfTheTarget_GoesByThat()
    {
        var plan = new SearchPlan
        {
            Trials = 3,
            SuccessiveHalving = false,
            Ranges = [new("rate", 0.001, 0.1)],
        };
        Run Scored(int number, double top1, double risk) =>
            Trial(number, top1, ("rate", 0.01), ("best-of", "dev")) with
            {
                LabelFree = new LabelFreeScores(1, 2, risk, 0.5),
            };
        Run[] trials = [Scored(1, 0.9, 3), Scored(2, 0.5, 1), Scored(3, 0.7, 2)];
        TrialScore score = TrialScore.Of(trials[0]);

        (var axes, var lines) = SearchChart.Draw(plan, Specs, trials, score, r => $"/{r.Id}");

        Assert.Equal("DEV ↓", axes[^1].Name);
        Assert.Equal([0, 1, 0.5], lines.Select(l => Math.Round(l.Shade, 9)));
        Assert.Equal([2, 3, 1], trials.OrderByDescending(score.Rank).Select(t => t.Submission.Number));
        Assert.Equal([1, 3, 2], trials.OrderByDescending(TrialScore.Of(Trial(1, 0.5)).Rank).Select(t => t.Submission.Number));
        Assert.Null(score.Rank(Trial(4, 0.5)));
    }

    private static Run Trial(int number, double top1, params (string Name, ParameterValue Value)[] settings) =>
        new()
        {
            Id = $"{number}",
            Submission = new RunSubmission
            {
                ProjectId = "p",
                Number = number,
                Name = "",
                DatasetId = "",
                DatasetVersion = 1,
                DatasetName = "",
                SubmittedBy = "",
                SubmittedAt = default,
                Trial = number,
            },
            Job = new Core.Protocol.JobSpec
            {
                RunId = $"{number}",
                Data = new("", ""),
                Backbone = "",
                Weights = Core.Protocol.WeightsSpec.Random,
                Method = "",
                Parameters = settings.ToDictionary(s => s.Name, s => s.Value),
            },
            BestTop1 = top1,
        };

    private IReadOnlyList<Run> Trials(Run first) => Runs.Experiment(_ada, _project.Id, first.Submission.ExperimentId!);

    private RunRequest Request(int trials, int epochs, string behaviour = "succeed") =>
        new()
        {
            DatasetId = _dataset.Id,
            DatasetVersion = 1,
            Backbone = "fake",
            Method = "fake-method",
            Parameters = new Dictionary<string, ParameterValue> { ["epochs"] = epochs, ["behaviour"] = behaviour },
            Search = new SearchPlan
            {
                Trials = trials,
                SuccessiveHalving = true,
                Ranges = [new SearchRange("strength", 0.1, 1)],
            },
        };
}
