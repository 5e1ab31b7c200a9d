using BlazorTransfer.Training.Backbones;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Tests.Backbones;

public sealed class BatchNormTests
{
    private const int Features = 3;

    [Fact]
    public void Forward_InTrainingAndAfterIt_DoesWhatTorchSharpsDoes()
    {
        using var scope = NewDisposeScope();
        manual_seed(0);
        using var ours = new BatchNorm(Features);
        using var theirs = nn.BatchNorm2d(Features);
        for (int batch = 0; batch < 5; batch++)
        {
            Tensor maps = randn(4, Features, 5, 5);
            Assert.True(allclose(ours.forward(maps), theirs.forward(maps)), $"Batch {batch} differs.");
        }

        ours.eval();
        theirs.eval();
        Tensor unseen = randn(2, Features, 5, 5);
        Assert.True(allclose(ours.forward(unseen), theirs.forward(unseen)), "The running statistics differ.");
        Assert.Equal(theirs.state_dict().Keys.Order(StringComparer.Ordinal), ours.state_dict().Keys.Order(StringComparer.Ordinal));
        Assert.Equal(5, ours.get_buffer("num_batches_tracked")!.item<long>());
    }

    [Fact]
    public void Forward_OfVectors_DoesWhatTorchSharpsDoes_AndOfASingleOneTakesTheRunningStatistics()
    {
        using var scope = NewDisposeScope();
        manual_seed(0);
        using var ours = new BatchNorm(Features);
        using var theirs = nn.BatchNorm1d(Features);
        Tensor vectors = randn(4, Features),
            single = randn(1, Features);
        Assert.True(allclose(ours.forward(vectors), theirs.forward(vectors)), "A batch of vectors differs.");

        Tensor whileTraining = ours.forward(single);

        ours.eval();
        Assert.True(allclose(whileTraining, ours.forward(single)), "A single vector is not normalised by the running statistics.");
        Assert.True(
            allclose(theirs.get_buffer("running_var")!, ours.get_buffer("running_var")!),
            "A single vector changed the statistics."
        );
        Assert.Equal(1, ours.get_buffer("num_batches_tracked")!.item<long>());
    }

    [Fact]
    public void Forward_WhileAnotherThreadCollectsGarbage_CountsEachBatchAndGivesTheSameToTheBit()
    {
        float[] quiet = RunningMean();

        Assert.Equal(quiet, ConstantCollection.During(RunningMean));
    }

    private static float[] RunningMean()
    {
        const int batches = 10_000;
        using var scope = NewDisposeScope();
        using var norm = new BatchNorm(Features);
        Tensor maps = arange(2 * Features * 4, dtype: float32).reshape(2, Features, 2, 2);
        for (int batch = 0; batch < batches; batch++)
        {
            using var step = NewDisposeScope();
            norm.forward(maps);
        }

        Assert.Equal(batches, norm.get_buffer("num_batches_tracked")!.item<long>());
        return norm.get_buffer("running_mean")!.data<float>().ToArray();
    }
}
