using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Training.Backbones;
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
        using var steps = new StageSteps(model, new TrainingStage(method, settings), batchesPerEpoch: 2);
        int batch = 0;
        for (int begin = 0; begin < images; begin += batchSize)
        {
            int count = Math.Min(batchSize, images - begin);
            Tensor loss = nn.functional.cross_entropy(model.Logits(inputs.narrow(0, begin, count)), labels.narrow(0, begin, count));
            steps.Take(loss, batch++, count, images - begin);
        }

        method.Dispose();
        return network.state_dict()["linear.weight"].data<float>().ToArray();
    }
}
