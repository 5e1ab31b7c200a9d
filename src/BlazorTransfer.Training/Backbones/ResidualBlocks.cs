using BlazorTransfer.Training.Numerics;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace BlazorTransfer.Training.Backbones;

/// <summary>A residual branch of some convolutions around a shortcut, with torchvision's names; the last step is a ReLU of the
/// sum.</summary>
internal abstract class ResidualBlock(string name) : Module<Tensor, Tensor>(name)
{
    private Module<Tensor, Tensor>? _shortcut;

    /// <summary>Sets what the shortcut does; without it, the input goes through as it is.</summary>
    protected void Shortcut(Module<Tensor, Tensor> module, string? registeredAs)
    {
        _shortcut = module;
        if (registeredAs is not null)
            register_module(registeredAs, module);
    }

    public sealed override Tensor forward(Tensor x) => Branch(x).Plus(_shortcut?.call(x) ?? x).relu_();

    protected abstract Tensor Branch(Tensor x);

    /// <summary>A 1×1 convolution and batch norm, where the shape changes.</summary>
    protected void ProjectWhereTheShapeChanges(int input, int output, int stride)
    {
        if (stride != 1 || input != output)
            Shortcut(Sequential(Conv2d(input, output, 1, stride: stride, bias: false), new BatchNorm(output)), "downsample");
    }
}

/// <summary>Two 3×3 convolutions: bn2(conv2(relu(bn1(conv1(x))))).</summary>
internal sealed class BasicBlock : ResidualBlock
{
    private readonly Conv2d _conv1;
    private readonly BatchNorm _bn1;
    private readonly Conv2d _conv2;
    private readonly BatchNorm _bn2;

    /// <param name="input">Channels in.</param>
    /// <param name="planes">Channels out.</param>
    /// <param name="stride">Of the first convolution.</param>
    /// <param name="paddedShortcut">
    /// Where the shape changes, the shortcut takes every second pixel and adds channels of zeros, without weights
    /// (option A of He et al., 2015), instead of a projection.
    /// </param>
    public BasicBlock(int input, int planes, int stride, bool paddedShortcut = false)
        : base(nameof(BasicBlock))
    {
        register_module("conv1", _conv1 = Conv2d(input, planes, 3, stride: stride, padding: 1, bias: false));
        register_module("bn1", _bn1 = new BatchNorm(planes));
        register_module("conv2", _conv2 = Conv2d(planes, planes, 3, padding: 1, bias: false));
        register_module("bn2", _bn2 = new BatchNorm(planes));
        if (!paddedShortcut)
            ProjectWhereTheShapeChanges(input, planes, stride);
        else if (stride != 1 || input != planes)
            Shortcut(new PaddedShortcut(planes - input), registeredAs: null);
    }

    protected override Tensor Branch(Tensor x) => _bn2.call(_conv2.call(_bn1.call(_conv1.call(x)).relu_()));

    private sealed class PaddedShortcut(int added) : Module<Tensor, Tensor>(nameof(PaddedShortcut))
    {
        public override Tensor forward(Tensor x) =>
            functional.pad(x.slice(2, 0, x.shape[2], 2).slice(3, 0, x.shape[3], 2), [0, 0, 0, 0, added / 2, added - added / 2]);
    }
}

/// <summary>
/// 1×1 down, 3×3, 1×1 up to four times the planes. The middle may be wider (Zagoruyko and Komodakis, "Wide Residual Networks",
/// 2016) or in groups (Xie et al., "Aggregated Residual Transformations", 2016). The stride is the 3×3's, as in torchvision.
/// </summary>
internal sealed class Bottleneck : ResidualBlock
{
    public const int Expansion = 4;

    private readonly Conv2d[] _convolutions;
    private readonly BatchNorm[] _norms;

    public Bottleneck(int input, int planes, int stride, int groups, int widthPerGroup)
        : base(nameof(Bottleneck))
    {
        int width = planes * widthPerGroup / 64 * groups;
        _convolutions =
        [
            Conv2d(input, width, 1, bias: false),
            Conv2d(width, width, 3, stride: stride, padding: 1, groups: groups, bias: false),
            Conv2d(width, planes * Expansion, 1, bias: false),
        ];
        _norms = [new BatchNorm(width), new BatchNorm(width), new BatchNorm(planes * Expansion)];
        for (int i = 0; i < 3; i++)
        {
            register_module($"conv{i + 1}", _convolutions[i]);
            register_module($"bn{i + 1}", _norms[i]);
        }

        ProjectWhereTheShapeChanges(input, planes * Expansion, stride);
    }

    protected override Tensor Branch(Tensor x)
    {
        Tensor y = _norms[0].call(_convolutions[0].call(x)).relu_();
        y = _norms[1].call(_convolutions[1].call(y)).relu_();
        return _norms[2].call(_convolutions[2].call(y));
    }
}
