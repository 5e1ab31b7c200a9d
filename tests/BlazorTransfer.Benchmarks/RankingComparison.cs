using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Ranking;
using BlazorTransfer.Imaging;
using BlazorTransfer.Training.Ranking;

namespace BlazorTransfer.Benchmarks;

/// <summary>
/// Does the ranking predict? Ranks candidates on each data set from training images alone, then really trains each of them, and compares
/// the
/// orders: whole runs, so that this takes minutes to hours. Prints Markdown.
/// </summary>
internal static class RankingComparison
{
    private static readonly Option<string[]> Data = new("--data")
    {
        Description = "Folders of class folders, as NAME=FOLDER, or 'sample' for the drawn one.",
        AllowMultipleArgumentsPerToken = true,
        Required = true,
    };
    private static readonly Option<string[]> Weights = new("--weights")
    {
        Description = "Files of weights.",
        AllowMultipleArgumentsPerToken = true,
        Required = true,
    };
    private static readonly Option<string[]> Random = new("--random")
    {
        Description = "Networks to take with random weights too.",
        AllowMultipleArgumentsPerToken = true,
    };
    private static readonly Option<int> ProbeSeeds = new("--probe-seeds")
    {
        Description = "Linear probes of each candidate.",
        DefaultValueFactory = _ => 2,
    };
    private static readonly Option<int> TuneSeeds = new("--tune-seeds")
    {
        Description = "Fine-tunings of each candidate.",
        DefaultValueFactory = _ => 1,
    };
    private static readonly Option<int> TuneEpochs = new("--tune-epochs")
    {
        Description = "Epochs of a fine-tuning.",
        DefaultValueFactory = _ => 3,
    };

    public static int Run(string[] arguments)
    {
        var command = new RootCommand("Compares rankings with what runs reach.")
        {
            Data,
            Weights,
            Random,
            ProbeSeeds,
            TuneSeeds,
            TuneEpochs,
        };
        command.SetAction(Compare);
        return command.Parse(arguments).Invoke();
    }

