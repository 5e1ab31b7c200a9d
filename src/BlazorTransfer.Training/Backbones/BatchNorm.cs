using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace BlazorTransfer.Training.Backbones;

/// <summary>
/// Batch normalisation of maps [N, C, H, W] or vectors [N, C] with PyTorch's names and meaning (Ioffe and Szegedy, "Batch Normalization",
/// 2015). TorchSharp's own counts its batches with a scalar that may be collected during the call (see <see cref="Scalars"/>), which now and
/// then ends a training. A training batch with one value a channel, such as the vector of a single image, has no variance. PyTorch refuses it;
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

    /// <summary>Share of a batch in the running statistics for now; null for the usual one. With 0, batches leave them as they are.</summary>
    public double? Momentum { get; set; }

    /// <summary>The norm of which this is the place in a copy of its network: weights, statistics and mode are that one's. Null for one of its own.</summary>
    public BatchNorm? StandsFor { get; set; }

    public override Tensor forward(Tensor maps)
    {
        if (StandsFor is { } other) return other.call(maps);
        bool takesStatistics = training && maps.numel() > maps.shape[1];
        if (takesStatistics && Momentum != 0) get_buffer("num_batches_tracked")!.Increment();
        // By name, since moving to a device or a type replaces the tensors.
        return functional.batch_norm(
            maps, get_buffer("running_mean")!, get_buffer("running_var")!, get_parameter("weight"), get_parameter("bias"), takesStatistics, Momentum ?? _momentum, _epsilon);
    }
}
