using System.Text.Json;
using BlazorTransfer.Training.Adaptation;
using BlazorTransfer.Training.Classifiers;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Tests.Adaptation;

/// <summary>The maps that bring whole domains together: TCA, subspace alignment, JDA.</summary>
public sealed class FeatureAlignmentTests
{
    private const double Gamma = 0.5;

    [Theory]
    [InlineData("tca_linear")]
    [InlineData("tca_rbf_gamma_0.5")]
    public void Tca_OfTheReferenceDomains_IsNumPys(string kernel)
    {
        JsonElement numbers = ReferenceDomains.Numbers().GetProperty(kernel);
        using var scope = NewDisposeScope();
        Tensor source = ReferenceDomains.Source(),
            target = ReferenceDomains.Target(),
            all = cat([source, target], 0);

        using TransferComponentAnalysis tca =
            kernel == "tca_linear"
                ? TransferComponentAnalysis.FitLinear(source, target, 3, mu: 1)
                : TransferComponentAnalysis.FitGaussian(source, target, 3, mu: 1, Gamma);

        Tensor z = tca.Transform(all);
        double[] Expected(string name) => numbers.GetProperty(name).Deserialize<double[]>()!;
        ReferenceDomains.AssertClose(Expected("eigenvalues"), tca.Eigenvalues.Values(), 1e-6);
        ReferenceDomains.AssertClose(Expected("abs_Z_first_row"), z[0].abs().Values(), 1e-6);
        ReferenceDomains.AssertClose(Expected("abs_Z_last_row"), z[-1].abs().Values(), 1e-6);
        Assert.Equal(
            numbers.GetProperty("mmd2_linear_of_Z").GetDouble(),
            MaximumMeanDiscrepancy.Linear(z.narrow(0, 0, 30), z.narrow(0, 30, 20)).item<double>(),
            1e-6
        );
    }

    /// <summary>More samples than features take the D × D form, fewer the n × n form; the n × n form of both is the definition's.</summary>
    [Theory]
    [InlineData(30, 20, 6)]
    [InlineData(7, 5, 20)]
    public void LinearTca_InItsSmallerForm_IsTheKernelForm(int sources, int targets, int width)
    {
        using var scope = NewDisposeScope();
        Tensor source = ReferenceDomains.Source(sources, width),
            target = ReferenceDomains.Target(targets, width),
            all = cat([source, target], 0);
        Tensor k = all.mm(all.t());

        using TransferComponentAnalysis tca = TransferComponentAnalysis.FitLinear(source, target, 3, mu: 0.3);
        (Tensor values, Tensor weights) = TransferComponentAnalysis.Kernel(k, sources, 3, mu: 0.3);

        ReferenceDomains.AssertClose(values.Values(), tca.Eigenvalues.Values(), 1e-8);
        ReferenceDomains.AssertClose(k.mm(weights).abs().Values(), tca.Transform(all).abs().Values(), 1e-8);
        // (K L K + μI) w λ = K H K w, which is the definition.
        Tensor e = MaximumMeanDiscrepancy.DomainContrast(sources, targets, k).unsqueeze(1),
            n = eye(all.shape[0], dtype: float64);
        Tensor h = n - 1.0 / all.shape[0],
            left = k.mm(e).mm(e.t()).mm(k) + n * 0.3,
            right = k.mm(h).mm(k);
        ReferenceDomains.AssertClose(right.mm(weights).Values(), (left.mm(weights) * values).Values(), 1e-8);
        ReferenceDomains.AssertClose([1, 1, 1], weights.square().sum([0]).Values(), 1e-10);
    }

    [Fact]
    public void LinearTca_HasAMatrixThatDoesAllOfIt_AndBringsTheMeansTogether()
    {
        using var scope = NewDisposeScope();
        Tensor source = ReferenceDomains.Source(),
            target = ReferenceDomains.Target();

        using TransferComponentAnalysis tca = TransferComponentAnalysis.FitLinear(source.to(float32), target.to(float32), 4, mu: 0.1);

        Assert.Equal([6, 4], tca.Map.shape);
        ReferenceDomains.AssertClose(source.mm(tca.Map).Values(), tca.Transform(source).Values(), 1e-12);
        double Distance(Tensor s, Tensor t) =>
            MaximumMeanDiscrepancy.Linear(s, t).item<double>() / cat([s, t], 0).var([0L]).sum().item<double>();
        Assert.True(Distance(tca.Transform(source), tca.Transform(target)) < Distance(source, target) / 20);
    }

