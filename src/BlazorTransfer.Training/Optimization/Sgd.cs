using BlazorTransfer.Training.Numerics;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Optimization;

/// <summary>
/// Stochastic gradient descent with momentum m and weight decay λ, as PyTorch does it:
/// v ← m·v + g + λ·w; w ← w − η·v (Sutskever et al., "On the importance of initialization and momentum in deep learning", 2013).
/// </summary>
internal sealed class Sgd(double momentum, double weightDecay) : UpdateRule
{
    protected override int Slots => momentum == 0 ? 0 : 1;

    protected override void Update(Parameter parameter, Tensor gradient, Tensor[] state, double learningRate)
    {
        if (weightDecay != 0)
            AddScaled(gradient, parameter, weightDecay);
        if (momentum == 0)
        {
            AddScaled(parameter, gradient, -learningRate);
            return;
        }

        Scale(state[0], momentum);
        state[0].AddInPlace(gradient);
        AddScaled(parameter, state[0], -learningRate);
    }
}