    private static void Compare(ParseResult parsed)
    {
        RankingCandidate[] candidates =
        [
            .. parsed.GetValue(Weights)!.Select(f => new RankingCandidate(Path.GetFileName(f), null, Path.GetFullPath(f))),
            .. (parsed.GetValue(Random) ?? []).Select(RankingCandidate.Random),
        ];
        string folder = Directory.CreateTempSubdirectory("blazortransfer-ranking-").FullName;
        try
        {
            // Everything is ranked before anything is trained, and what takes longest comes last: a comparison that is broken off has told
            // most.
            Comparison[] comparisons = [.. parsed.GetValue(Data)!.Select(data => Rank(data, candidates, folder))];
            foreach (Outcome o in comparisons.SelectMany(c => c.Outcomes))
                o.Probe = Train(o, "linear-probe", parsed.GetValue(ProbeSeeds), folder);
            (string, ParameterValue) epochs = ("epochs", parsed.GetValue(TuneEpochs));
            foreach (Outcome o in comparisons.SelectMany(c => c.Outcomes).OrderBy(o => o.Scores.GigaFlops))
                o.Tuned = Train(o, "fine-tuning", parsed.GetValue(TuneSeeds), folder, epochs);
            foreach (Comparison comparison in comparisons)
                Print(comparison);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Comparison Rank(string data, RankingCandidate[] candidates, string folder)
    {
        DataSpec spec = Open(data, folder);
        RankingReport report = RankingRun.Execute(
            new RankingJob
            {
                Data = spec,
                Candidates = candidates,
                Device = DeviceSpec.Cpu,
            },
            e => Tell(spec, e),
            CancellationToken.None
        );
        return new Comparison(
            report,
            [.. report.Candidates.Zip(candidates).Where(c => c.First.Scores is not null).Select(c => new Outcome(spec, c.First, c.Second))]
        );
    }

    private static DataSpec Open(string data, string folder)
    {
        string name = data.Split('=')[0],
            images = data == "sample" ? SampleData.DrawInto(Path.Combine(folder, "sample")) : Path.GetFullPath(data[(name.Length + 1)..]);
        string manifest = Path.Combine(folder, $"{name}.jsonl");
        FolderImport.FromFolder(images).Manifest.Save(manifest);
        return new DataSpec(manifest, images, name);
    }

    /// <summary>Mean over the seeds.</summary>
    private static double Train(
        Outcome outcome,
        string method,
        int seeds,
        string folder,
        params (string Name, ParameterValue Value)[] parameters
    )
    {
        var clock = Stopwatch.StartNew();
        double top1 = Enumerable
            .Range(0, seeds)
            .Select(seed =>
                ComparedRun.LastTop1(
                    new JobSpec
                    {
                        RunId = "comparison",
                        Data = outcome.Data,
                        Backbone = outcome.Ranked.Backbone!,
                        Weights = new WeightsSpec(outcome.Candidate.File, Name: outcome.Candidate.Name),
                        Method = method,
                        Parameters = parameters.ToDictionary(p => p.Name, p => p.Value),
                        Device = DeviceSpec.Cpu,
                        Seed = seed,
                    },
                    folder
                )
            )
            .DefaultIfEmpty(double.NaN)
            .Average();
        outcome.Seconds += clock.Elapsed.TotalSeconds;
        Tell($"{outcome.Data.Version}, {outcome.Candidate.Name}, {method}: {top1:P1}");
        return top1;
    }

    private static void Tell(DataSpec data, RankingEvent happened)
    {
        if (happened is not CandidateRanked { Candidate: var c })
            return;
        if (c.Scores is { } s)
            Tell($"{data.Version}, {c.Name}, ranked: {s.Accuracy:P1} ± {s.AccuracySd:P1}, LogME {s.LogMe:F3}, H-score {s.HScore:F3}");
        else
            Tell($"{data.Version}, {c.Name}: {c.Error}");
    }

    private static void Tell(FormattableString text) => Console.Error.WriteLine(text.ToString(CultureInfo.InvariantCulture));

    private static void Print(Comparison comparison)
    {
        (RankingReport report, Outcome[] outcomes) = comparison;
        Line($"### {outcomes[0].Data.Version}");
        Line(
            $"{report.Images} training images, {report.Classes.Count} classes. Ranking took ",
            $"{report.Seconds / outcomes.Sum(o => o.Seconds):F3} of the time of all runs."
        );
        Line($"");
        Line($"| Candidate | k-fold probe | LogME | H-score | Linear probe | Fine-tuning |");
        Line($"|---|---|---|---|---|---|");
        foreach (Outcome o in outcomes.OrderByDescending(o => o.Scores.Accuracy).ThenByDescending(o => o.Scores.LogMe))
        {
            CandidateScores s = o.Scores;
            Line(
                $"| {o.Ranked.DisplayName}{(o.Ranked.IsRandom ? ", random" : "")} | {s.Accuracy:P1} ± {s.AccuracySd:P1} | ",
                $"{s.LogMe:F3} | {s.HScore:F3} | {Share(o.Probe)} | {Share(o.Tuned)} |"
            );
        }

        Line($"");
        Line($"| Score | ρ, linear probe | τ, linear probe | ρ, fine-tuning | τ, fine-tuning |");
        Line($"|---|---|---|---|---|");
        foreach (
            (string score, Func<CandidateScores, double> of) in new (string, Func<CandidateScores, double>)[]
            {
                ("k-fold probe", s => s.Accuracy),
                ("LogME", s => s.LogMe),
                ("H-score", s => s.HScore),
            }
        )
        {
            double[] scores = [.. outcomes.Select(o => of(o.Scores))],
                probe = [.. outcomes.Select(o => o.Probe)],
                tuned = [.. outcomes.Select(o => o.Tuned)];
            Line(
                $"| {score} | {Correlation(RankCorrelation.Spearman(scores, probe))} | ",
                $"{Correlation(RankCorrelation.Kendall(scores, probe))} | ",
                $"{Correlation(RankCorrelation.Spearman(scores, tuned))} | ",
                $"{Correlation(RankCorrelation.Kendall(scores, tuned))} |"
            );
        }

        Line($"");
    }

    // A way that was left out, or that made no difference, has no figure.
    private static string Share(double value) => double.IsNaN(value) ? "–" : value.ToString("P1", CultureInfo.InvariantCulture);

    private static string Correlation(double value) => double.IsNaN(value) ? "–" : value.ToString("F2", CultureInfo.InvariantCulture);

    private static void Line(params FormattableString[] parts) =>
        Console.WriteLine(string.Concat(parts.Select(p => p.ToString(CultureInfo.InvariantCulture))));

    private sealed record Comparison(RankingReport Report, Outcome[] Outcomes);

    /// <summary>A candidate on a data set: what the ranking says of it, and what came of it.</summary>
    private sealed class Outcome(DataSpec data, RankedCandidate ranked, RankingCandidate candidate)
    {
        public DataSpec Data { get; } = data;
        public RankedCandidate Ranked { get; } = ranked;
        public RankingCandidate Candidate { get; } = candidate;
        public CandidateScores Scores { get; } = ranked.Scores!;
        public double Probe { get; set; }
        public double Tuned { get; set; }

        /// <summary>All its runs together.</summary>
        public double Seconds { get; set; }
    }
}
