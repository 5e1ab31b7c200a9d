using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace BlazorTransfer.Training.Backbones;

/// <summary>What both Inception networks are made of: convolution, batch norm and ReLU, named <c>conv</c> and <c>bn</c>.</summary>
internal sealed class BasicConvolution : Module<Tensor, Tensor>
{
    // TorchSharp registers the fields of a module that is another one's child, by their own names unless told otherwise.
    [ComponentName(Name = "conv")]
    private readonly Conv2d _conv;

    [ComponentName(Name = "bn")]
    private readonly BatchNorm _bn;

    public BasicConvolution(int input, int output, int kernel, int stride = 1, int padding = 0)
        : this(output, Conv2d(input, output, kernel, stride: stride, padding: padding, bias: false)) { }

    /// <summary>A convolution along one axis mostly, with padding that keeps the size.</summary>
    public BasicConvolution(int input, int output, (int Height, int Width) kernel)
        : this(
            output,
            Conv2d(input, output, (kernel.Height, kernel.Width), padding: ((kernel.Height - 1) / 2, (kernel.Width - 1) / 2), bias: false)
        ) { }

    private BasicConvolution(int output, Conv2d convolution)
        : base(nameof(BasicConvolution))
    {
        register_module("conv", _conv = convolution);
        register_module("bn", _bn = new Norm(1e-3, 0.1).Create(output));
    }

    public override Tensor forward(Tensor x) => functional.relu(_bn.call(_conv.call(x)));
}

/// <summary>Branches whose outputs are joined along the channels. A branch is a chain of modules, each registered under its name.</summary>
internal sealed class Branches : Module<Tensor, Tensor>
{
    private readonly Func<Tensor, Tensor>[] _branches;

    private Branches(Func<Tensor, Tensor>[] branches)
        : base(nameof(Branches)) => _branches = branches;

    public static Branches Of(IEnumerable<(string Name, Module<Tensor, Tensor> Module)> modules, params Func<Tensor, Tensor>[] branches)
    {
        var result = new Branches(branches);
        foreach ((string name, Module<Tensor, Tensor> module) in modules)
            result.register_module(name, module);
        return result;
    }

    public override Tensor forward(Tensor x) => cat([.. _branches.Select(branch => branch(x))], 1);
}
