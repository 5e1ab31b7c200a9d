using BlazorTransfer.Training.Numerics;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Optimization;

/// <summary>
/// AdamW with PyTorch's constants (Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2017): w ← (1 − η·λ)·w;
/// m ← β₁·m + (1 − β₁)·g; v ← β₂·v + (1 − β₂)·g²; w ← w − η·m̂ / (√v̂ + ε), with m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ).
/// </summary>
internal sealed class AdamW(double weightDecay) : UpdateRule
{
    private const double Beta1 = 0.9,
        Beta2 = 0.999,
        Epsilon = 1e-8;
    private readonly Dictionary<Parameter, int> _steps = new(ReferenceEqualityComparer.Instance);

    protected override int Slots => 2;

    protected override void Update(Parameter parameter, Tensor gradient, Tensor[] state, double learningRate)
    {
        int t = _steps[parameter] = _steps.GetValueOrDefault(parameter) + 1;
        (Tensor mean, Tensor square) = (state[0], state[1]);
        Scale(parameter, 1 - learningRate * weightDecay);
        Scale(mean, Beta1);
        AddScaled(mean, gradient, 1 - Beta1);
        Scale(square, Beta2);
        using (Scalar share = (1 - Beta2).ToScalar())
            square.addcmul_(gradient, gradient, share);
        Tensor denominator = square.sqrt();
        Scale(denominator, 1 / Math.Sqrt(1 - Math.Pow(Beta2, t)));
        denominator.AddInPlace(Epsilon);
        using Scalar rate = (-learningRate / (1 - Math.Pow(Beta1, t))).ToScalar();
        parameter.addcdiv_(mean, denominator, rate);
    }
}