    /// <summary>Features of large numbers, where K e is 10⁸ times longer than √μ and more.</summary>
    [Fact]
    public void LinearTca_OfLargeNumbers_StillBringsTheMeansTogether()
    {
        using var scope = NewDisposeScope();
        Tensor source = ReferenceDomains.Source() * 1e5,
            target = ReferenceDomains.Target() * 1e5;

        using TransferComponentAnalysis tca = TransferComponentAnalysis.FitLinear(source, target, 3, mu: 1e-3);

        Tensor zs = tca.Transform(source),
            zt = tca.Transform(target);
        Assert.True(MaximumMeanDiscrepancy.Linear(zs, zt).item<double>() < 1e-6 * cat([zs, zt], 0).var([0L]).sum().item<double>());
    }

    [Fact]
    public void GaussianTca_WithEverySampleALandmark_IsTheWhole_AndWithHalfOfThemNear()
    {
        using var scope = NewDisposeScope();
        Tensor source = ReferenceDomains.Source(),
            target = ReferenceDomains.Target(),
            all = cat([source, target], 0);
        using TransferComponentAnalysis whole = TransferComponentAnalysis.FitGaussian(source, target, 3, mu: 1, 0.05, landmarks: null);
        using TransferComponentAnalysis every = TransferComponentAnalysis.FitGaussian(source, target, 3, mu: 1, 0.05, landmarks: 50);
        using TransferComponentAnalysis half = TransferComponentAnalysis.FitGaussian(source, target, 3, mu: 1, 0.05, landmarks: 25);

        ReferenceDomains.AssertClose(whole.Eigenvalues.Values(), every.Eigenvalues.Values(), 1e-6);
        ReferenceDomains.AssertClose(whole.Transform(all).abs().Values(), every.Transform(all).abs().Values(), 1e-4);
        double[] exact = whole.Eigenvalues.Values(),
            near = half.Eigenvalues.Values();
        for (int i = 0; i < 3; i++)
            Assert.InRange(near[i], exact[i] * 0.9, exact[i] * 1.0001);
        Assert.Throws<InvalidOperationException>(() => whole.Map);
    }

    [Theory]
    [InlineData(30)]
    [InlineData(5)]
    public void SubspaceAlignment_OfTheSameDomainTwice_IsTheIdentityOnTheSubspace(int samples)
    {
        using var scope = NewDisposeScope();
        Tensor domain = ReferenceDomains.Source(samples);

        using SubspaceAlignment same = SubspaceAlignment.Fit(domain, domain, 3);

        ReferenceDomains.AssertClose(same.TargetMap.Values(), same.SourceMap.Values(), 1e-10);
        ReferenceDomains.AssertClose(eye(3, dtype: float64).Values(), same.TargetMap.t().mm(same.TargetMap).Values(), 1e-10);
    }

    [Fact]
    public void SubspaceAlignment_OfATurnedDomain_TurnsItBack()
    {
        using var scope = NewDisposeScope();
        // Three wide directions and three narrow ones; the target has the wide ones turned by 30 degrees towards the narrow.
        Tensor domain = ReferenceDomains.Source(200) * tensor(new[] { 9.0, 6, 3, 0.01, 0.01, 0.01 }),
            turn = eye(6, dtype: float64);
        for (int i = 0; i < 3; i++)
        {
            turn[i, i] = turn[i + 3, i + 3] = tensor(Math.Cos(Math.PI / 6));
            turn[i, i + 3] = tensor(Math.Sin(Math.PI / 6));
            turn[i + 3, i] = tensor(-Math.Sin(Math.PI / 6));
        }

        Tensor target = domain.mm(turn);
        using SubspaceAlignment aligned = SubspaceAlignment.Fit(domain, target, 3);
        Tensor centred = domain - domain.mean([0]),
            expected = (target - target.mean([0])).mm(aligned.TargetMap);

        // Along each direction the source is the target times cos 30°, the overlap of the subspaces.
        ReferenceDomains.AssertClose((expected * Math.Cos(Math.PI / 6)).Values(), centred.mm(aligned.SourceMap).Values(), 0.02);
    }

    [Theory]
    [InlineData(5, 4)]
    [InlineData(30, 3)]
    public void SubspaceAlignment_AskedForMoreDirectionsThanThereAre_KeepsThoseWithVariance(int samples, int directions)
    {
        using var scope = NewDisposeScope();
        // Five centred samples vary in four directions; of thirty, only three features vary beyond rounding noise.
        Tensor domain = ReferenceDomains.Source(samples);
        if (samples > 6)
            domain = domain * tensor(new[] { 9.0, 6, 3, 1e-9, 1e-9, 1e-9 });

        using SubspaceAlignment aligned = SubspaceAlignment.Fit(domain, domain * 2, 6);

        Assert.Equal([6, directions], aligned.SourceMap.shape);
        Assert.Equal([6, directions], aligned.TargetMap.shape);
    }

