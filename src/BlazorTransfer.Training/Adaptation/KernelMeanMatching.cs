using BlazorTransfer.Training.Numerics;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Adaptation;

/// <summary>
/// KMM: Huang et al., "Correcting Sample Selection Bias by Unlabeled Data" (2006). Weights β of the source's samples with which its mean in
/// the space of
/// a Gaussian kernel is nearest the target's: min ½βᵀKβ − κᵀβ with K = k(Xs, Xs), κᵢ = Ns/Nt Σⱼ k(xsᵢ, xtⱼ), 0 ≤ β ≤ B and
/// |Σβ − Ns| ≤ Ns ε, ε = (√Ns − 1)/√Ns.
/// <para>
/// By the accelerated projected gradient (Beck and Teboulle, "A Fast Iterative Shrinkage-Thresholding Algorithm", 2009) that starts anew
/// where it
/// would go back (O'Donoghue and Candès, "Adaptive Restart for Accelerated Gradient Schemes", 2015): one product with K a step. The gap of
/// Frank and
/// Wolfe, max over all allowed s of ∇f(β)·(β − s), is at least what is missing to the minimum, and ends it.
/// </para>
/// </summary>
internal sealed class KernelMeanMatching : IDisposable
{
    private const int MostIterations = 20_000;

    // Of the objective.
    private const double Tolerance = 1e-7;

    private KernelMeanMatching(Tensor weights, double objective, double gap) => (Weights, Objective, Gap) = (weights, objective, gap);

    /// <summary>β, [Ns], float64; about one on average.</summary>
    public Tensor Weights { get; }

    /// <summary>½βᵀKβ − κᵀβ.</summary>
    public double Objective { get; }

    /// <summary>The objective is at most this much above the least there is.</summary>
    public double Gap { get; }

    /// <param name="source">[Ns, D].</param>
    /// <param name="target">[Nt, D].</param>
    /// <param name="gamma">γ of the kernel exp(−γ|x − y|²).</param>
    /// <param name="bound">B, the most that a sample counts, at least 1.</param>
    /// <param name="cancel">Stops it.</param>
    public static KernelMeanMatching Fit(Tensor source, Tensor target, double gamma, double bound, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bound, 1);
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        Tensor xs = source.to(float64),
            xt = target.to(float64);
        int count = (int)xs.shape[0];
        Tensor kernel = PairwiseDistances.Gaussian(xs, xs, gamma);
        double[] kappa = Array(PairwiseDistances.Gaussian(xs, xt, gamma).mean([1]).Times(count));
        double slack = count * (Math.Sqrt(count) - 1) / Math.Sqrt(count);
        var allowed = new Allowed(bound, count - slack, count + slack);
        // No eigenvalue of a matrix without negative numbers is above its largest row sum.
        double step = 1 / kernel.sum([1]).max().item<double>();
        double[] beta = [.. Enumerable.Repeat(1.0, count)],
            image = Times(kernel, beta),
            ahead = beta,
            aheadImage = image;
        double momentum = 1,
            objective = 0,
            gap = double.PositiveInfinity;
        for (int i = 0; i < MostIterations; i++)
        {
            cancel.ThrowIfCancellationRequested();
            double[] gradient = [.. image.Zip(kappa, (k, c) => k - c)];
            objective = image.Zip(kappa, (k, c) => k / 2 - c).Zip(beta, (a, b) => a * b).Sum();
            gap = Dot(gradient, beta) - Dot(gradient, allowed.Least(gradient));
            if (gap <= Tolerance * Math.Max(1, Math.Abs(objective)))
                break;
            double[] next = allowed.Nearest([.. ahead.Select((y, j) => y - step * (aheadImage[j] - kappa[j]))]);
            double[] nextImage = Times(kernel, next);
            bool back = ahead.Select((y, j) => (y - next[j]) * (next[j] - beta[j])).Sum() > 0;
            double nextMomentum = back ? 1 : (1 + Math.Sqrt(1 + 4 * momentum * momentum)) / 2,
                carry = back ? 0 : (momentum - 1) / nextMomentum;
            (double[] from, double[] fromImage) = (beta, image);
            ahead = [.. next.Select((b, j) => b + carry * (b - from[j]))];
            aheadImage = [.. nextImage.Select((b, j) => b + carry * (b - fromImage[j]))];
            (beta, image, momentum) = (next, nextImage, nextMomentum);
        }

        return new KernelMeanMatching(tensor(beta, device: source.device).DetachFromDisposeScope(), objective, gap);
    }

    public void Dispose() => Weights.Dispose();

    private static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();

    private static double[] Array(Tensor tensor) => tensor.cpu().data<double>().ToArray();

    private static double[] Times(Tensor matrix, double[] vector)
    {
        using var scope = NewDisposeScope();
        return Array(matrix.mv(tensor(vector, device: matrix.device)));
    }

    /// <summary>The points with 0 ≤ βᵢ ≤ Bound and Low ≤ Σβ ≤ High.</summary>
    private sealed record Allowed(double Bound, double Low, double High)
    {
        private const int Halvings = 100;

        /// <summary>The nearest of them: all numbers moved by the same amount, then cut to 0…Bound.</summary>
        public double[] Nearest(double[] point)
        {
            double[] Moved(double by) => [.. point.Select(p => Math.Clamp(p - by, 0, Bound))];
            double[] cut = Moved(0);
            double sum = cut.Sum(),
                wanted = Math.Clamp(sum, Low, High);
            if (sum == wanted)
                return cut;
            // Moved by the one, all are at Bound, and by the other at zero.
            double low = point.Min() - Bound,
                high = point.Max();
            for (int i = 0; i < Halvings && high > low; i++)
            {
                double middle = (low + high) / 2,
                    total = 0;
                foreach (double p in point)
                    total += Math.Clamp(p - middle, 0, Bound);
                if (total > wanted)
                    low = middle;
                else
                    high = middle;
                if (middle == low && middle == high)
                    break;
            }

            return Moved((low + high) / 2);
        }

        /// <summary>The one with the least inner product with a gradient: the best samples get Bound each, while that gains or the sum
        /// wants it.</summary>
        public double[] Least(double[] gradient)
        {
            double[] point = new double[gradient.Length];
            double sum = 0;
            foreach (int i in Enumerable.Range(0, gradient.Length).OrderBy(i => gradient[i]))
            {
                double most = (gradient[i] < 0 ? High : Low) - sum;
                if (most <= 0)
                    break;
                sum += point[i] = Math.Min(Bound, most);
            }

            return point;
        }
    }
}
