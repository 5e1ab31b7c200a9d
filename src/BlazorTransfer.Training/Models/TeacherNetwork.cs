using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Models;
using BlazorTransfer.Training.Backbones;
using BlazorTransfer.Training.Numerics;
using BlazorTransfer.Training.Weights;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Models;

/// <summary>
/// A finished model whose answers another network, the student, learns: frozen, in evaluation, and asked in the student's terms. It is
/// shown the
/// student's own batch, whatever augmentation made of that: where the teacher was trained on another image size, the batch is resized to it
/// on the device (bilinear,
/// antialiased), and where it expects another mean and standard deviation, the student's are exchanged for them; where both are equal,
/// nothing is
/// done. So the teacher sees the student's crop, which is not to the pixel what its own reading of the file would give. Its classes are
/// brought into the student's order.
/// </summary>
public sealed class TeacherNetwork : IDisposable
{
    private const int MostNames = 10;

    private readonly TransferModel _model;
    private readonly ModelDescription _description;

    // [1, 3, 1, 1]: an input of the student's times the one plus the other is one of the teacher's. Null where they are the same.
    private readonly Tensor? _scale;
    private readonly Tensor? _shift;

    // [classes], the teacher's number of each of the student's classes; null where the order is the same.
    private readonly Tensor? _columns;

    private TeacherNetwork(TransferModel model, ModelDescription description, IReadOnlyList<string> classes, Preprocessing student)
    {
        (_model, _description) = (model, description);
        Preprocessing own = description.Preprocessing;
        if (!own.Mean.SequenceEqual(student.Mean) || !own.Std.SequenceEqual(student.Std))
        {
            // (v − m′) / d′ with v = x d + m.
            _scale = PerChannel(c => student.Std[c] / own.Std[c]);
            _shift = PerChannel(c => (student.Mean[c] - own.Mean[c]) / own.Std[c]);
        }

        string[] names = [.. description.Classes];
        if (!names.SequenceEqual(classes))
            _columns = tensor([.. classes.Select(c => (long)Array.IndexOf(names, c))], device: model.Device).DetachFromDisposeScope();

        Tensor PerChannel(Func<int, float> value) =>
            tensor([.. Enumerable.Range(0, 3).Select(value)], [1, 3, 1, 1], device: model.Device).DetachFromDisposeScope();
    }

    internal Backbone Backbone => _model.Backbone;

    /// <summary>Loads a model onto the student's device.</summary>
    /// <param name="file">Its weights, with the description beside them.</param>
    /// <param name="classes">The student's, in its order, and how many an image has.</param>
    /// <param name="student">What is done to the student's images.</param>
    /// <param name="device">Where both compute.</param>
    /// <exception cref="IOException">There is no such model, or it has other classes.</exception>
    /// <exception cref="InvalidDataException">The file describes no model.</exception>
    public static TeacherNetwork Load(string file, LabelTask classes, Preprocessing student, Device device)
    {
        string beside = ModelDescription.PathBeside(file);
        if (!File.Exists(file) || !File.Exists(beside))
            throw new WeightsException("teacher.no-description", $"there is no model with a description beside it.");
        ModelDescription description = ModelDescription.Load(beside);
        if (description.Kind != classes.Kind)
            throw new WeightsException(
                "teacher.other-kind",
                $"it was trained on images with another number of labels: one for each image, or several."
            );
        Compare(description.Classes, classes.Labels);
        TransferModel loaded = TransferModel.Restore(description, WeightsFile.Open(file));
        foreach (Parameter parameter in loaded.Backbone.parameters())
            parameter.requires_grad = false;
        loaded.Backbone.to(device);
        return new TeacherNetwork(new TransferModel(loaded.Backbone, description.Classes, device), description, classes.Labels, student);
    }

    /// <summary>What the teacher says of the student's images: logits [N, classes] in the student's order, without gradient.</summary>
    /// <param name="images">[N, 3, S, S], normalised for the student.</param>
    public Tensor Logits(Tensor images)
    {
        using var inference = no_grad();
        Tensor logits = _model.Logits(Inputs(images));
        return _columns is null ? logits : logits.index_select(1, _columns);
    }

    /// <summary>The student's images as the teacher takes them: [N, 3, S′, S′].</summary>
    internal Tensor Inputs(Tensor images)
    {
        int side = _description.Preprocessing.CropSize;
        Tensor resized =
            images.shape[^1] == side
                ? images
                : nn.functional.interpolate(images, [side, side], mode: InterpolationMode.Bilinear, align_corners: false, antialias: true);
        return _scale is null ? resized : resized.mul(_scale).Plus(_shift!);
    }

    /// <summary>What it is, in words.</summary>
    public override string ToString() => $"{_model.Backbone.Spec.DisplayName}, {_description.Preprocessing.CropSize} pixels";

    public void Dispose()
    {
        _scale?.Dispose();
        _shift?.Dispose();
        _columns?.Dispose();
        _model.Dispose();
    }

    private static void Compare(IReadOnlyList<string> own, IReadOnlyList<string> classes)
    {
        string[] unknown = [.. classes.Except(own, StringComparer.Ordinal)],
            others = [.. own.Except(classes, StringComparer.Ordinal)];
        if (unknown.Length == 0 && others.Length == 0)
            return;
        throw (unknown.Length, others.Length) switch
        {
            (> 0, > 0) => new WeightsException(
                "teacher.other-classes",
                $"its classes are not those of the images: it does not know {List(unknown)}, and it also knows {List(others)}."
            ),
            (> 0, _) => new WeightsException(
                "teacher.unknown-classes",
                $"its classes are not those of the images: it does not know {List(unknown)}."
            ),
            _ => new WeightsException("teacher.more-classes", $"its classes are not those of the images: it also knows {List(others)}."),
        };
    }

    private static Message List(string[] names) =>
        names.Length > MostNames
            ? Message.Of("list.and-more", $"{names.Take(MostNames)} and {names.Length - MostNames} more")
            : Message.Of("list.all", $"{names}");
}
