using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Training.Backbones;
using BlazorTransfer.Training.Inputs;
using BlazorTransfer.Training.Methods;
using BlazorTransfer.Training.Models;
using BlazorTransfer.Training.Runs;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Tests.Runs;

public sealed class StageStepsTests
{
    [Theory]
    [InlineData(8)]
    [InlineData(7)]
    public void Accumulation_OverTwoBatches_StepsLikeOneBatchOfAllTheirImages(int images)
    {
        float[] whole = HeadAfter(images, batchSize: 8, accumulation: 1),
            parts = HeadAfter(images, batchSize: 4, accumulation: 2);

        for (int i = 0; i < whole.Length; i++)
            Assert.Equal(whole[i], parts[i], 1e-5f);
        Assert.NotEqual(HeadAfter(0, batchSize: 4, accumulation: 2), parts);
    }

    [Fact]
    public void Accumulation_AtTheEndOfAnEpoch_StepsWithWhatThereIs()
    {
        float[] start = HeadAfter(0, batchSize: 4, accumulation: 8);

        Assert.NotEqual(start, HeadAfter(4, batchSize: 4, accumulation: 8));
    }

    [Fact]
    public void Take_LossThatIsNotFinite_ChangesNothing()
    {
        using var scope = NewDisposeScope();
        using Backbone network = BackboneRegistry.Create("resnet20_cifar", 3);
        using var model = new TransferModel(network, ["a", "b", "c"], CPU);
        (TransferMethod method, ParameterSet settings) = TransferMethodRegistry.Create(
            "fine-tuning",
            new Dictionary<string, ParameterValue>()
        );
        using TransferMethod own = method;
        method.Configure(model);
        network.eval();
        float[] before = Head(network);
        using var steps = new StageSteps(model, new TrainingStage(method, settings), _ => 1);
        using var batch = new Batch(full([2, 3, 32, 32], float.NaN), tensor(new[] { 0L, 1 }), 0, []);

        StageStep step = steps.Take(batch, left: 2);

        Assert.False(step.IsFinite || step.Moved);
        Assert.Equal(before, Head(network));
    }

    private static float[] Head(Backbone network) => network.state_dict()["linear.weight"].data<float>().ToArray();

    /// <summary>The head's kernel after one epoch of the first images, with batch norms that do not depend on the batch.</summary>
    private static float[] HeadAfter(int images, int batchSize, int accumulation)
    {
        using var scope = NewDisposeScope();
        manual_seed(7);
        using Backbone network = BackboneRegistry.Create("resnet20_cifar", 3);
        using var model = new TransferModel(network, ["a", "b", "c"], CPU);
        (TransferMethod method, ParameterSet settings) = TransferMethodRegistry.Create(
            "fine-tuning",
            new Dictionary<string, ParameterValue>
            {
                ["batch-size"] = batchSize,
                ["gradient-accumulation"] = accumulation,
                ["optimizer"] = "sgd",
                ["learning-rate"] = 0.1,
                ["warm-up-epochs"] = 0,
                ["schedule"] = "constant",
            }
        );
        method.Configure(model);
        network.eval();
        manual_seed(8);
        Tensor inputs = randn(8, 3, 32, 32),
            labels = tensor(new[] { 0L, 1, 2, 0, 1, 2, 0, 1 });
        using var steps = new StageSteps(model, new TrainingStage(method, settings), _ => 1);
        for (int begin = 0; begin < images; begin += batchSize)
        {
            int count = Math.Min(batchSize, images - begin);
            using var batch = new Batch(inputs.narrow(0, begin, count), labels.narrow(0, begin, count), 0, []);
            steps.Take(batch, images - begin);
        }

        method.Dispose();
        return Head(network);
    }
}
