using System.Text.Json;
using BlazorTransfer.Training.Adaptation;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Tests.Adaptation;

/// <summary>The losses inside training steps: their values, their gradients, and that they leave no tensor behind.</summary>
public sealed class AdaptationLossTests
{
    private static readonly double[] Gammas = [0.125, 0.25, 0.5, 1, 2];

    private static readonly Dictionary<string, Func<Tensor[], Tensor>> Losses = new()
    {
        ["mmd-linear"] = x => MaximumMeanDiscrepancy.Linear(x[0], x[1]),
        ["mmd-multi-gaussian"] = x => MaximumMeanDiscrepancy.MultiGaussian(x[0], x[1], Gammas),
        ["jan"] = x => MaximumMeanDiscrepancy.Joint([x[0], x[0].softmax(1)], [x[1], x[1].softmax(1)], [Gammas, [0.6]]),
        ["coral"] = x => CorrelationAlignment.Loss(x[0], x[1]),
        ["mcd"] = x => ClassifierDiscrepancy.Loss(x[0].narrow(0, 0, x[1].shape[0]), x[1]),
        ["entropy"] = x => Predictions.Entropy(x[0]).sum().add(Predictions.Entropy(x[1]).sum()),
        ["cdan-map"] = x => ConditionalMap.Apply(x[0].narrow(0, 0, x[1].shape[0]), x[1].softmax(1)).square().sum(),
        ["mcc-of-given-weights"] = x =>
            MinimumClassConfusion.Loss(x[0], 2.5, arange(1, x[0].shape[0] + 1, dtype: x[0].dtype)).add(x[1].sum()),
        ["domain-bce"] = x =>
            DomainDiscriminator.Loss(
                cat([x[0], x[1]], 0).sum([1]),
                x[0].shape[0],
                arange(1, x[0].shape[0] + x[1].shape[0] + 1, dtype: x[0].dtype)
            ),
    };

    private static readonly Dictionary<string, Func<Tensor[], Tensor>> WithConstants = new(Losses)
    {
        ["dan"] = x => MaximumMeanDiscrepancy.MultiScale(x[0], x[1]),
        ["mcc"] = x => MinimumClassConfusion.Loss(x[0], 2.5).add(x[1].sum()),
        ["reversal"] = x => GradientReversal.Apply(x[0], 0.7).sum().add(x[1].sum()),
        ["certainty-weights"] = x => (Predictions.CertaintyWeights(x[0]) * x[0].sum([1])).sum().add(x[1].sum()),
    };

    public static TheoryData<string> Differentiable => [.. Losses.Keys];

    public static TheoryData<string> All => [.. WithConstants.Keys];

    [Theory]
    [MemberData(nameof(Differentiable))]
    public void Gradient_IsThatOfCentralDifferences(string loss)
    {
        using var scope = NewDisposeScope();

        GradientCheck.AssertIsDerivative(Losses[loss], ReferenceDomains.Source(7, 4), ReferenceDomains.Target(5, 4));
    }

    /// <summary>Steps without a dispose scope of the caller's.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public void TwoHundredSteps_LeaveNoTensor(string loss)
    {
        using var scope = NewDisposeScope();
        Tensor source = ReferenceDomains.Source(7, 4).to(float32),
            target = ReferenceDomains.Target(5, 4).to(float32);
        LiveTensors.CollectLeftovers();
        var counts = new List<long>();
        for (int i = 0; i < 200; i++)
        {
            using (NewDisposeScope())
                WithConstants[loss]([source.clone().requires_grad_(), target.clone().requires_grad_()]).backward();
            if (i is 20 or 199)
                counts.Add(Tensor.TotalCount);
        }

        Assert.True(counts[1] <= counts[0], $"{counts[1] - counts[0]} tensors are left after 180 steps.");
    }

