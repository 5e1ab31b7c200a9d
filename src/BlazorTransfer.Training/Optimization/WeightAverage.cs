using BlazorTransfer.Training.Numerics;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Optimization;

/// <summary>
/// Exponential moving average of all weights and statistics of a network, a ← a + (1 − d)·(w − a) after each step (Polyak and Juditsky,
/// "Acceleration of Stochastic Approximation by Averaging", 1992). The first steps count more, d ← min(d, (1 + t) / (10 + t)) at step t, so
/// that a short run does not average its start.
/// </summary>
internal sealed class WeightAverage : IDisposable
{
    private readonly double _decay;
    private readonly Tensor[] _weights;
    private readonly Tensor[] _averages;
    private long _steps;

    /// <param name="module">The network; its tensors are followed in place.</param>
    /// <param name="decay">0…1, how much of the average stays at each step.</param>
    public WeightAverage(nn.Module module, double decay)
    {
        using var gradients = no_grad();
        _decay = decay;
        _weights = [.. module.state_dict().Values];
        _averages = [.. _weights.Select(w => w.clone().DetachFromDisposeScope())];
    }

    /// <summary>Takes in the weights after a step.</summary>
    public void Update()
    {
        using var gradients = no_grad();
        _steps++;
        double share = 1 - Math.Min(_decay, (1.0 + _steps) / (10 + _steps));
        for (int i = 0; i < _weights.Length; i++)
        {
            // Counters are not averaged.
            if (!_weights[i].is_floating_point())
            {
                _averages[i].copy_(_weights[i]);
                continue;
            }

            // What does not change stays itself to the bit, which a weighted sum would not promise.
            using Tensor difference = _weights[i].Minus(_averages[i]);
            UpdateRule.AddScaled(_averages[i], difference, share);
        }
    }

    /// <summary>Exchanges the network's weights with their average, and back when called again.</summary>
    public void Swap()
    {
        using var gradients = no_grad();
        for (int i = 0; i < _weights.Length; i++)
        {
            using Tensor kept = _weights[i].clone();
            _weights[i].copy_(_averages[i]);
            _averages[i].copy_(kept);
        }
    }

    public void Dispose()
    {
        foreach (Tensor average in _averages)
            average.Dispose();
    }
}
