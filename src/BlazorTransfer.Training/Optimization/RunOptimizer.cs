using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Training.Numerics;
using BlazorTransfer.Training.Settings;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Optimization;

/// <summary>The optimizer of a run, whose groups keep their ratio while the schedule moves the learning rate.</summary>
public sealed class RunOptimizer : IDisposable
{
    private readonly IReadOnlyList<ParameterGroup> _groups;
    private readonly UpdateRule _rule;
    private readonly double _baseRate;
    private readonly double _clipNorm;

    public RunOptimizer(IReadOnlyList<ParameterGroup> groups, ParameterSet settings)
    {
        _groups = groups;
        LearningRate = _baseRate = settings.Number(CommonParameters.LearningRate);
        _clipNorm = settings.Number(CommonParameters.ClipNorm);
        double decay = settings.Number(CommonParameters.WeightDecay);
        _rule = settings.Choice(CommonParameters.Optimizer) switch
        {
            "sgd" => new Sgd(settings.Number(CommonParameters.Momentum), decay),
            "adamw" => new AdamW(decay),
            "rmsprop" => new RmsProp(settings.Number(CommonParameters.Momentum), decay),
            string other => throw new ArgumentException($"There is no optimizer '{other}'.", nameof(settings)),
        };
    }

    /// <summary>The run's own rate; each group steps with its factor times it.</summary>
    public double LearningRate { get; private set; }

    /// <summary>Sets the learning rate to the run's times <paramref name="scheduleFactor"/>.</summary>
    public void Schedule(double scheduleFactor) => LearningRate = _baseRate * scheduleFactor;

    /// <summary>Adds the gradient of <paramref name="share"/> times <paramref name="loss"/> to that of the next step.</summary>
    public void Accumulate(Tensor loss, double share = 1)
    {
        using Tensor? part = share == 1 ? null : loss.Times(share);
        (part ?? loss).backward();
    }

    /// <summary>One step down the accumulated gradient.</summary>
    public void Step()
    {
        if (_clipNorm > 0)
            Clip();
        foreach (ParameterGroup group in _groups)
            _rule.Step(group.Parameters, LearningRate * group.LearningRateFactor);
    }

    /// <summary>Shortens the gradient of all parameters together to the longest one allowed.</summary>
    private void Clip()
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        Tensor[] all = [.. _groups.SelectMany(g => g.Parameters).Select(p => p.grad).OfType<Tensor>()];
        double norm = Math.Sqrt(all.Sum(g => (double)g.square().sum().item<float>()));
        if (norm <= _clipNorm)
            return;
        foreach (Tensor gradient in all)
            UpdateRule.Scale(gradient, _clipNorm / norm);
    }

    public void Dispose()
    {
        _rule.Dispose();
    }
}
