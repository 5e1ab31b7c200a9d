using BlazorTransfer.Training.Numerics;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Optimization;

/// <summary>
/// RMSprop with momentum m and weight decay λ, and PyTorch's constants (Tieleman and Hinton, "Neural Networks for Machine Learning",
/// lecture 6.5, 2012): g ← g + λ·w; s ← α·s + (1 − α)·g²; v ← m·v + g / (√s + ε); w ← w − η·v.
/// </summary>
internal sealed class RmsProp(double momentum, double weightDecay) : UpdateRule
{
    private const double Alpha = 0.99,
        Epsilon = 1e-8;

    protected override int Slots => momentum == 0 ? 1 : 2;

    protected override void Update(Parameter parameter, Tensor gradient, Tensor[] state, double learningRate)
    {
        if (weightDecay != 0)
            AddScaled(gradient, parameter, weightDecay);
        Tensor square = state[0];
        Scale(square, Alpha);
        using (Scalar share = (1 - Alpha).ToScalar())
            square.addcmul_(gradient, gradient, share);
        Tensor denominator = square.sqrt();
        denominator.AddInPlace(Epsilon);
        Tensor step = gradient.div_(denominator);
        if (momentum != 0)
        {
            Scale(state[1], momentum);
            state[1].AddInPlace(step);
            step = state[1];
        }

        AddScaled(parameter, step, -learningRate);
    }
}
