using BlazorTransfer.Core.Models;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Imaging;
using BlazorTransfer.Training.Inputs;
using BlazorTransfer.Training.Models;
using BlazorTransfer.Training.Weights;
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

    /// <summary>All outputs for one image: a logit for each class, and behind them one for each label of the model's label sets.</summary>
    /// <exception cref="ImageException">The file is no image that can be used.</exception>
    public float[] Outputs(string image) => Outputs(InputOf(image));

    /// <summary>The pixels that the network sees of an image: resized and cropped, S × S.</summary>
    /// <inheritdoc cref="Outputs(string)" path="/exception"/>
    public RgbImage InputOf(string image) => _transforms.EvaluationCrop(File.ReadAllBytes(image));

    private float[] Outputs(RgbImage crop)
    {
        float[] input = new float[_transforms.Length];
        _transforms.Normalise(crop, input);
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        return Model.Outputs(tensor(input, [1, 3, _transforms.Side, _transforms.Side])).data<float>().ToArray();
    }

    /// <summary>The most probable classes of one image, the best first; where an image may have several, at least all that are
    /// predicted.</summary>
    /// <inheritdoc cref="Outputs(string)"/>
    public IReadOnlyList<ClassProbability> Predict(string image, int top = 5) => Answer(image, top).Classes;

    /// <summary>What the model says of one image, its label sets included.</summary>
    /// <inheritdoc cref="Outputs(string)"/>
    public Answer Answer(string image, int top = 5) => Answer(InputOf(image), top);

    /// <summary>The same for pixels of <see cref="InputOf"/>.</summary>
    public Answer Answer(RgbImage input, int top = 5)
    {
        float[] outputs = Outputs(input);
        return new Answer(
            Of(Model.ClassTask, Model.Thresholds),
            [.. Model.Tasks.Select(t => new LabelSetAnswer(t.Labels.Name, Of(t, null)))]
        );

        IReadOnlyList<ClassProbability> Of(ModelTask task, IReadOnlyList<double>? thresholds) =>
            task.Kind.Answer(task.Labels.Labels, outputs.AsSpan(task.FirstOutput, task.Labels.Labels.Count).ToArray(), thresholds, top);
    }

    public void Dispose() => Model.Dispose();
}

/// <summary>What a model says of an image.</summary>
/// <param name="Classes">The most probable classes, the best first.</param>
/// <param name="LabelSets">The same for each label set that it answers too.</param>
public sealed record Answer(IReadOnlyList<ClassProbability> Classes, IReadOnlyList<LabelSetAnswer> LabelSets);

/// <param name="Name">Name of the label set.</param>
/// <param name="Top">The most probable labels, the best first.</param>
public sealed record LabelSetAnswer(string Name, IReadOnlyList<ClassProbability> Top);
