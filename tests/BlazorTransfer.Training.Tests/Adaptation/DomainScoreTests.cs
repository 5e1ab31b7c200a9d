using BlazorTransfer.Training.Adaptation;
using BlazorTransfer.Training.Numerics;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Tests.Adaptation;

/// <summary>Numbers that say how far apart domains are and how good a model is for the target, without its labels.</summary>
public sealed class DomainScoreTests
{
    private const double Decay = 0.01;

    [Fact]
    public void ADistance_IsNearZeroForOneDistribution_AndTwoForSeparatedOnes()
    {
        using var scope = NewDisposeScope();
        Tensor one = ReferenceDomains.Source(400, 4),
            same = ReferenceDomains.Source(800, 4).narrow(0, 400, 400);

        Assert.InRange(ProxyADistance.Measure(one, same, Decay, CancellationToken.None), 0, 0.2);
        Assert.Equal(2, ProxyADistance.Measure(one, same.narrow(0, 0, 100) + 5, Decay, CancellationToken.None), 1e-12);
        // Two uniform variables a quarter of their range apart overlap by three quarters.
        double some = ProxyADistance.Measure(one.narrow(1, 0, 1), same.narrow(1, 0, 1) + 0.5, Decay, CancellationToken.None);
        Assert.Equal(0.5, some, 0.2);
        Assert.Equal(some, ProxyADistance.Measure(one.narrow(1, 0, 1), same.narrow(1, 0, 1) + 0.5, Decay, CancellationToken.None));
    }

    /// <summary>Nine in ten samples are the source's: a classifier that always says so is right nine times in ten and tells
    /// nothing.</summary>
    [Fact]
    public void ADistance_OfDomainsOfUnlikeSize_IsStillNearZero()
    {
        using var scope = NewDisposeScope();
        Tensor all = ReferenceDomains.Source(1000, 3);

        Assert.InRange(ProxyADistance.Measure(all.narrow(0, 0, 900), all.narrow(0, 900, 100), Decay, CancellationToken.None), 0, 0.4);
        Assert.Throws<ArgumentException>(() => ProxyADistance.Measure(all, all.narrow(0, 0, 1), Decay, CancellationToken.None));
    }

    /// <summary>Along one feature the densities of two uniform distributions are known: where only the source is, the target's is
    /// none.</summary>
    [Fact]
    public void DensityRatios_OfSamplesNotLearnedFrom_AreLowWhereOnlyTheSourceIs()
    {
        using var scope = NewDisposeScope();
        Tensor one = ReferenceDomains.Source(401, 1),
            shifted = ReferenceDomains.Source(802, 1).narrow(0, 401, 401).Plus(0.5);

        DomainJudgement judgement = ProxyADistance.Judge(one, shifted, Decay, CancellationToken.None);

        double[] places = one.to(float64).data<double>().ToArray(),
            ratios = judgement.DensityRatios;
        Assert.Equal((401, 401), (ratios.Length, judgement.OfTarget.Length));
        double low = places.Min(),
            high = places.Max();
        double alone = places.Zip(ratios).Where(p => p.First < low + 0.1 * (high - low)).Average(p => p.Second),
            shared = places.Zip(ratios).Where(p => p.First > high - 0.1 * (high - low)).Average(p => p.Second);
        Assert.True(alone < 0.7 && shared > 1.3, $"{alone:F2} where only the source is, {shared:F2} where both are.");
        Assert.True(judgement.RatiosAreSound);
        // Told apart always.
        Assert.False(new DomainJudgement([9, 9], [-9, -9]).RatiosAreSound);
        // Odds that are the wrong way round are believed as little as ones that are no different.
        Assert.All(new DomainJudgement([-2, -3, -4, -5], [2, 3, 4, 5]).DensityRatios, r => Assert.Equal(1, r, 1e-12));
        Assert.All(new DomainJudgement([-1, -1], [-1, -1]).DensityRatios, r => Assert.Equal(1, r, 1e-12));
        // Sure of far too much: of either domain, one in four is on the other's side.
        Assert.All(
            new DomainJudgement([90, 90, 90, -90], [-90, -90, -90, 90]).DensityRatios.Zip([1 / 3.0, 1 / 3.0, 1 / 3.0, 3]),
            pair => Assert.Equal(pair.Second, pair.First, 0.02)
        );
        Assert.Equal(judgement.Distance, ProxyADistance.Measure(one, shifted, Decay, CancellationToken.None));
    }

