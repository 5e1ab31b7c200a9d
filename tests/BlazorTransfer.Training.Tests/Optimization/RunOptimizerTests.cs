using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Training.Numerics;
using BlazorTransfer.Training.Optimization;
using BlazorTransfer.Training.Settings;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Tests.Optimization;

public sealed class RunOptimizerTests
{
    private const double Rate = 0.05,
        Decay = 0.01,
        Momentum = 0.9;

    [Theory]
    [InlineData("sgd", 0.9)]
    [InlineData("sgd", 0.0)]
    [InlineData("adamw", 0.9)]
    [InlineData("rmsprop", 0.9)]
    [InlineData("rmsprop", 0.0)]
    public void Step_OverTenSteps_DoesWhatPyTorchsRuleDoes(string name, double momentum)
    {
        using var scope = NewDisposeScope();
        Parameter ours = Start(),
            theirs = Start();
        using RunOptimizer optimizer = Optimizer(name, momentum, new ParameterGroup([ours]));
        using optim.Optimizer reference = name switch
        {
            "sgd" => optim.SGD([theirs], Rate, momentum, weight_decay: Decay),
            "adamw" => optim.AdamW([theirs], Rate, weight_decay: Decay),
            _ => optim.RMSProp([theirs], Rate, weight_decay: Decay, momentum: momentum),
        };

        for (int step = 0; step < 10; step++)
        {
            Descend(optimizer, Loss(ours));
            reference.zero_grad();
            Loss(theirs).backward();
            reference.step();
        }

        Assert.True(
            allclose(ours, theirs, 1e-5, 1e-7),
            $"[{string.Join(", ", ours.data<float>())}] instead of [{string.Join(", ", theirs.data<float>())}]"
        );
    }

    [Fact]
    public void Step_WithFactors_MovesEachGroupAtItsOwnRate()
    {
        using var scope = NewDisposeScope();
        Parameter trunk = Start(),
            head = Start(),
            frozen = Start();
        using RunOptimizer optimizer = Optimizer("sgd", 0, new ParameterGroup([trunk, frozen]), new ParameterGroup([head], 10));
        optimizer.Schedule(0.5);

        Descend(optimizer, trunk.sum().Plus(head.sum()));

        // A gradient of one, and a decay that the start of each makes the same.
        Assert.Equal(10, ((Start() - head).sum() / (Start() - trunk).sum()).item<float>(), 1e-3);
        Assert.True(allclose(frozen, Start()), "A parameter without a gradient has moved.");
        Assert.Equal(Rate / 2, optimizer.LearningRate, 1e-12);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.5)]
    [InlineData(100.0)]
    public void Step_WithClipping_ShortensTheGradientOfAllParametersTogether(double clip)
    {
        using var scope = NewDisposeScope();
        Parameter first = Start(),
            second = Start();
        using RunOptimizer optimizer = Optimizer("sgd", 0, [new ParameterGroup([first]), new ParameterGroup([second])], clip, decay: 0);

        Descend(optimizer, first.sum().Plus(second.sum()));

        // Six gradients of one: a length of √6.
        double length = Math.Sqrt(6),
            expected = Rate * (clip > 0 && clip < length ? clip / length : 1);
        foreach (Parameter moved in new[] { first, second })
            Assert.True(allclose(moved, Start().add(-expected), 1e-5, 1e-6), $"{moved.data<float>()[0]}");
    }

    [Theory]
    [InlineData("sgd")]
    [InlineData("adamw")]
    [InlineData("rmsprop")]
    public void Step_WhileAnotherThreadCollectsGarbage_GivesTheSameWeightsToTheBit(string name)
    {
        float[] quiet = Train(name);

        float[] disturbed = ConstantCollection.During(() => Train(name));

        Assert.Equal(quiet, disturbed);
    }

    private static void Descend(RunOptimizer optimizer, Tensor loss)
    {
        optimizer.Accumulate(loss);
        optimizer.Step();
    }

    private static float[] Train(string name)
    {
        using var outer = NewDisposeScope();
        Parameter weights = Start();
        using RunOptimizer optimizer = Optimizer(name, Momentum, new ParameterGroup([weights]));
        for (int step = 0; step < 3000; step++)
        {
            using var scope = NewDisposeScope();
            optimizer.Schedule(1.0 / (step + 1));
            Descend(optimizer, Loss(weights.Plus(weights)));
        }

        return weights.data<float>().ToArray();
    }

    private static Parameter Start() => new(tensor([0.5f, -1.5f, 2f]));

    private static Tensor Loss(Tensor weights) => (weights * weights * weights * weights).sum();

    private static RunOptimizer Optimizer(string name, double momentum, params ParameterGroup[] groups) =>
        Optimizer(name, momentum, groups, clip: 0, Decay);

    private static RunOptimizer Optimizer(string name, double momentum, ParameterGroup[] groups, double clip, double decay)
    {
        (ParameterSet? settings, _) = ParameterSet.Resolve(
            CommonParameters.All,
            new Dictionary<string, ParameterValue>
            {
                [CommonParameters.Optimizer] = name,
                [CommonParameters.LearningRate] = Rate,
                [CommonParameters.Momentum] = momentum,
                [CommonParameters.WeightDecay] = decay,
                [CommonParameters.ClipNorm] = clip,
            }
        );
        return new RunOptimizer(groups, settings!);
    }
}
