using BlazorTransfer.Training.Classifiers;
using BlazorTransfer.Training.Numerics;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Adaptation;

/// <summary>
/// How well a linear classifier tells two domains apart, 2(1 − 2ε), after Ben-David et al., "Analysis of Representations for Domain
/// Adaptation" (2007):
/// 0 where it cannot, 2 where it never errs. ε is its error on samples it has not seen, each domain counting a half however many samples it
/// has. Every
/// second sample is held out, then the others, so that nothing is drawn.
/// </summary>
internal static class ProxyADistance
{
    /// <summary>In a domain; below it says little.</summary>
    public const int FewestImages = 10;

    /// <summary>Of the classifier's weights, where nobody chose another.</summary>
    public const double DefaultDecay = 0.01;

    /// <summary>Halves of each domain: the classifier learns from one and is asked about the other.</summary>
    public const int Halves = 2;

    /// <inheritdoc cref="Judge"/>
    /// <returns>0…2; an error above a half is chance and counts as a half.</returns>
    public static double Measure(Tensor source, Tensor target, double decay, CancellationToken cancel) =>
        Judge(source, target, decay, cancel).Distance;

    /// <param name="source">[Ns, D], two samples at least.</param>
    /// <param name="target">[Nt, D], two samples at least.</param>
    /// <param name="decay">Of the classifier, a <see cref="LogisticRegression"/> on standardised features.</param>
    /// <param name="cancel">Stops it.</param>
    public static DomainJudgement Judge(Tensor source, Tensor target, double decay, CancellationToken cancel)
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        Tensor xs = source.to(float64),
            xt = target.to(float64);
        if (xs.shape[0] < Halves || xt.shape[0] < Halves)
            throw new ArgumentException("Each domain needs two samples: one to learn from and one to ask.");
        double[] ofSource = new double[xs.shape[0]],
            ofTarget = new double[xt.shape[0]];
        for (int held = 0; held < Halves; held++)
            JudgeHalf(xs, xt, held, decay, ofSource, ofTarget, cancel);
        return new DomainJudgement(ofSource, ofTarget);
    }

    private static void JudgeHalf(
        Tensor source,
        Tensor target,
        int held,
        double decay,
        double[] ofSource,
        double[] ofTarget,
        CancellationToken cancel
    )
    {
        using var scope = NewDisposeScope();
        Tensor trainS = Half(source, 1 - held),
            trainT = Half(target, 1 - held),
            train = cat([trainS, trainT], 0);
        long sources = trainS.shape[0],
            targets = trainT.shape[0];
        Tensor labels = cat([ones(sources, dtype: int64, device: train.device), zeros(targets, dtype: int64, device: train.device)], 0);
        Tensor weights = MaximumMeanDiscrepancy.DomainContrast(sources, targets, train).abs();
        using Standardisation standard = Standardisation.Of(train);
        using LogisticRegression classifier = LogisticRegression.Fit(standard.Apply(train), labels, 2, decay, cancel, weights);
        Ask(source, ofSource);
        Ask(target, ofTarget);

        void Ask(Tensor rows, double[] answers)
        {
            Tensor logits = classifier.Logits(standard.Apply(Half(rows, held))); // [N, 2], the target's first
            double[] odds = logits.select(1, 1).Minus(logits.select(1, 0)).cpu().data<double>().ToArray();
            for (int i = 0; i < odds.Length; i++)
                answers[held + i * Halves] = odds[i];
        }
    }

    private static Tensor Half(Tensor rows, int first) =>
        rows.index_select(
            0,
            tensor([.. Enumerable.Range(0, (int)rows.shape[0]).Where(i => i % Halves == first).Select(i => (long)i)], device: rows.device)
        );
}

/// <summary>What classifiers say of samples that they have not learned from, where both domains are equally frequent.</summary>
/// <param name="OfSource">For each sample of the source, the logarithm of its odds to be of the source.</param>
/// <param name="OfTarget">The same for each sample of the target.</param>
internal sealed record DomainJudgement(double[] OfSource, double[] OfTarget)
{
    private double[]? _ratios;

    /// <summary>See <see cref="ProxyADistance"/>.</summary>
    public double Distance
    {
        get
        {
            double error = Enumerable
                .Range(0, ProxyADistance.Halves)
                .Average(held => (1 - Share(OfSource, held) + Share(OfTarget, held)) / 2);
            return 2 * (1 - 2 * Math.Min(error, 0.5));
        }
    }

    /// <summary>
    /// Whether the target can be told of by weighing the source's samples: some of them could be of either domain, and the ratios have the
    /// mean that
    /// ratios of densities have over the source, one, up to what chance and a crude classifier do.
    /// </summary>
    public bool RatiosAreSound => Distance < 1.9 && DensityRatios.Average() is > 0.5 and < 2;

    /// <summary>
    /// How much denser the target is than the source at each sample of the source, p_t/p_s: the odds, after a logistic regression on them
    /// has said how
    /// far they can be believed (Platt, "Probabilistic Outputs for Support Vector Machines", 1999), since a classifier of many features and
    /// few samples is
    /// sure of too much. Odds that mislead are not believed at all. Of N samples, odds of more than N to one cannot be told.
    /// </summary>
    public double[] DensityRatios => _ratios ??= Ratios();

    private double[] Ratios()
    {
        (double slope, double offset) = Belief();
        double limit = Math.Log(OfSource.Length + OfTarget.Length);
        return [.. OfSource.Select(odds => Math.Exp(Math.Clamp(-(slope * odds + offset), -limit, limit)))];
    }

    private (double Slope, double Offset) Belief()
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        Tensor odds = tensor([.. OfSource, .. OfTarget]).unsqueeze(1),
            labels = cat([ones(OfSource.Length, dtype: int64), zeros(OfTarget.Length, dtype: int64)]);
        Tensor weights = MaximumMeanDiscrepancy.DomainContrast(OfSource.Length, OfTarget.Length, odds).abs();
        using Standardisation standard = Standardisation.Of(odds);
        using LogisticRegression fitted = LogisticRegression.Fit(standard.Apply(odds), labels, 2, 1e-3, CancellationToken.None, weights);
        (Tensor slopes, Tensor offsets) = standard.Fold(fitted.Coefficients, fitted.Intercept); // [1, 2], [2]
        double[] slope = slopes.data<double>().ToArray(),
            offset = offsets.data<double>().ToArray();
        return slope[1] > slope[0] ? (slope[1] - slope[0], offset[1] - offset[0]) : (0, 0);
    }

    /// <summary>How many of a half were taken for the source, 0…1.</summary>
    private static double Share(double[] odds, int half) =>
        odds.Where((_, i) => i % ProxyADistance.Halves == half).Average(o => o > 0 ? 1.0 : 0);
}
