using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.LabelKinds;

/// <summary>
/// What follows from how many labels of a task an image has: targets, loss, predictions, scores. Methods, trainer and evaluation ask
/// the kind
/// and never which one it is; a new kind is a class and a line in <see cref="All"/>.
/// </summary>
public abstract class TaskKind
{
    private static readonly TaskKind[] All = [new SingleLabel(), new MultiLabel()];

    /// <summary>The kind that a data set names.</summary>
    public static TaskKind Of(LabelKind kind) => All.Single(k => k.Kind == kind);

    public abstract LabelKind Kind { get; }

    /// <summary>The fewest labels from which there is something to learn.</summary>
    public abstract int FewestLabels { get; }

    /// <summary>Targets of images, [N, …]. An image whose label is not known, or none of the task's, has one that
    /// <see cref="IsKnown"/> tells.</summary>
    public abstract Tensor TargetsOf(LabelTask task, IReadOnlyList<Sample> samples, Device device);

    /// <summary>[N], whether an image's label is known.</summary>
    /// <param name="targets">Of <see cref="TargetsOf"/>.</param>
    public abstract Tensor IsKnown(Tensor targets);

    /// <summary>The loss that trains, the mean over the images: a scalar with gradient.</summary>
    /// <param name="logits">[N, labels].</param>
    /// <param name="targets">[N, …], all known; of the larger parts where images were mixed.</param>
    /// <param name="mixture">What else is in each image; null where nothing is.</param>
    /// <param name="weights">Of <see cref="WeightsFor"/>; null where all errors count alike.</param>
    /// <param name="settings">Of the run.</param>
    public abstract Tensor Loss(Tensor logits, Tensor targets, Mixture? mixture, Tensor? weights, ParameterSet settings);

    /// <summary>Name of <see cref="Loss"/> among the parts of a method's loss.</summary>
    public abstract string LossName(ParameterSet settings);

    /// <summary>How much errors count, so that rare labels weigh as much as frequent ones.</summary>
    public abstract Tensor WeightsFor(LabelTask task, IReadOnlyList<Sample> training, Device device);

    /// <summary>How far a student's predictions are from its teacher's, both softened: a scalar with gradient, the mean over the
    /// images.</summary>
    /// <param name="teacher">[N, labels] logits.</param>
    /// <param name="student">[N, labels] logits.</param>
    /// <param name="temperature">T.</param>
    public abstract Tensor Divergence(Tensor teacher, Tensor student, double temperature);

    /// <summary>Key of the figure that is followed over the training steps: <see cref="Agreement"/>'s first number by its second, each
    /// summed
    /// over the steps.</summary>
    public abstract string TrainKey { get; }

    /// <inheritdoc cref="TrainKey"/>
    public abstract (long Agreed, long Of) Agreement(Tensor logits, Tensor targets);

    /// <summary>Gathers predictions of images.</summary>
    /// <param name="labels">Names of the labels.</param>
    public abstract EvaluationTally Tally(IReadOnlyList<string> labels);

    /// <summary>Thresholds of a model that had no validation images to choose them on; null where there are none.</summary>
    public abstract IReadOnlyList<double>? UsualThresholds(int labels);

    /// <summary>A model's answer to an image, the most probable labels first.</summary>
    /// <param name="labels">Names of the labels.</param>
    /// <param name="logits">A number each.</param>
    /// <param name="thresholds">The model's; null where it has none.</param>
    /// <param name="top">How many to name.</param>
    public abstract IReadOnlyList<ClassProbability> Answer(
        IReadOnlyList<string> labels,
        float[] logits,
        IReadOnlyList<double>? thresholds,
        int top
    );

    /// <summary>Python that makes a list of label names of some outputs; <c>thresholds</c> is what the model's description has.</summary>
    /// <param name="part">An expression for the outputs, a tensor.</param>
    /// <param name="first">An expression for the number of the first of them in <c>labels</c>.</param>
    public abstract string AnswerInPython(string part, string first);
}

/// <summary>Gathers a model's predictions for labelled images.</summary>
public abstract class EvaluationTally
{
    public abstract int Images { get; }

    /// <param name="logits">[N, labels].</param>
    /// <param name="targets">[N, …], all known.</param>
    /// <param name="samples">The images.</param>
    public abstract void Add(Tensor logits, Tensor targets, IReadOnlyList<Sample> samples);

    /// <summary>What they amount to.</summary>
    /// <param name="thresholds">The model's; null where they are yet to be chosen, on these images.</param>
    public abstract EvaluationResult Result(IReadOnlyList<double>? thresholds);
}
