using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Training.Methods;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Optimization;

/// <summary>The optimizer of a run, whose groups keep their ratio while the schedule moves the learning rate.</summary>
public sealed class RunOptimizer : IDisposable
{
    private readonly optim.Optimizer _optimizer;
    private readonly double[] _factors;
    private readonly double _baseRate;

    public RunOptimizer(IReadOnlyList<ParameterGroup> groups, ParameterSet settings)
    {
        _baseRate = settings.Number(CommonParameters.LearningRate);
        _factors = [.. groups.Select(g => g.LearningRateFactor)];
        double decay = settings.Number(CommonParameters.WeightDecay), momentum = settings.Number(CommonParameters.Momentum);
        _optimizer = settings.Choice(CommonParameters.Optimizer) switch
        {
            "sgd" => optim.SGD([.. groups.Select(g => new SGD.ParamGroup(g.Parameters, _baseRate, momentum, weight_decay: decay))], _baseRate, momentum, weight_decay: decay),
            "adamw" => optim.AdamW([.. groups.Select(g => new AdamW.ParamGroup(g.Parameters, _baseRate, weight_decay: decay))], _baseRate, weight_decay: decay),
            string other => throw new ArgumentException($"There is no optimizer '{other}'.", nameof(settings)),
        };
    }

    /// <summary>The rate of the first group, the run's own.</summary>
    public double LearningRate { get; private set; }

    /// <summary>Sets the learning rate of all groups to their factor times the run's rate times <paramref name="scheduleFactor"/>.</summary>
    public void Schedule(double scheduleFactor)
    {
        LearningRate = _baseRate * scheduleFactor;
        foreach ((optim.ILearningRateController group, double factor) in _optimizer.ParamGroups.Zip(_factors)) group.LearningRate = LearningRate * factor;
    }

    /// <summary>One step down the gradient of <paramref name="loss"/>.</summary>
    public void Step(Tensor loss)
    {
        _optimizer.zero_grad();
        loss.backward();
        _optimizer.step();
    }

    public void Dispose() => _optimizer.Dispose();
}
