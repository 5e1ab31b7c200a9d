using BlazorTransfer.Training.Numerics;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Optimization;

/// <summary>
/// Weights of several losses that are learned with the network: each question has a noise σ_t² of its own, and s_t = log σ_t² is a
/// parameter
/// (Kendall, Gal and Cipolla, "Multi-Task Learning Using Uncertainty to Weigh Losses for Scene Geometry and Semantics", 2018):
/// L = Σ_t exp(−s_t) L_t + s_t / 2. Where L_t stands still, s_t moves to log 2 L_t: what is hard to tell counts less, and none can grow
/// without price.
/// </summary>
internal sealed class UncertaintyWeights : nn.Module
{
    private readonly Parameter _logVariances;

    /// <param name="losses">How many; all count 1 at first.</param>
    public UncertaintyWeights(int losses)
        : base(nameof(UncertaintyWeights))
    {
        _logVariances = nn.Parameter(zeros(losses));
        register_parameter("log_variances", _logVariances);
    }

    /// <summary>exp(−s_t) of each.</summary>
    public IReadOnlyList<double> Weights
    {
        get
        {
            using var scope = NewDisposeScope();
            return [.. _logVariances.cpu().data<float>().ToArray().Select(s => Math.Exp(-s))];
        }
    }

    /// <summary>The whole loss, a scalar with gradient.</summary>
    /// <param name="losses">L_t, scalars; null for one of which this batch tells nothing, so that its weight stays too.</param>
    public Tensor Weigh(IReadOnlyList<Tensor?> losses)
    {
        Tensor? sum = null;
        for (int t = 0; t < losses.Count; t++)
        {
            if (losses[t] is not { } loss)
                continue;
            Tensor s = _logVariances.select(0, t),
                weighed = s.neg().exp().mul(loss).Plus(s.Times(0.5));
            sum = sum?.Plus(weighed) ?? weighed;
        }

        return sum ?? throw new ArgumentException("There is nothing to weigh.", nameof(losses));
    }
}
