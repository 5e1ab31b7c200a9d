using BlazorTransfer.Core.Models;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Imaging;
using BlazorTransfer.Training.Images;
using BlazorTransfer.Training.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Evaluation;

/// <summary>A finished model, ready for single images.</summary>
public sealed class Predictor : IDisposable
{
    private readonly ImageTransforms _transforms;

    private Predictor(TransferModel model, ModelDescription description)
    {
        (Model, Description) = (model, description);
        _transforms = new ImageTransforms(description.Preprocessing);
    }

    public TransferModel Model { get; }

    public ModelDescription Description { get; }

    /// <param name="weights">A checkpoint, whose description lies beside it.</param>
    /// <exception cref="WeightsException">The file is no model, or not the described one.</exception>
    public static Predictor Open(string weights)
    {
        ModelDescription description = ModelDescription.Load(ModelDescription.PathBeside(weights));
        return new Predictor(TransferModel.Restore(description, WeightsFile.Open(weights)), description);
    }

    /// <summary>The logits of one image, a number a class.</summary>
    /// <exception cref="ImageException">The file is no image that can be used.</exception>
    public float[] Logits(string image)
    {
        float[] input = new float[_transforms.Length];
        _transforms.Evaluate(ImageDecoder.DecodeRgb(image), input);
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        return Model.Logits(tensor(input, [1, 3, _transforms.Side, _transforms.Side])).data<float>().ToArray();
    }

    /// <summary>The most probable classes of one image, the best first.</summary>
    /// <inheritdoc cref="Logits"/>
    public IReadOnlyList<ClassProbability> Predict(string image, int top = 5)
    {
        float[] logits = Logits(image);
        double[] exponentials = [.. logits.Select(l => Math.Exp(l - logits.Max()))];
        double sum = exponentials.Sum();
        return [.. exponentials.Select((e, c) => new ClassProbability(Model.Classes[c], e / sum)).OrderByDescending(p => p.Probability).Take(top)];
    }

    public void Dispose() => Model.Dispose();
}
