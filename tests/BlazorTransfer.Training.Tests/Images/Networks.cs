using BlazorTransfer.Training.Backbones;
using BlazorTransfer.Training.Models;
using BlazorTransfer.Training.Numerics;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Tests.Images;

/// <summary>Networks with random weights whose batch norms are unlike those of a new network, where nothing would be seen of
/// them.</summary>
internal static class Networks
{
    /// <summary>In evaluation mode.</summary>
    public static TransferModel Trained(string name)
    {
        manual_seed(5);
        var model = new TransferModel(BackboneRegistry.Create(name, 3), ["a", "b", "c"], CPU);
        using var gradients = no_grad();
        foreach (BatchNorm norm in model.Backbone.modules().OfType<BatchNorm>().Distinct())
        {
            norm.get_parameter("weight")!.uniform_(0.5, 1.5);
            norm.get_parameter("bias")!.normal_(0, 0.3);
            norm.get_buffer("running_mean")!.normal_(0, 0.5);
            norm.get_buffer("running_var")!.uniform_(0.3, 3);
        }

        model.Backbone.eval();
        return model;
    }

    /// <summary>The same once more.</summary>
    public static TransferModel CopyOf(TransferModel model)
    {
        using var gradients = no_grad();
        var copy = new TransferModel(BackboneRegistry.Create(model.Backbone.Spec.Name, 3), model.Classes, CPU);
        foreach ((string name, Tensor tensor) in copy.Backbone.state_dict())
            tensor.copy_(model.Backbone.state_dict()[name]);
        copy.Backbone.eval();
        return copy;
    }

    /// <summary>Length of the difference by that of the first.</summary>
    public static double Deviation(Tensor exact, Tensor other) => exact.Minus(other).norm().item<float>() / exact.norm().item<float>();
}
