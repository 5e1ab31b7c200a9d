using BlazorTransfer.Training.Classifiers;
using BlazorTransfer.Training.Numerics;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Adaptation;

/// <summary>
/// TrAdaBoost: Dai et al., "Boosting for Transfer Learning" (2007), with weighted logistic regressions and any number of classes. A round's
/// classifier
/// learns from both domains as they are weighted. Its error ε on the target raises the weights of the target's samples that it gets wrong
/// by
/// (1 − ε)/ε; the source's samples that it gets wrong are taken to be unlike the target and lose weight by β = 1/(1 + √(2 ln Ns/T)). The
/// classifiers
/// of the second half of the T rounds vote, each with log((1 − ε)/ε).
/// </summary>
internal sealed class TrAdaBoost : IDisposable
{
    // Beyond, a round's classifier would have all of the vote, or none.
    private const double LeastError = 1e-3,
        MostError = 0.499;

    private readonly List<(LogisticRegression Classifier, double Vote)> _votes;
    private readonly int _classes;

    private TrAdaBoost(List<(LogisticRegression Classifier, double Vote)> votes, int classes, Tensor sourceWeights) =>
        (_votes, _classes, SourceWeights) = (votes, classes, sourceWeights);

    /// <summary>What is left of each source sample's weight, [Ns], float64; all began with 1.</summary>
    public Tensor SourceWeights { get; }

    /// <param name="source">[Ns, D], standardised.</param>
    /// <param name="sourceLabels">[Ns], 64-bit integers.</param>
    /// <param name="target">The target's labelled samples, [Nt, D], standardised likewise.</param>
    /// <param name="targetLabels">[Nt], 64-bit integers.</param>
    /// <param name="classes">How many classes there are.</param>
    /// <param name="rounds">T.</param>
    /// <param name="decay">Of each logistic regression.</param>
    /// <param name="cancel">Stops it.</param>
    public static TrAdaBoost Fit(
        Tensor source,
        Tensor sourceLabels,
        Tensor target,
        Tensor targetLabels,
        int classes,
        int rounds,
        double decay,
        CancellationToken cancel
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rounds, 1);
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        long sources = source.shape[0],
            targets = target.shape[0];
        Tensor features = cat([source, target], 0),
            labels = cat([sourceLabels, targetLabels], 0),
            weights = ones(sources + targets, dtype: float64, device: source.device);
        double beta = 1 / (1 + Math.Sqrt(2 * Math.Log(sources) / rounds));
        var votes = new List<(LogisticRegression Classifier, double Vote)>();
        try
        {
            for (int round = 1; round <= rounds; round++)
            {
                using var step = NewDisposeScope();
                LogisticRegression classifier = LogisticRegression.Fit(features, labels, classes, decay, cancel, weights);
                Tensor wrong = classifier.Predict(features).ne(labels).to(float64),
                    ofTarget = weights.narrow(0, sources, targets);
                double error = ((ofTarget * wrong.narrow(0, sources, targets)).sum() / ofTarget.sum()).item<double>();
                double odds = (1 - Math.Clamp(error, LeastError, MostError)) / Math.Clamp(error, LeastError, MostError);
                if (round > rounds / 2)
                    votes.Add((classifier, Math.Log(odds)));
                else
                    classifier.Dispose();
                // A weight times its factor where the sample is wrong, exp(wrong · log factor).
                Tensor logarithms = cat(
                    [wrong.narrow(0, 0, sources).Times(Math.Log(beta)), wrong.narrow(0, sources, targets).Times(Math.Log(odds))],
                    0
                );
                Tensor next = weights * logarithms.exp();
                weights.Dispose();
                weights = next.MoveToOuterDisposeScope();
            }
        }
        catch
        {
            votes.ForEach(v => v.Classifier.Dispose());
            throw;
        }

        return new TrAdaBoost(votes, classes, weights.narrow(0, 0, sources).clone().DetachFromDisposeScope());
    }

    /// <summary>The class with the most votes for each row, [N, D] to [N].</summary>
    public Tensor Predict(Tensor features)
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        return _votes
            .Select(v => nn.functional.one_hot(v.Classifier.Predict(features), _classes).to(float64).Times(v.Vote))
            .Aggregate((a, b) => a.Plus(b))
            .argmax(1)
            .MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The vote in its soft form, as one classifier: logits = Σ vote · logits / Σ vote. Where the voters are sure, its answer is that of
    /// <see cref="Predict"/>; it is linear in the features, so that it can be a network's head.
    /// </summary>
    public LogisticRegression SoftVote() => LogisticRegression.Mean(_votes);

    public void Dispose()
    {
        _votes.ForEach(v => v.Classifier.Dispose());
        SourceWeights.Dispose();
    }
}
