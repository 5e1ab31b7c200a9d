using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Text;
using BlazorTransfer.Web.Localization;
using BlazorTransfer.Web.Refusals;

namespace BlazorTransfer.Web.Features.Runs;

/// <summary>Values of one setting to draw from: a range for a number, a list for a choice or a switch.</summary>
/// <param name="Name">The setting.</param>
/// <param name="Low">Smallest value, of a number.</param>
/// <param name="High">Largest value, of a number.</param>
/// <param name="Values">Of anything else: the values to draw from.</param>
public sealed record SearchRange(string Name, double Low = 0, double High = 0, IReadOnlyList<ParameterValue>? Values = null);

/// <summary>
/// A search for better settings: trials whose settings are drawn at random (Bergstra and Bengio, "Random Search for Hyper-Parameter
/// Optimization", 2012), the first of them the settings as they were, so that a search cannot end worse than it began. With successive
/// halving
/// (Jamieson and Talwalkar, "Non-stochastic Best Arm Identification and Hyperparameter Optimization", 2016) all trials begin with few
/// epochs, and
/// the best third of each round goes on with three times as many, each from the start, until one has the full number.
/// </summary>
public sealed record SearchPlan
{
    public const int MostTrials = 81;

    // The paper's halving in name; Hyperband's choice of three is what most use.
    private const int Factor = 3;
    private const int SignificantDigits = 3;

    public required int Trials { get; init; }
    public required bool SuccessiveHalving { get; init; }
    public required IReadOnlyList<SearchRange> Ranges { get; init; }

    /// <summary>Of a trial that is trained to the end.</summary>
    public int Epochs { get; init; }

    /// <summary>How many rounds there are.</summary>
    public int Rounds
    {
        get
        {
            int rounds = 1;
            if (SuccessiveHalving)
                for (int left = Trials; left > 1 && EpochsOf(0, rounds) > 1; left = Survivors(left))
                    rounds++;
            return rounds;
        }
    }

    /// <summary>Epochs of a trial in a round, from 0.</summary>
    public int EpochsOf(int round) => EpochsOf(round, Rounds);

    /// <summary>Epochs of all trials in all rounds: the cost of the search.</summary>
    public long TotalEpochs
    {
        get
        {
            long total = 0;
            for (int round = 0, left = Trials; round < Rounds; round++, left = Survivors(left))
                total += (long)left * EpochsOf(round);
            return total;
        }
    }

    /// <summary>How many of a round's trials go on.</summary>
    public static int Survivors(int trials) => (trials + Factor - 1) / Factor;

    /// <exception cref="RefusedException">Something is wrong with the plan; the message names it.</exception>
    public void Check(IReadOnlyList<ParameterSpec> specs)
    {
        if (Trials is < 2 or > MostTrials)
            throw new RefusedException(Texts<RunTexts>.Get("TrialsRange", MostTrials));
        if (Ranges.Count == 0)
            throw new RefusedException(Texts<RunTexts>.Get("NothingToSearch"));
        if (Ranges.GroupBy(r => r.Name).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new RefusedException(Texts<RunTexts>.Get("SearchedTwice", twice.Key));
        foreach (SearchRange range in Ranges)
        {
            ParameterSpec spec =
                specs.FirstOrDefault(s => s.Name == range.Name)
                ?? throw new RefusedException(Texts<RunTexts>.Get("NoSuchSetting", range.Name));
            if (WhatIsWrong(range, spec) is { } wrong)
                throw new RefusedException(wrong);
        }
    }

    /// <summary>Why a range cannot be searched, or null where it can.</summary>
    public static Message? WhatIsWrong(SearchRange range, ParameterSpec spec) =>
        spec.Kind switch
        {
            _ when !spec.Searchable => Message.Of(
                "search.not-searchable",
                $"{spec.Title} cannot be searched: it changes how long or where a run trains, or how it is scored."
            ),
            ParameterKind.Integer or ParameterKind.Number => spec.Check(range.Low)
                ?? spec.Check(range.High)
                ?? (
                    range.Low >= range.High
                        ? Message.Of("search.empty-range", $"{spec.Title}: the smallest value must be below the largest.")
                        : null
                )
                ?? (
                    spec.Logarithmic && range.Low <= 0
                        ? Message.Of(
                            "search.zero",
                            $"{spec.Title} is searched on a logarithmic scale, so the smallest value must be above 0."
                        )
                        : null
                ),
            ParameterKind.Boolean or ParameterKind.Choice => range.Values is not { Count: > 1 }
                ? Message.Of("search.one-value", $"{spec.Title}: choose at least two values.")
                : range.Values.Select(spec.Check).FirstOrDefault(wrong => wrong is not null),
            _ => throw new InvalidOperationException($"No rule for {spec.Kind}."),
        };

    /// <summary>The settings of each trial.</summary>
    /// <param name="specs">The method's settings.</param>
    /// <param name="chosen">Those that differ from their defaults; the first trial is these.</param>
    /// <param name="seed">Another seed draws others.</param>
    public IReadOnlyList<IReadOnlyDictionary<string, ParameterValue>> Draw(
        IReadOnlyList<ParameterSpec> specs,
        IReadOnlyDictionary<string, ParameterValue> chosen,
        int seed
    )
    {
        var random = new Random(seed);
        List<IReadOnlyDictionary<string, ParameterValue>> trials = [chosen];
        while (trials.Count < Trials)
        {
            var drawn = new Dictionary<string, ParameterValue>(chosen);
            foreach (SearchRange range in Ranges)
                drawn[range.Name] = Draw(range, specs.First(s => s.Name == range.Name), random);
            trials.Add(drawn);
        }

        return trials;
    }

    /// <summary>The same job with another number of epochs.</summary>
    public static JobSpec WithEpochs(JobSpec job, int epochs) =>
        job with
        {
            Parameters = new Dictionary<string, ParameterValue>(job.Parameters) { [ParameterNames.Epochs] = epochs },
        };

    private int EpochsOf(int round, int rounds) => Math.Max(1, (int)Math.Round(Epochs / Math.Pow(Factor, rounds - 1 - round)));

    private static ParameterValue Draw(SearchRange range, ParameterSpec spec, Random random)
    {
        if (spec.Kind is ParameterKind.Boolean or ParameterKind.Choice)
            return range.Values![random.Next(range.Values.Count)];
        double share = random.NextDouble();
        double value = spec.Logarithmic
            ? range.Low * Math.Pow(range.High / range.Low, share)
            : range.Low + (range.High - range.Low) * share;
        if (spec.Kind == ParameterKind.Integer)
            return Math.Clamp((int)Math.Round(value), (int)range.Low, (int)range.High);
        // What people would type; more digits would only pretend.
        return Math.Clamp(NumberText.Round(value, SignificantDigits), range.Low, range.High);
    }
}
