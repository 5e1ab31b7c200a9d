using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace BlazorTransfer.Training.Backbones;

/// <summary>Parts that several families share, with torchvision's names inside.</summary>
internal static class Blocks
{
    /// <summary>Convolution without bias, batch norm and an activation (none where null): <c>0.weight</c>, <c>1.weight</c> …</summary>
    public static Sequential ConvNorm(
        int input,
        int output,
        int kernel,
        int stride = 1,
        int groups = 1,
        Func<Module<Tensor, Tensor>>? activation = null,
        Norm? norm = null
    )
    {
        Conv2d convolution = Conv2d(input, output, kernel, stride: stride, padding: (kernel - 1) / 2, groups: groups, bias: false);
        BatchNorm normalisation = (norm ?? Norm.Default).Create(output);
        return activation is null ? Sequential(convolution, normalisation) : Sequential(convolution, normalisation, activation());
    }

    public static Module<Tensor, Tensor> Relu() => ReLU(inplace: true);

    public static Module<Tensor, Tensor> Relu6() => ReLU6(inplace: true);

    public static Module<Tensor, Tensor> HardSwish() => Hardswish(inplace: true);

    public static Module<Tensor, Tensor> Silu() => SiLU(inplace: true);

    /// <summary>The nearest multiple of the divisor that is not more than a tenth smaller, as the MobileNets' authors round
    /// widths.</summary>
    public static int MakeDivisible(double width, int divisor = 8)
    {
        int rounded = Math.Max(divisor, (int)(width + divisor / 2.0) / divisor * divisor);
        return rounded < 0.9 * width ? rounded + divisor : rounded;
    }

    /// <summary>
    /// Leaves a residual branch [N, C, H, W] out for some images of a batch while training, and scales the others up so that the
    /// mean stays (Huang et al., "Deep Networks with Stochastic Depth", 2016).
    /// </summary>
    public static Tensor StochasticDepth(Tensor branch, double probability, bool training)
    {
        if (!training || probability == 0)
            return branch;
        double survival = 1 - probability;
        using Scalar divisor = survival.ToScalar();
        return branch * empty([branch.shape[0], 1, 1, 1], dtype: branch.dtype, device: branch.device).bernoulli_(survival).div_(divisor);
    }
}

/// <summary>Batch norm's settings, which differ between families.</summary>
internal sealed record Norm(double Epsilon, double Momentum)
{
    public static Norm Default { get; } = new(1e-5, 0.1);

    public BatchNorm Create(int features) => new BatchNorm(features, Epsilon, Momentum);
}

/// <summary>
/// Weighs each channel by what the whole map says: Hu et al., "Squeeze-and-Excitation Networks" (2017).
/// x · scale(fc2(activation(fc1(mean(x))))), with 1×1 convolutions as fc1 and fc2.
/// </summary>
internal sealed class SqueezeExcitation : Module<Tensor, Tensor>
{
    private readonly Conv2d _fc1;
    private readonly Conv2d _fc2;
    private readonly Func<Tensor, Tensor> _activation;
    private readonly Func<Tensor, Tensor> _scale;

    public SqueezeExcitation(int channels, int squeezed, Func<Tensor, Tensor> activation, Func<Tensor, Tensor> scale)
        : base(nameof(SqueezeExcitation))
    {
        (_activation, _scale) = (activation, scale);
        register_module("fc1", _fc1 = Conv2d(channels, squeezed, 1));
        register_module("fc2", _fc2 = Conv2d(squeezed, channels, 1));
    }

    public override Tensor forward(Tensor x) => x * _scale(_fc2.call(_activation(_fc1.call(x.mean([2, 3], keepdim: true)))));
}
