using BlazorTransfer.Training.Classifiers;
using BlazorTransfer.Training.Numerics;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Adaptation;

/// <summary>
/// JDA: Long et al., "Transfer Feature Learning with Joint Distribution Adaptation" (2013), with the linear kernel. A map A, [D, k], along
/// which the
/// domains have about the same mean, and each class too, while the samples still spread: the leading solutions of
/// XᵀHX a = λ (Σ_c d_c d_cᵀ + μI) a, where d_0 is the difference of the domains' means and d_c that of the means of class c, the target's
/// by
/// pseudo-labels. A classifier on the mapped source gives those; with them the map is sought again, until they stand still.
/// The columns are scaled so that the components of all samples together have variance one.
/// </summary>
internal sealed class JointDistributionAdaptation : IDisposable
{
    private JointDistributionAdaptation(Tensor map, Tensor targetLabels, int rounds) =>
        (Map, TargetLabels, Rounds) = (map, targetLabels, rounds);

    /// <summary>A, [D, k], float64; Z = X · Map.</summary>
    public Tensor Map { get; }

    /// <summary>The last pseudo-labels, [Nt], 64-bit integers: those of a classifier on the source through <see cref="Map"/>.</summary>
    public Tensor TargetLabels { get; }

    /// <summary>How many maps were sought.</summary>
    public int Rounds { get; }

    /// <param name="source">[Ns, D], centred or standardised.</param>
    /// <param name="labels">The source's class numbers, [Ns], 64-bit integers.</param>
    /// <param name="target">[Nt, D].</param>
    /// <param name="classes">How many classes there are.</param>
    /// <param name="components">k; no more than the samples have directions are given.</param>
    /// <param name="mu">μ, above zero.</param>
    /// <param name="rounds">The most maps that are sought; the paper has 10.</param>
    /// <param name="decay">Of the classifier that gives pseudo-labels, a <see cref="LogisticRegression"/>.</param>
    /// <param name="cancel">Stops it.</param>
    public static JointDistributionAdaptation Fit(
        Tensor source,
        Tensor labels,
        Tensor target,
        int classes,
        int components,
        double mu,
        int rounds,
        double decay,
        CancellationToken cancel
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rounds, 1);
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        Tensor xs = source.to(float64),
            xt = target.to(float64),
            all = cat([xs, xt], 0);
        Tensor? basis = RowSpace(all);
        if (basis is not null)
            (xs, xt, all) = (xs.mm(basis), xt.mm(basis), all.mm(basis));
        long count = all.shape[0],
            width = all.shape[1];
        Tensor sums = all.sum([0]).unsqueeze(1);
        Tensor scatter = all.t().mm(all).Minus(sums.mm(sums.t()).Times(1.0 / count)); // XᵀHX
        Tensor sourceMeans = ClassMeans(xs, labels, classes).Means,
            distance = xs.mean([0]).Minus(xt.mean([0])).unsqueeze(1); // [D, classes], [D, 1]
        Tensor? pseudo = null,
            map = null;
        int round = 0;
        for (bool settled = false; !settled && round < rounds; round++)
        {
            cancel.ThrowIfCancellationRequested();
            using var step = NewDisposeScope();
            Tensor differences = pseudo is null ? distance : cat([distance, ClassDistances(sourceMeans, labels, xt, pseudo, classes)], 1);
            Tensor penalty = differences.mm(differences.t()).Plus(eye(width, dtype: float64, device: all.device).Times(mu));
            (_, Tensor vectors) = GeneralisedEigenproblem.Leading(scatter, penalty, Math.Min(components, width));
            Tensor variance = (scatter.mm(vectors) * vectors)
                .sum([0], keepdim: true)
                .Times(1.0 / count)
                .Clamp(1e-30, double.PositiveInfinity);
            Tensor next = vectors / variance.sqrt();
            using LogisticRegression classifier = LogisticRegression.Fit(xs.mm(next), labels, classes, decay, cancel);
            Tensor predicted = classifier.Predict(xt.mm(next));
            settled = pseudo is not null && pseudo.equal(predicted).all().item<bool>();
            pseudo?.Dispose();
            map?.Dispose();
            (pseudo, map) = (predicted.MoveToOuterDisposeScope(), next.MoveToOuterDisposeScope());
        }

        Tensor whole = basis is null ? map! : basis.mm(map!);
        return new JointDistributionAdaptation(whole.DetachFromDisposeScope(), pseudo!.DetachFromDisposeScope(), round);
    }

    public void Dispose()
    {
        Map.Dispose();
        TargetLabels.Dispose();
    }

    /// <summary>Where there are fewer samples than features, the directions that they have, [D, r]: no solution leaves them.</summary>
    private static Tensor? RowSpace(Tensor rows)
    {
        if (rows.shape[0] >= rows.shape[1])
            return null;
        (_, _, Tensor vt) = linalg.svd(rows, fullMatrices: false);
        return vt.t();
    }

    /// <summary>The difference of the domains' means of each class, [D, classes]; zero for a class that one of them lacks.</summary>
    private static Tensor ClassDistances(Tensor sourceMeans, Tensor labels, Tensor target, Tensor pseudo, int classes)
    {
        (Tensor targetMeans, Tensor inTarget) = ClassMeans(target, pseudo, classes);
        Tensor inSource = nn.functional.one_hot(labels, classes).sum([0]);
        Tensor both = (inSource * inTarget).to(ScalarType.Bool).to(float64);
        return sourceMeans.Minus(targetMeans) * both;
    }

    /// <summary>[N, D] to [D, classes], and how many samples each class has, [classes].</summary>
    private static (Tensor Means, Tensor Counts) ClassMeans(Tensor features, Tensor labels, int classes)
    {
        Tensor oneHot = nn.functional.one_hot(labels, classes),
            counts = oneHot.sum([0]);
        return (features.t().mm(oneHot.to(float64)) / counts.to(float64).Clamp(1, double.PositiveInfinity), counts);
    }
}