    [Fact]
    public void Values_OfTheReferenceDomains_AreNumPys()
    {
        JsonElement numbers = ReferenceDomains.Numbers();
        using var scope = NewDisposeScope();
        Tensor source = ReferenceDomains.Source(),
            target = ReferenceDomains.Target();

        Assert.Equal(numbers.GetProperty("mmd2_linear").GetDouble(), MaximumMeanDiscrepancy.Linear(source, target).item<double>(), 1e-6);
        double gaussian = numbers.GetProperty("mmd2_multi_gaussian").GetProperty("value").GetDouble();
        Assert.Equal(gaussian, MaximumMeanDiscrepancy.MultiGaussian(source, target, Gammas).item<double>(), 1e-6);
        Assert.Equal(
            numbers.GetProperty("deep_coral_loss").GetProperty("value").GetDouble(),
            CorrelationAlignment.Loss(source, target).item<double>(),
            1e-6
        );
        double[][] matrix = numbers.GetProperty("coral_matrix").GetProperty("matrix").Deserialize<double[][]>()!;
        ReferenceDomains.AssertClose(matrix.SelectMany(r => r), CorrelationAlignment.Matrix(source, target, ridge: 1).Values(), 1e-6);
        // In float32 and far from the origin, where |x|² + |y|² − 2xy alone has lost its digits.
        using Tensor far = tensor(1000f);
        Assert.Equal(
            gaussian,
            MaximumMeanDiscrepancy.MultiGaussian(source.to(float32) + far, target.to(float32) + far, Gammas).item<float>(),
            1e-3
        );
    }

    [Fact]
    public void CoralMatrix_GivesTheSourceTheTargetsCovariance()
    {
        using var scope = NewDisposeScope();
        Tensor source = ReferenceDomains.Source(),
            target = ReferenceDomains.Target(200);

        Tensor mapped = source.mm(CorrelationAlignment.Matrix(source.to(float32), target.to(float32), ridge: 1e-9));

        ReferenceDomains.AssertClose(
            CorrelationAlignment.Covariance(target).Values(),
            CorrelationAlignment.Covariance(mapped).Values(),
            1e-5
        );
    }

    [Fact]
    public void MultiScale_IsMultiGaussianWithTheBatchsBandwidths_InValueAndGradient()
    {
        using var scope = NewDisposeScope();
        Tensor source = ReferenceDomains.Source(),
            target = ReferenceDomains.Target(),
            all = cat([source, target], 0);
        double pairs = all.shape[0] * (all.shape[0] - 1),
            mean = cdist(all, all).square().sum().item<double>() / pairs;
        double[] gammas = [.. new[] { 0.25, 0.5, 1, 2, 4 }.Select(scale => 1 / (scale * mean))];

        Assert.Equal(
            MaximumMeanDiscrepancy.MultiGaussian(source, target, gammas).item<double>(),
            MaximumMeanDiscrepancy.MultiScale(source, target).item<double>(),
            1e-12
        );
        double[][] expected = GradientCheck.Gradients(x => MaximumMeanDiscrepancy.MultiGaussian(x[0], x[1], gammas), source, target);
        double[][] actual = GradientCheck.Gradients(x => MaximumMeanDiscrepancy.MultiScale(x[0], x[1]), source, target);
        for (int k = 0; k < 2; k++)
            ReferenceDomains.AssertClose(expected[k], actual[k], 1e-12);
        // A batch whose rows are all alike has no spread and no discrepancy.
        Assert.Equal(0, MaximumMeanDiscrepancy.MultiScale(ones(3, 4), ones(2, 4)).item<float>(), 1e-6);
    }

    [Fact]
    public void Joint_OfOneLayerIsMultiGaussian_AndOfASecondConstantLayerToo()
    {
        using var scope = NewDisposeScope();
        Tensor source = ReferenceDomains.Source(),
            target = ReferenceDomains.Target();
        double one = MaximumMeanDiscrepancy.MultiGaussian(source, target, Gammas).item<double>();

        double two = MaximumMeanDiscrepancy
            .Joint([source, ones(30, 2, dtype: float64)], [target, ones(20, 2, dtype: float64)], [Gammas, [3]])
            .item<double>();

        Assert.Equal(one, two, 1e-12);
        Assert.Throws<ArgumentException>(() => MaximumMeanDiscrepancy.Joint([source], [target, target], [Gammas]));
    }