    [Fact]
    public void InformationMaximisation_IsHighForSurePredictionsOfAllClasses_AndZeroOtherwise()
    {
        using var scope = NewDisposeScope();
        Tensor sure = eye(4).repeat(5, 1) * 100,
            unsure = zeros(20, 4),
            collapsed = eye(4).narrow(0, 0, 1).repeat(20, 1) * 100;

        Assert.Equal(Math.Log(4), UnsupervisedScores.InformationMaximisation(sure), 1e-9);
        Assert.Equal(0, UnsupervisedScores.InformationMaximisation(unsure), 1e-9);
        Assert.Equal(0, UnsupervisedScores.InformationMaximisation(collapsed), 1e-9);
        // p = (0.9, 0.1) and (0.3, 0.7) by hand.
        double H(double p) => -(p * Math.Log(p) + (1 - p) * Math.Log(1 - p));
        Assert.Equal(
            H(0.6) - (H(0.9) + H(0.3)) / 2,
            UnsupervisedScores.InformationMaximisation(
                tensor(
                        new[,]
                        {
                            { 0.9, 0.1 },
                            { 0.3, 0.7 },
                        }
                    )
                    .log()
            ),
            1e-9
        );
    }

    [Fact]
    public void NeighbourhoodDensity_IsTheEntropyOfTheSharesOfTheOthers()
    {
        using var scope = NewDisposeScope();
        // Two groups of ten, sure of two classes: each sample has nine near ones.
        Tensor grouped = eye(2).repeat(10, 1) * 100;
        // Three samples by hand.
        Tensor three = tensor(
            new[,]
            {
                { 0.9, 0.1 },
                { 0.3, 0.7 },
                { 0.5, 0.5 },
            }
        );
        double[][] rows =
        [
            .. new double[][] { [0.9, 0.1], [0.3, 0.7], [0.5, 0.5] }.Select(r => r.Select(v => v / Math.Sqrt(r.Sum(x => x * x))).ToArray()),
        ];
        double expected = Enumerable
            .Range(0, 3)
            .Average(i =>
            {
                double[] e =
                [
                    .. Enumerable.Range(0, 3).Where(j => j != i).Select(j => Math.Exp(rows[i].Zip(rows[j], (a, b) => a * b).Sum() / 0.05)),
                ];
                return e.Sum(v => -v / e.Sum() * Math.Log(v / e.Sum()));
            });

        Assert.Equal(Math.Log(9), UnsupervisedScores.SoftNeighbourhoodDensity(grouped), 1e-4);
        Assert.Equal(expected, UnsupervisedScores.SoftNeighbourhoodDensity(three.log()), 1e-9);
        // More rows than are held at once.
        Assert.Equal(Math.Log(1299), UnsupervisedScores.SoftNeighbourhoodDensity(zeros(1300, 2)), 1e-9);
    }

    [Fact]
    public void Dev_OfEqualRatiosIsTheMeanLoss_AndOfOthersTheTargetsRisk()
    {
        double[] losses = [1, 2, 3, 6];

        Assert.Equal(3, UnsupervisedScores.DeepEmbeddedValidation(losses, [1, 1, 1, 1]), 1e-12);
        // w = (2, 1, 0.5, 0.5), mean 1: the control variate adds nothing to mean(w l) = 2.125.
        Assert.Equal(2.125, UnsupervisedScores.DeepEmbeddedValidation(losses, [2, 1, 0.5, 0.5]), 1e-12);
        // All ratios twice too large, the losses alike: w l = 3 w, η = −3, and the risk is the loss, not twice it.
        Assert.Equal(3, UnsupervisedScores.DeepEmbeddedValidation([3, 3, 3], [1, 2, 3]), 1e-12);
        Assert.Throws<ArgumentException>(() => UnsupervisedScores.DeepEmbeddedValidation([1], []));
    }
}
