using BlazorTransfer.Training.Numerics;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Classifiers;

/// <summary>Features brought to mean zero and standard deviation one, as some samples have them.</summary>
internal sealed class Standardisation : IDisposable
{
    private readonly Tensor _mean;
    private readonly Tensor _scale;

    private Standardisation(Tensor mean, Tensor scale) => (_mean, _scale) = (mean, scale);

    /// <param name="features">[N, D].</param>
    public static Standardisation Of(Tensor features)
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        Tensor mean = features.mean([0], keepdim: true),
            deviation = features.Minus(mean).square().mean([0], keepdim: true).sqrt();
        // A feature that does not vary is left at zero, not blown up to its rounding errors.
        Tensor scale = where(deviation.gt(mean.abs().Times(1e-7)), deviation.reciprocal(), zeros_like(deviation));
        return new Standardisation(mean.DetachFromDisposeScope(), scale.DetachFromDisposeScope());
    }

    /// <summary>m, [D].</summary>
    public Tensor Mean => _mean.squeeze(0);

    /// <summary>1/s, [D]; 0 for a feature that does not vary.</summary>
    public Tensor Scale => _scale.squeeze(0);

    /// <summary>[N, D] to [N, D]; gradients go through.</summary>
    public Tensor Apply(Tensor features)
    {
        using var scope = NewDisposeScope();
        return (features.Minus(_mean) * _scale).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The classifier of raw features that says what one of standardised features says: x̂ W + b = x (s ∘ W) + b − (m ∘ s) W. A feature
    /// that does
    /// not vary counts nothing.
    /// </summary>
    /// <param name="weights">[D, classes], W.</param>
    /// <param name="bias">[classes], b.</param>
    public (Tensor Weights, Tensor Bias) Fold(Tensor weights, Tensor bias)
    {
        Tensor scaled = _scale.t() * weights;
        return (scaled, bias.Minus(_mean.mm(scaled).squeeze(0)));
    }

    public void Dispose()
    {
        _mean.Dispose();
        _scale.Dispose();
    }
}