    /// <summary>
    /// Three classes that two features tell in both domains, while two others tell them in the source and mislead in the target, and one
    /// has another mean.
    /// </summary>
    private static (Tensor Source, Tensor Target, Tensor Labels) Shifted()
    {
        manual_seed(3);
        Tensor labels = arange(180) % 3,
            oneHot = nn.functional.one_hot(labels, 3).to(float64);
        Tensor Domain(double offset)
        {
            Tensor signal =
                oneHot.mm(
                    tensor(
                        new[,]
                        {
                            { 1.0, 0 },
                            { -0.5, 0.87 },
                            { -0.5, -0.87 },
                        }
                    )
                )
                + randn(180, 2, dtype: float64) * 0.25;
            Tensor misleading =
                oneHot.mm(
                    tensor(
                        new[,]
                        {
                            { 1.0, 0 },
                            { -1, 1 },
                            { 0, -1 },
                        }
                    )
                ) * offset
                + randn(180, 2, dtype: float64) * 0.3;
            return cat([signal, misleading, randn(180, 1, dtype: float64) + 2 * offset], 1);
        }

        return (Domain(1), Domain(-0.4), labels);
    }

    [Fact]
    public void Jda_OfAShiftedProblem_TellsTheTargetBetterThanTheSourceAlone()
    {
        using var scope = NewDisposeScope();
        (Tensor source, Tensor target, Tensor labels) = Shifted();
        double Accuracy(Tensor predicted) => predicted.eq(labels).to(float64).mean().item<double>();
        using LogisticRegression alone = LogisticRegression.Fit(source, labels, 3, 0.01, CancellationToken.None);
        double before = Accuracy(alone.Predict(target));

        using JointDistributionAdaptation jda = JointDistributionAdaptation.Fit(
            source,
            labels,
            target,
            3,
            2,
            mu: 1,
            rounds: 10,
            0.01,
            CancellationToken.None
        );

        using JointDistributionAdaptation once = JointDistributionAdaptation.Fit(
            source,
            labels,
            target,
            3,
            2,
            mu: 1,
            rounds: 1,
            0.01,
            CancellationToken.None
        );
        double after = Accuracy(jda.TargetLabels),
            marginal = Accuracy(once.TargetLabels);
        Assert.True(
            before < 0.8 && after > 0.97 && after > marginal + 0.1,
            $"{before:P0} without, {marginal:P0} by the means alone, {after:P0} in {jda.Rounds} rounds."
        );
        Assert.InRange(jda.Rounds, 2, 10);
        Assert.Equal([5, 2], jda.Map.shape);
        Tensor z = cat([source, target], 0).mm(jda.Map);
        ReferenceDomains.AssertClose([1, 1], z.var([0L], unbiased: false).Values(), 1e-9);
    }

    /// <summary>With more features than samples it works in the samples' own directions; the result must be that of the whole
    /// space.</summary>
    [Fact]
    public void Jda_OfManyFeatures_IsThatOfTheirRotation()
    {
        using var scope = NewDisposeScope();
        (Tensor source, Tensor target, Tensor labels) = Shifted();
        manual_seed(4);
        Tensor turn = linalg.qr(randn(400, 400, dtype: float64)).Q.narrow(0, 0, 5); // [5, 400], orthonormal rows
        using JointDistributionAdaptation narrow = JointDistributionAdaptation.Fit(
            source,
            labels,
            target,
            3,
            2,
            mu: 1,
            3,
            0.01,
            CancellationToken.None
        );
        using JointDistributionAdaptation wide = JointDistributionAdaptation.Fit(
            source.mm(turn),
            labels,
            target.mm(turn),
            3,
            2,
            mu: 1,
            3,
            0.01,
            CancellationToken.None
        );

        ReferenceDomains.AssertClose(source.mm(narrow.Map).abs().Values(), source.mm(turn).mm(wide.Map).abs().Values(), 1e-6);
        Assert.Equal(narrow.TargetLabels.data<long>().ToArray(), wide.TargetLabels.data<long>().ToArray());
    }

    [Fact]
    public void Fits_LeaveNoTensorButTheirResult()
    {
        using var scope = NewDisposeScope();
        (Tensor source, Tensor target, Tensor labels) = Shifted();

        Assert.True(LiveTensors.LeftBy(() => TransferComponentAnalysis.FitLinear(source, target, 2, 1)) <= 0);
        Assert.True(LiveTensors.LeftBy(() => TransferComponentAnalysis.FitGaussian(source, target, 2, 1, 0.5, landmarks: 20)) <= 0);
        Assert.True(LiveTensors.LeftBy(() => TransferComponentAnalysis.FitGaussian(source, target, 2, 1, 0.5)) <= 0);
        Assert.True(LiveTensors.LeftBy(() => SubspaceAlignment.Fit(source, target, 2)) <= 0);
        Assert.True(
            LiveTensors.LeftBy(() => JointDistributionAdaptation.Fit(source, labels, target, 3, 2, 1, 3, 0.01, CancellationToken.None)) <= 0
        );
    }
}
