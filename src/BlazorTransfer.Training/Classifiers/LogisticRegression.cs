using BlazorTransfer.Training.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Classifiers;

/// <summary>
/// Multinomial logistic regression, min over W, b of mean cross-entropy(X W + b) + λ/2 |W|², the mean as the samples are weighted, by
/// L-BFGS on all
/// samples at once (Nocedal, "Updating quasi-Newton matrices with limited storage", 1980), from zero: the problem is convex, so that there
/// is
/// nothing to draw.
/// </summary>
internal sealed class LogisticRegression : IFittedClassifier
{
    private const int MostIterations = 200;
    private const int Memory = 10;
    private const double GradientTolerance = 1e-5;

    // [D + 1, classes]; the last row is the bias.
    private readonly Tensor _weights;

    private LogisticRegression(Tensor weights, double value) => (_weights, Value) = (weights, value);

    /// <summary>[D, classes], W.</summary>
    public Tensor Coefficients => _weights.narrow(0, 0, _weights.shape[0] - 1);

    /// <summary>[classes], b.</summary>
    public Tensor Intercept => _weights[-1];

    /// <summary>The objective that was reached; NaN for a <see cref="Mean"/>, which sought none.</summary>
    public double Value { get; }

    /// <param name="features">[N, D], standardised.</param>
    /// <param name="labels">[N] class numbers, 64-bit integers.</param>
    /// <param name="classes">How many classes there are.</param>
    /// <param name="decay">λ.</param>
    /// <param name="cancel">Stops the search.</param>
    /// <param name="weights">How much each sample counts, [N], on any scale; null for all alike.</param>
    public static LogisticRegression Fit(
        Tensor features,
        Tensor labels,
        int classes,
        double decay,
        CancellationToken cancel,
        Tensor? weights = null
    )
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        Tensor? shares = weights is null ? null : (weights / weights.mean()).to(features.dtype).unsqueeze(1);
        var problem = new Problem(WithOnes(features), nn.functional.one_hot(labels, classes).to(features.dtype), decay, shares);
        Tensor point = zeros(features.shape[1] + 1, classes, dtype: features.dtype, device: features.device);
        (double value, Tensor gradient) = problem.At(point);
        var history = new List<(Tensor Step, Tensor Change)>();
        for (int i = 0; i < MostIterations && gradient.abs().max().ToDouble() > GradientTolerance; i++)
        {
            cancel.ThrowIfCancellationRequested();
            using var iteration = NewDisposeScope();
            Tensor direction = -Scaled(gradient, history);
            double slope = Dot(gradient, direction);
            // The first step has no curvature to go by, and may be far too long.
            double length = history.Count == 0 ? Math.Min(1, 1 / gradient.norm().ToDouble()) : 1;
            if (Search(problem, point, value, direction, slope, length) is not var (next, nextValue, nextGradient))
                break;
            Remember(history, next.Minus(point), nextGradient.Minus(gradient));
            point.Dispose();
            gradient.Dispose();
            (point, value, gradient) = (next.MoveToOuterDisposeScope(), nextValue, nextGradient.MoveToOuterDisposeScope());
        }

