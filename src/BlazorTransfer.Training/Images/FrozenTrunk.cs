using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Training.Backbones;
using BlazorTransfer.Training.Methods;
using TorchSharp;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Images;

/// <summary>
/// The frozen part of a network, as what it gives is computed: by the network itself, or by a copy in bfloat16, which keeps single precision's range
/// and 8 of its 24 bits (Kalamkar et al., "A Study of BFLOAT16 for Deep Learning Training", 2019). Batch norms stay in single precision. What comes
/// out is in single precision either way.
/// </summary>
internal sealed class FrozenTrunk : IDisposable
{
    private const string BFloat16 = "bf16";

    private readonly TransferModel? _copy;

    private FrozenTrunk(TransferModel model, int entry, TransferModel? copy) => (Model, Entry, _copy) = (model, entry, copy);

    /// <summary>The model that it is a part of.</summary>
    public TransferModel Model { get; }

    /// <summary>Where what it gives enters the network.</summary>
    public int Entry { get; }

    /// <summary>How it computes, for the name of what is kept.</summary>
    public string Precision => _copy is null ? "fp32" : BFloat16;

    /// <param name="model">The model, whose groups before <paramref name="entry"/> are frozen; in evaluation mode afterwards.</param>
    /// <param name="entry">How many groups are frozen.</param>
    /// <param name="settings">Say in which precision.</param>
    public static FrozenTrunk Of(TransferModel model, int entry, ParameterSet settings) =>
        new(model, entry, settings.Choice(CommonParameters.FrozenPrecision) == BFloat16 ? Copy(model) : null);

    /// <summary>In the network's own precision.</summary>
    public static FrozenTrunk Of(TransferModel model, int entry) => new(model, entry, null);

    /// <summary>Images [N, 3, S, S] to what the first layer behind it takes, [N, …].</summary>
    public Tensor Forward(Tensor images)
    {
        Model.Backbone.eval();
        if (_copy is null) return Model.ForwardTo(Entry, images);
        using var scope = NewDisposeScope();
        return _copy.ForwardTo(Entry, images.to(bfloat16)).to(float32).MoveToOuterDisposeScope();
    }

    public void Dispose() => _copy?.Dispose();

    private static TransferModel Copy(TransferModel model)
    {
        using var gradients = no_grad();
        Backbone own = model.Backbone, copy = BackboneRegistry.Create(own.Spec.Name, model.Classes.Count);
        Dictionary<string, Tensor> state = own.state_dict();
        // The head is not asked.
        foreach ((string name, Tensor tensor) in copy.state_dict().Where(t => !t.Key.StartsWith(copy.HeadName + ".", StringComparison.Ordinal))) tensor.copy_(state[name]);
        copy.to(bfloat16);
        foreach ((BatchNorm rounded, BatchNorm exact) in Norms(copy).Zip(Norms(own)))
        {
            rounded.to(float32);
            foreach ((string name, Tensor tensor) in rounded.state_dict()) tensor.copy_(exact.state_dict()[name]);
        }

        copy.to(model.Device);
        copy.eval();
        return new TransferModel(copy, model.Classes, model.Device);
    }

    /// <summary>In the same order in both.</summary>
    private static IEnumerable<BatchNorm> Norms(Backbone backbone) => backbone.LayerGroups.SelectMany(g => g.Modules).SelectMany(m => m.modules().Append(m)).Distinct().OfType<BatchNorm>();
}