    [Fact]
    public void Losses_OfABatchOfOne_AreFinite()
    {
        using var scope = NewDisposeScope();
        Tensor source = ReferenceDomains.Source(1, 4),
            target = ReferenceDomains.Target(1, 4);

        Assert.All(
            WithConstants,
            loss => Assert.All(GradientCheck.Gradients(loss.Value, source, target), g => Assert.DoesNotContain(g, v => !double.IsFinite(v)))
        );
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.37)]
    [InlineData(1)]
    public void GradientReversal_LeavesTheValueToTheBit_AndTurnsTheGradient(double strength)
    {
        using var scope = NewDisposeScope();
        Tensor x = ReferenceDomains.Source().to(float32).requires_grad_(),
            weights = arange(6, dtype: float32);

        Tensor reversed = GradientReversal.Apply(x, strength);
        (reversed.square() * weights).sum().backward();

        Assert.Equal(x.data<float>().ToArray(), reversed.data<float>().ToArray());
        ReferenceDomains.AssertClose((x * weights * 2 * -strength).Values(), x.grad!.Values(), 1e-6);
    }

    [Fact]
    public void GradientReversalStrength_RisesFromZeroToOne()
    {
        Assert.Equal(0, GradientReversal.Strength(0));
        Assert.Equal(Math.Tanh(2.5), GradientReversal.Strength(0.5), 1e-12); // 2/(1 + e^(−10p)) − 1 = tanh 5p
        Assert.InRange(GradientReversal.Strength(1), 0.9999, 1);
    }

    [Fact]
    public void ClassConfusion_IsZeroForSurePredictions_AndOfUnsureOnesTheShareOffTheDiagonal()
    {
        using var scope = NewDisposeScope();
        Tensor sure = eye(3) * 200,
            unsure = zeros(5, 3);

        Assert.Equal(0, MinimumClassConfusion.Loss(sure, 2.5).item<float>(), 1e-6);
        Assert.Equal(2.0 / 3, MinimumClassConfusion.Loss(unsure, 2.5).item<float>(), 1e-6);
        // No sample may be of the third class: the first two are sure, the third adds nothing.
        Assert.Equal(0, MinimumClassConfusion.Loss(eye(3).narrow(0, 0, 2) * 1000, 1).item<float>(), 1e-6);
    }

    /// <summary>Two samples and two classes by hand: p = 0.9 and p = 0.5, T = 1.</summary>
    [Fact]
    public void ClassConfusion_OfTwoSamples_IsTheFormulas()
    {
        using var scope = NewDisposeScope();
        double h1 = -(0.9 * Math.Log(0.9) + 0.1 * Math.Log(0.1)),
            h2 = Math.Log(2),
            w1 = 1 + Math.Exp(-h1),
            w2 = 1 + Math.Exp(-h2);
        double c00 = w1 * 0.81 + w2 * 0.25,
            c01 = w1 * 0.09 + w2 * 0.25,
            c11 = w1 * 0.01 + w2 * 0.25;

        double loss = MinimumClassConfusion
            .Loss(
                tensor(
                        new[,]
                        {
                            { 0.9, 0.1 },
                            { 0.5, 0.5 },
                        }
                    )
                    .log(),
                1
            )
            .item<double>();

        Assert.Equal((c01 / (c00 + c01) + c01 / (c01 + c11)) / 2, loss, 1e-12);
    }

    [Fact]
    public void Entropy_IsThatOfTheProbabilities()
    {
        using var scope = NewDisposeScope();
        Tensor logits = cat(
            [
                tensor(
                        new[,]
                        {
                            { 0.7, 0.2, 0.1 },
                        }
                    )
                    .log(),
                zeros(1, 3, dtype: float64),
                tensor(
                    new[,]
                    {
                        { 2000.0, 0, 0 },
                    }
                ),
            ],
            0
        );

        ReferenceDomains.AssertClose(
            [-(0.7 * Math.Log(0.7) + 0.2 * Math.Log(0.2) + 0.1 * Math.Log(0.1)), Math.Log(3), 0],
            Predictions.Entropy(logits).Values(),
            1e-12
        );
        Assert.Equal(2, Predictions.CertaintyWeights(logits)[2].item<double>(), 1e-12);
        Assert.Equal(4.0 / 3, Predictions.CertaintyWeights(logits)[1].item<double>(), 1e-12);
    }

    [Fact]
    public void ConditionalMap_IsEachProductAtItsPlace()
    {
        using var scope = NewDisposeScope();

        Tensor map = ConditionalMap.Apply(
            tensor(
                new[,]
                {
                    { 2.0, 3 },
                }
            ),
            tensor(
                new[,]
                {
                    { 0.1, 0.2, 0.7 },
                }
            )
        );

        Assert.Equal([1, 6], map.shape);
        ReferenceDomains.AssertClose([0.2, 0.4, 1.4, 0.3, 0.6, 2.1], map.Values(), 1e-12);
    }

    [Fact]
    public void ClassifierDiscrepancy_IsTheMeanDistanceOfTheProbabilities()
    {
        using var scope = NewDisposeScope();
        Tensor p1 = tensor(
                new[,]
                {
                    { 0.5, 0.5 },
                    { 0.9, 0.1 },
                }
            ),
            p2 = tensor(
                new[,]
                {
                    { 0.25, 0.75 },
                    { 0.8, 0.2 },
                }
            );

        Assert.Equal((0.25 + 0.25 + 0.1 + 0.1) / 4, ClassifierDiscrepancy.Loss(p1.log(), p2.log()).item<double>(), 1e-12);
    }

    [Fact]
    public void Discriminator_LearnsToTellTheDomains_AndTakesABatchOfOne()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        using var discriminator = new DomainDiscriminator(ReferenceDomains.Width, 8);
        Tensor features = cat([ReferenceDomains.Source(), ReferenceDomains.Target()], 0).to(float32);
        using var optimizer = optim.Adam(discriminator.parameters(), 0.02);
        var losses = new List<float>();
        for (int i = 0; i < 60; i++)
        {
            using var step = NewDisposeScope();
            optimizer.zero_grad();
            Tensor loss = DomainDiscriminator.Loss(discriminator.forward(features), ReferenceDomains.Sources);
            loss.backward();
            optimizer.step();
            losses.Add(loss.item<float>());
        }

        Assert.True(losses[^1] < losses[0] / 2, $"The loss went from {losses[0]} to {losses[^1]}.");
        Assert.InRange(DomainDiscriminator.Accuracy(discriminator.forward(features), ReferenceDomains.Sources), 0.9, 1);
        Tensor one = discriminator.forward(features.narrow(0, 0, 1));
        Assert.Equal([1], one.shape);
        Assert.True(float.IsFinite(one.item<float>()));
        Assert.True(discriminator.named_modules().Single(m => m.name == "bn1").module.training);
    }

    [Fact]
    public void DomainLoss_WithWeights_IsTheirMean()
    {
        using var scope = NewDisposeScope();
        Tensor logits = tensor(new[] { 0.3, -1.2, 2.0 }),
            weights = tensor(new[] { 1.0, 2, 5 });
        double Log(double x) => Math.Log(1 + Math.Exp(-x));

        Assert.Equal((Log(0.3) + 2 * Log(-1.2) + 5 * Log(-2.0)) / 8, DomainDiscriminator.Loss(logits, 2, weights).item<double>(), 1e-12);
        Assert.Equal((Log(0.3) + Log(-1.2) + Log(-2.0)) / 3, DomainDiscriminator.Loss(logits, 2).item<double>(), 1e-12);
        Assert.Equal(1.0 / 3, DomainDiscriminator.Accuracy(logits, 2), 1e-12);
    }
}
