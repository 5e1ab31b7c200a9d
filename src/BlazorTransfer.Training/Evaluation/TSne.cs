using BlazorTransfer.Training.Numerics;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Evaluation;

/// <summary>
/// t-SNE: places on a plane where neighbours are neighbours (van der Maaten and Hinton, "Visualizing Data using t-SNE", 2008), in its exact
/// form,
/// for some hundred rows. It starts from the plane of the largest variance, so that nothing is drawn (Kobak and Berens, "The art of using
/// t-SNE for
/// single-cell transcriptomics", 2019). Distances between far groups mean nothing.
/// </summary>
internal static class TSne
{
    private const double Perplexity = 30;
    private const double Exaggeration = 12;
    private const int ExaggeratedSteps = 250,
        Steps = 750;

    /// <param name="rows">[N, D], the columns by falling variance; four rows at least.</param>
    /// <param name="cancel">Stops it.</param>
    /// <returns>[N, 2], float64.</returns>
    public static Tensor Embed(Tensor rows, CancellationToken cancel)
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        Tensor points = rows.to(float64);
        long count = points.shape[0];
        // So that each row has three times as many others as it is to have neighbours.
        Tensor p = Similarities(PairwiseDistances.Squared(points, points), Math.Min(Perplexity, (count - 1) / 3.0));
        Tensor plane = points.narrow(1, 0, Math.Min(2, points.shape[1]));
        if (plane.shape[1] < 2)
            plane = cat([plane, zeros_like(plane)], 1);
        Tensor places = plane.Times(1e-4 / Math.Max(1e-12, plane.select(1, 0).std().item<double>()));
        Tensor velocity = zeros_like(places),
            gains = ones_like(places);
        // Belkina et al., "Automated optimized parameters for t-SNE" (2019).
        double rate = Math.Max(count / Exaggeration / 4, 50);
        for (int step = 0; step < Steps; step++)
        {
            cancel.ThrowIfCancellationRequested();
            using var iteration = NewDisposeScope();
            bool early = step < ExaggeratedSteps;
            Tensor slope = Gradient(places, p, early ? Exaggeration : 1);
            // Jacobs's rule: longer steps where the direction stays, shorter ones where it turns.
            Tensor turned = (slope * velocity).gt(zeros_like(slope)).to(float64);
            Tensor nextGains = (gains * turned).Times(0.8).Plus(gains.Plus(0.2) * turned.neg().Plus(1.0)).Clamp(0.01, double.MaxValue);
            Tensor nextVelocity = velocity.Times(early ? 0.5 : 0.8).Minus((nextGains * slope).Times(rate));
            Tensor next = places.Plus(nextVelocity);
            Replace(ref gains, nextGains);
            Replace(ref velocity, nextVelocity);
            Replace(ref places, next.Minus(next.mean([0], keepdim: true)));
        }

        return places.MoveToOuterDisposeScope();

        static void Replace(ref Tensor old, Tensor fresh)
        {
            old.Dispose();
            old = fresh.MoveToOuterDisposeScope();
        }
    }

    /// <summary>The divergence of the places from the rows, KL(P‖Q) in nats, of which <see cref="Embed"/> seeks a low one.</summary>
    internal static double Divergence(Tensor rows, Tensor places)
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        Tensor points = rows.to(float64),
            p = Similarities(PairwiseDistances.Squared(points, points), Math.Min(Perplexity, (points.shape[0] - 1) / 3.0));
        Tensor near = Nearness(places),
            q = near / near.sum();
        return (p * p.Clamp(1e-300, 1).log().Minus(q.Clamp(1e-300, 1).log())).sum().item<double>();
    }

    /// <summary>P, [N, N], symmetric and of sum one: each row's Gaussian is as wide as the perplexity asks.</summary>
    private static Tensor Similarities(Tensor distances, double perplexity)
    {
        using var scope = NewDisposeScope();
        long count = distances.shape[0];
        Tensor own = eye(count, dtype: float64, device: distances.device).Times(1e30);
        double entropy = Math.Log(perplexity);
        // γ of each row, between bounds that close in on it.
        Tensor low = zeros(count, 1, dtype: float64, device: distances.device),
            high = empty(count, 1, dtype: float64, device: distances.device).Fill(double.PositiveInfinity);
        Tensor gamma = distances.mean([1], keepdim: true).Clamp(1e-12, double.MaxValue).reciprocal();
        Tensor Shares(Tensor g) => (distances * g).Plus(own).neg().softmax(1);
        for (int i = 0; i < 60; i++)
        {
            Tensor shares = Shares(gamma);
            Tensor tooWide = shares.xlogy(shares).sum([1], keepdim: true).neg().gt(empty_like(low).Fill(entropy));
            (low, high) = (where(tooWide, gamma, low), where(tooWide, high, gamma));
            gamma = where(high.isinf(), gamma.Times(2), low.Plus(high).Times(0.5));
        }

        Tensor conditional = Shares(gamma);
        return conditional.Plus(conditional.t()).Times(0.5 / count).MoveToOuterDisposeScope();
    }

    /// <summary>1/(1 + |y − y′|²), [N, N], zero on the diagonal.</summary>
    private static Tensor Nearness(Tensor places)
    {
        Tensor distances = PairwiseDistances.Squared(places, places),
            near = distances.Plus(1.0).reciprocal();
        near.diagonal().zero_();
        return near;
    }

    private static Tensor Gradient(Tensor places, Tensor p, double exaggeration)
    {
        Tensor near = Nearness(places),
            forces = p.Times(exaggeration).Minus(near / near.sum()) * near;
        return (forces.sum([1], keepdim: true) * places).Minus(forces.mm(places)).Times(4);
    }
}
