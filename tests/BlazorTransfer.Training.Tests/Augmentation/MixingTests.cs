using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Training.Augmentation;
using BlazorTransfer.Training.LabelKinds;
using BlazorTransfer.Training.Methods;
using TorchSharp;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Tests.Augmentation;

public sealed class MixingTests : IDisposable
{
    private const int Side = 16;
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData("mixup")]
    [InlineData("cutmix")]
    public void Mix_OfImagesThatAreTheirLabels_SharesByWhatIsInTheImage(string kind)
    {
        // Image i has i everywhere, so that its mean tells what it is made of.
        const int n = 40;
        Tensor labels = arange(n),
            inputs = labels.to(ScalarType.Float32).reshape(n, 1, 1, 1).expand(n, 3, Side, Side);

        (Tensor mixed, Tensor larger, Mixture mixture) = New((kind, 1.0)).Mix(inputs, labels, Randoms(n));

        float[] means = Pictures.Values(mixed.mean([1, 2, 3])),
            shares = Pictures.Values(mixture.Share);
        long[] first = larger.data<long>().ToArray(),
            other = mixture.OtherLabels.data<long>().ToArray();
        for (int i = 0; i < n; i++)
        {
            Assert.Equal([i, (i + 1) % n], new[] { first[i], other[i] }.Order().Select(l => (int)l).OrderBy(l => l == i ? 0 : 1));
            Assert.InRange(shares[i], 0.5f, 1f);
            Assert.Equal(shares[i] * first[i] + (1 - shares[i]) * other[i], means[i], 1e-3);
            if (kind == "cutmix")
                Assert.All(Pictures.Values(mixed[i]), v => Assert.True(v == i || v == (i + 1) % n));
        }

        Assert.Contains(first.Zip(Enumerable.Range(0, n)), p => p.First != p.Second);
        // Other labels of the same images are divided in the same way.
        (Tensor ofLarger, Tensor ofSmaller) = mixture.PartsOf(labels.add(tensor(100L)));
        Assert.Equal(first.Select(l => l + 100), ofLarger.data<long>().ToArray());
        Assert.Equal(other.Select(l => l + 100), ofSmaller.data<long>().ToArray());
        Assert.True(shares.Distinct().Count() > n / 2);
    }

    [Fact]
    public void CrossEntropy_IsTheMeanOfBothClassesByTheirShares()
    {
        Tensor logits = randn(4, 3),
            labels = tensor([0L, 1, 2, 0]),
            others = tensor([1L, 1, 0, 2]),
            share = tensor([0.5f, 0.9f, 0.7f, 1f]);

        float loss = Parts(others, share).CrossEntropy(logits, labels, null, 0.1).item<float>();

        Tensor Each(Tensor of) => nn.functional.cross_entropy(logits, of, reduction: nn.Reduction.None, label_smoothing: 0.1);
        Assert.Equal((Each(labels) * share + Each(others) * (1 - share)).mean().item<float>(), loss, 1e-6);
    }

    [Fact]
    public void CrossEntropy_OfUnmixedImages_IsTheUsualOne_AlsoWithWeightsAndSmoothing()
    {
        Tensor logits = randn(4, 3),
            labels = tensor([0L, 1, 2, 0]),
            weights = tensor([0.5f, 1, 4]);

        float loss = Parts(tensor([1L, 1, 1, 1]), ones(4)).CrossEntropy(logits, labels, weights, 0.2).item<float>();

        Assert.Equal(nn.functional.cross_entropy(logits, labels, weights, label_smoothing: 0.2).item<float>(), loss, 1e-5);
    }

    [Fact]
    public void CrossEntropy_OfImagesThatAreHalfEach_IsTheSameTheOtherWayRound()
    {
        Tensor logits = randn(4, 3),
            labels = tensor([0L, 1, 2, 0]),
            others = tensor([1L, 0, 0, 2]),
            half = full([4], 0.5f),
            weights = tensor([0.5f, 1, 4]);

        Assert.Equal(
            Parts(others, half).CrossEntropy(logits, labels, weights, 0).item<float>(),
            Parts(labels, half).CrossEntropy(logits, others, weights, 0).item<float>(),
            1e-5
        );
    }

    [Fact]
    public void Rows_AreThoseOfBothClassesByTheirShares()
    {
        Tensor rows = Parts(tensor([2L, 0]), tensor([0.75f, 0.5f])).Rows(tensor([1f, 0, 3, 4, 8, 0], [3, 2]), tensor([0L, 1]));

        Assert.Equal([0.75f * 1 + 0.25f * 8, 0, 0.5f * 3 + 0.5f * 1, 0.5f * 4], Pictures.Values(rows));
    }

    [Fact]
    public void WithBoth_EachImageTakesOneOfThem()
    {
        const int n = 60;
        Tensor labels = arange(n),
            inputs = labels.to(ScalarType.Float32).reshape(n, 1, 1, 1).expand(n, 3, Side, Side);

        (Tensor mixed, _, _) = New(("mixup", 1.0), ("cutmix", 1.0)).Mix(inputs, labels, Randoms(n));

        int blended = Enumerable.Range(0, n).Count(i => Pictures.Values(mixed[i]).Any(v => v != i && v != (i + 1) % n));
        Assert.InRange(blended, n / 4, 3 * n / 4);
    }

    private static Mixing New(params (string Name, ParameterValue Value)[] parameters) =>
        new(TransferMethodRegistry.Create("fine-tuning", parameters.ToDictionary(p => p.Name, p => p.Value)).Settings);

    private static Random[] Randoms(int count) => [.. Enumerable.Range(0, count).Select(i => new Random(i))];

    private static Mixture Parts(Tensor others, Tensor share) => new(others, share, ones_like(others, dtype: ScalarType.Bool));
}