        return new LogisticRegression(point.DetachFromDisposeScope(), value);
    }

    /// <summary>The classifier whose logits are the weighted mean of those of several, which are linear in the features, as it
    /// is.</summary>
    public static LogisticRegression Mean(IReadOnlyCollection<(LogisticRegression Classifier, double Weight)> of)
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        double sum = of.Sum(c => c.Weight);
        return new LogisticRegression(
            of.Select(c => c.Classifier._weights.Times(c.Weight / sum)).Aggregate((a, b) => a.Plus(b)).DetachFromDisposeScope(),
            double.NaN
        );
    }

    /// <summary>What it says of each row, [N, classes], before the softmax; gradients go through to the features.</summary>
    public Tensor Logits(Tensor features)
    {
        using var scope = NewDisposeScope();
        return WithOnes(features).mm(_weights).MoveToOuterDisposeScope();
    }

    /// <summary>The most probable class of each row, [N].</summary>
    public Tensor Predict(Tensor features)
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        return Logits(features).argmax(1).MoveToOuterDisposeScope();
    }

    public void Dispose() => _weights.Dispose();

    private static Tensor WithOnes(Tensor features) =>
        cat([features, ones(features.shape[0], 1, dtype: features.dtype, device: features.device)], 1);

    private static double Dot(Tensor a, Tensor b) => (a * b).sum().ToDouble();

    /// <summary>The gradient times the estimated inverse of the second derivatives: the two loops of L-BFGS.</summary>
    private static Tensor Scaled(Tensor gradient, List<(Tensor Step, Tensor Change)> history)
    {
        if (history.Count == 0)
            return gradient;
        Tensor q = gradient;
        var factors = new Stack<double>();
        foreach ((Tensor step, Tensor change) in history.AsEnumerable().Reverse())
        {
            factors.Push(Dot(step, q) / Dot(step, change));
            q = q.Plus(change.Times(-factors.Peek()));
        }

        (Tensor lastStep, Tensor lastChange) = history[^1];
        q = q.Times(Dot(lastStep, lastChange) / Dot(lastChange, lastChange));
        foreach ((Tensor step, Tensor change) in history)
            q = q.Plus(step.Times(factors.Pop() - Dot(change, q) / Dot(step, change)));
        return q;
    }

    /// <summary>Halves the step until it gains what its slope promises (Armijo's rule); null where no step does.</summary>
    private static (Tensor Point, double Value, Tensor Gradient)? Search(
        Problem problem,
        Tensor point,
        double value,
        Tensor direction,
        double slope,
        double length
    )
    {
        const int mostHalvings = 30;
        const double share = 1e-4;
        for (int i = 0; i < mostHalvings; i++, length /= 2)
        {
            Tensor next = point.Plus(direction.Times(length));
            (double nextValue, Tensor gradient) = problem.At(next);
            if (nextValue <= value + share * length * slope)
                return (next, nextValue, gradient);
        }

        return null;
    }

    private static void Remember(List<(Tensor Step, Tensor Change)> history, Tensor step, Tensor change)
    {
        // Without curvature along the step there is nothing to learn from it.
        if (Dot(step, change) <= 1e-10 * step.norm().ToDouble() * change.norm().ToDouble())
            return;
        history.Add((step.MoveToOuterDisposeScope(), change.MoveToOuterDisposeScope()));
        if (history.Count <= Memory)
            return;
        history[0].Step.Dispose();
        history[0].Change.Dispose();
        history.RemoveAt(0);
    }

    /// <param name="Inputs">[N, D + 1].</param>
    /// <param name="Targets">[N, classes], one-hot.</param>
    /// <param name="Decay">λ.</param>
    /// <param name="Weights">How much each sample counts, [N, 1], of mean one; null for all alike.</param>
    private sealed record Problem(Tensor Inputs, Tensor Targets, double Decay, Tensor? Weights)
    {
        /// <summary>The objective and its gradient Xᵀ(softmax(X W) − Y)/N + λ W, the bias not decayed. They outlive this call's
        /// scope.</summary>
        public (double Value, Tensor Gradient) At(Tensor point)
        {
            using var scope = NewDisposeScope();
            long count = Inputs.shape[0];
            Tensor logProbabilities = Inputs.mm(point).log_softmax(1);
            Tensor decayed = point.clone();
            decayed[-1].zero_();
            double value = -Weighted(logProbabilities * Targets).sum().ToDouble() / count + Decay / 2 * decayed.square().sum().ToDouble();
            Tensor gradient = Inputs.t().mm(Weighted(logProbabilities.exp().Minus(Targets))).Times(1.0 / count).Plus(decayed.Times(Decay));
            return (value, gradient.MoveToOuterDisposeScope());
        }

        private Tensor Weighted(Tensor samples) => Weights is null ? samples : samples * Weights;
    }
}
