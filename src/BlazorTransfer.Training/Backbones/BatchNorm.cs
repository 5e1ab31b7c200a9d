using BlazorTransfer.Training.Numerics;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace BlazorTransfer.Training.Backbones;

/// <summary>
/// Batch normalisation of maps [N, C, H, W] or vectors [N, C] with PyTorch's names and meaning (Ioffe and Szegedy, "Batch Normalization",
/// 2015). TorchSharp's own counts its batches with a scalar that may be collected during the call (see <see cref="Scalars"/>), which now
/// and
/// then ends a training. A training batch with one value a channel, such as the vector of a single image, has no variance. PyTorch refuses
/// it;
/// here the running statistics normalise it and stay as they are, since an epoch's last batch may be one image.
/// </summary>
internal sealed class BatchNorm : Module<Tensor, Tensor>
{
    private readonly double _epsilon;
    private readonly double _momentum;

    /// <param name="features">Channels C.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="momentum">Share of a batch in the running statistics.</param>
    public BatchNorm(int features, double epsilon = 1e-5, double momentum = 0.1)
        : base(nameof(BatchNorm))
    {
        (_epsilon, _momentum) = (epsilon, momentum);
        register_parameter("weight", new Parameter(ones(features)));
        register_parameter("bias", new Parameter(zeros(features)));
        register_buffer("running_mean", zeros(features));
        register_buffer("running_var", ones(features));
        register_buffer("num_batches_tracked", zeros([], dtype: ScalarType.Int64));
    }

    /// <summary>Share of a batch in the running statistics for now; null for the usual one. With 0, batches leave them as they
    /// are.</summary>
    public double? Momentum { get; set; }

    /// <summary>The norm of which this is the place in a copy of its network: weights, statistics and mode are that one's. Null for one of
    /// its own.</summary>
    public BatchNorm? StandsFor { get; set; }

    /// <summary>Whether the convolution before it does its work already, so that it gives on what it gets.</summary>
    public bool IsFolded { get; private set; }

    /// <summary>
    /// Lets the convolution whose output it normalises do its work, as it is in evaluation: W' = W s and b' = (b − μ) s + β with s = γ /
    /// √(σ² + ε)
    /// for each output channel. Right only where nothing else takes that output. Not to be undone: for a copy that is not trained.
    /// </summary>
    public void FoldInto(Conv2d convolution)
    {
        if (IsFolded)
            throw new InvalidOperationException("The norm is folded already.");
        using IDisposable scope = NewDisposeScope(),
            gradients = no_grad();
        // In double precision, so that the weights are rounded once.
        Tensor Exact(Tensor? tensor) => tensor!.to(ScalarType.Float64);
        Tensor scale = Exact(get_parameter("weight")).div(Exact(get_buffer("running_var")).Plus(_epsilon).sqrt()); // [C]
        Tensor centre = Exact(get_buffer("running_mean"));
        Tensor offset = convolution.bias is null ? centre.Times(-1) : Exact(convolution.bias).Minus(centre);
        Tensor weight = Exact(convolution.weight).mul(scale.reshape(-1, 1, 1, 1)); // [C, C_in / groups, H, W]
        convolution.weight.copy_(weight);
        convolution.bias = new Parameter(
            offset.mul(scale).Plus(Exact(get_parameter("bias"))).to(convolution.weight.dtype),
            requires_grad: false
        );
        IsFolded = true;
    }

    public override Tensor forward(Tensor maps)
    {
        // A tensor of its own, as from any module: a sequence disposes of what its next module took.
        if (IsFolded)
            return maps.alias();
        if (StandsFor is { } other)
            return other.call(maps);
        bool takesStatistics = training && maps.numel() > maps.shape[1];
        if (takesStatistics && Momentum != 0)
            get_buffer("num_batches_tracked")!.Increment();
        // By name, since moving to a device or a type replaces the tensors.
        return functional.batch_norm(
            maps,
            get_buffer("running_mean")!,
            get_buffer("running_var")!,
            get_parameter("weight"),
            get_parameter("bias"),
            takesStatistics,
            Momentum ?? _momentum,
            _epsilon
        );
    }
}
