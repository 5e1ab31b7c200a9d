using System.Security.Cryptography;
using System.Text;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Training.Backbones;
using BlazorTransfer.Training.Models;
using BlazorTransfer.Training.Settings;
using BlazorTransfer.Training.Weights;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using BatchNorm = BlazorTransfer.Training.Backbones.BatchNorm;

namespace BlazorTransfer.Training.Features;

/// <summary>
/// The frozen part of a network, as what it gives is computed: by a copy whose batch norms are folded into its convolutions, in single
/// precision or in
/// bfloat16, which keeps single precision's range and 8 of its 24 bits (Kalamkar et al., "A Study of BFLOAT16 for Deep Learning Training",
/// 2019).
/// Norms that stay do so in single precision. What comes out is in single precision either way, and is the network's own but for the last
/// digits.
/// The network itself is never changed.
/// </summary>
internal sealed class FrozenTrunk : IDisposable
{
    private const string BFloat16 = "bf16";

    private readonly bool _half;
    private readonly int _side;
    private TransferModel? _copy;
    private byte[]? _fingerprint;

    private FrozenTrunk(TransferModel model, int entry, bool half, int side) => (Model, Entry, _half, _side) = (model, entry, half, side);

    /// <summary>The model that it is a part of.</summary>
    public TransferModel Model { get; }

    /// <summary>Where what it gives enters the network.</summary>
    public int Entry { get; }

    /// <summary>How it computes, for the name of what is kept.</summary>
    public string Arithmetic => _half ? "bf16, folded" : "fp32, folded";

    /// <summary>Hash of the weights and statistics of its layers.</summary>
    public byte[] Fingerprint => _fingerprint ??= HashLayers();

    /// <param name="model">The model, whose groups before <paramref name="entry"/> are frozen.</param>
    /// <param name="entry">How many groups are frozen.</param>
    /// <param name="settings">Say in which precision, and how large images are.</param>
    public static FrozenTrunk Of(TransferModel model, int entry, ParameterSet settings) =>
        new(
            model,
            entry,
            settings.Choice(CommonParameters.FrozenPrecision) == BFloat16,
            ImageSize.PreprocessingOf(model.Backbone.Spec, settings).CropSize
        );

    /// <summary>Images [N, 3, S, S] to what the first layer behind it takes, [N, …].</summary>
    public Tensor Forward(Tensor images)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        // Not before it is needed: a run that finds all features in the cache needs none.
        _copy ??= Copy();
        return _copy.ForwardTo(Entry, _half ? images.to(bfloat16) : images).to(float32).MoveToOuterDisposeScope();
    }

    public void Dispose() => _copy?.Dispose();

    private byte[] HashLayers()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (
            (string name, Tensor tensor) in Model
                .Backbone.LayerGroups.Take(Entry)
                .SelectMany(g => g.Modules)
                .SelectMany(m => m.state_dict())
        )
        {
            hash.AppendData(Encoding.UTF8.GetBytes(name));
            hash.AppendData(TensorData.FromTensor(tensor).Bytes.Span);
        }

        return hash.GetHashAndReset();
    }

    private TransferModel Copy()
    {
        Backbone own = Model.Backbone,
            copy = New(own.Spec.Name);
        Dictionary<string, Tensor> state = own.state_dict();
        // The head is not asked.
        foreach (
            (string name, Tensor tensor) in copy.state_dict().Where(t => !t.Key.StartsWith(copy.HeadName + ".", StringComparison.Ordinal))
        )
            tensor.copy_(state[name]);
        copy.to(Model.Device);
        var trunk = new TransferModel(copy, Model.Classes, Model.Device);
        FoldedNorms.Fold(trunk, Entry, _side);
        if (_half)
            Halve(copy, own);
        foreach (Conv2d convolution in copy.modules().OfType<Conv2d>())
            convolution.weight = new Parameter(ChannelsLast(convolution.weight), requires_grad: false);
        // It outlives the scope of the batch that it was first made for.
        foreach (Tensor tensor in copy.parameters().Concat(copy.buffers()))
            tensor.DetachFromDisposeScope();
        return trunk;
    }

    private Backbone New(string name)
    {
        // Building it draws weights: whether anything has to be computed must not change what the run draws later.
        using Tensor draws = get_rng_state();
        Backbone network = BackboneRegistry.Create(name, Model.Classes.Count);
        set_rng_state(draws);
        return network;
    }

    private static void Halve(Backbone copy, Backbone own)
    {
        copy.to(bfloat16);
        foreach ((BatchNorm rounded, BatchNorm exact) in Norms(copy).Zip(Norms(own)))
        {
            rounded.to(float32);
            foreach ((string name, Tensor tensor) in rounded.state_dict())
                tensor.copy_(exact.state_dict()[name]);
        }
    }

    /// <summary>In the same order in both.</summary>
    private static IEnumerable<BatchNorm> Norms(Backbone backbone) =>
        backbone.LayerGroups.SelectMany(g => g.Modules).SelectMany(m => m.modules().Append(m)).Distinct().OfType<BatchNorm>();

    /// <summary>Weights [C, C_in, H, W] in the order that maps have, see <see cref="Backbone.ForwardGroups"/>: convolutions rearrange them
    /// for each batch.</summary>
    private static Tensor ChannelsLast(Tensor weight) => weight.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
}
