using BlazorTransfer.Training.Optimization;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Tests.Optimization;

public sealed class WeightAverageTests
{
    [Fact]
    public void Update_AveragesWhatMoves_AndLeavesTheRestToTheBit()
    {
        const double decay = 0.5;
        using var scope = NewDisposeScope();
        using Linear module = nn.Linear(3, 2);
        using var average = new WeightAverage(module, decay);
        float[] bias = Values(module.bias!);
        double expected = module.weight![0, 0].item<float>();

        for (int step = 1; step <= 20; step++)
        {
            using (no_grad())
                module.weight.add_(0.1 * step);
            average.Update();
            double d = Math.Min(decay, (1.0 + step) / (10 + step));
            expected = d * expected + (1 - d) * module.weight[0, 0].item<float>();
        }

        float[] last = Values(module.weight);
        average.Swap();
        Assert.Equal(expected, module.weight[0, 0].item<float>(), 1e-5);
        Assert.Equal(bias, Values(module.bias!));
        average.Swap();
        Assert.Equal(last, Values(module.weight));
    }

    [Fact]
    public void Update_OfANetworkWithBatchNorm_AveragesItsStatisticsToo()
    {
        using var scope = NewDisposeScope();
        using Sequential module = nn.Sequential(nn.BatchNorm1d(2));
        module.train();
        using var average = new WeightAverage(module, 0.9);

        // Statistics learn in the forward pass, which no optimizer sees.
        module.call(tensor(new[] { 1f, 2f, 3f, 8f }).view(2, 2));
        average.Update();

        float now = module.state_dict()["0.running_mean"][1].item<float>(),
            share = 1 - 2f / 11;
        average.Swap();
        Assert.Equal(share * now, module.state_dict()["0.running_mean"][1].item<float>(), 1e-6f);
        Assert.Equal(1, module.state_dict()["0.num_batches_tracked"].item<long>());
    }

    private static float[] Values(Tensor tensor) => tensor.data<float>().ToArray();
}
