using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Models;
using BlazorTransfer.Training.Inputs;
using BlazorTransfer.Training.LabelKinds;
using BlazorTransfer.Training.Models;
using BlazorTransfer.Training.Optimization;
using BlazorTransfer.Training.Settings;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Methods;

/// <summary>The loss of a batch.</summary>
/// <param name="Total">Scalar with gradient.</param>
/// <param name="Logits">[N, classes], for the figure that is followed in training.</param>
/// <param name="Parts">Named parts, where there are several.</param>
public sealed record Loss(Tensor Total, Tensor Logits, IReadOnlyDictionary<string, Tensor>? Parts = null);

/// <summary>What is made of a batch.</summary>
/// <param name="Features">[N, D], what the classifier makes its decision of; with gradient, where that is on.</param>
/// <param name="Logits">[N, classes].</param>
public sealed record DomainView(Tensor Features, Tensor Logits);

/// <summary>A stretch of a run with its own optimizer and learning-rate schedule.</summary>
/// <param name="Method">Says what is frozen, what learns, and the loss.</param>
/// <param name="Settings">Its hyper-parameters; the batch size is the run's.</param>
public sealed record TrainingStage(TransferMethod Method, ParameterSet Settings)
{
    public int Epochs => Settings.Integer(CommonParameters.Epochs);

    /// <summary>Whether each epoch sees other pictures, so that nothing of the training images can be computed once.</summary>
    public bool Augments => Settings.Choice(CommonParameters.Augmentation) != "none" || AugmentationParameters.AreOn(Settings);

    /// <summary>Whether the run asks for steps in bfloat16.</summary>
    public bool AsksForHalf =>
        Settings.Values.ContainsKey(CommonParameters.Precision) && Settings.Choice(CommonParameters.Precision) == CommonParameters.BFloat16;

    /// <summary>Whether its steps are in bfloat16: where that is asked for, and more than the head learns.</summary>
    public bool IsHalf(TransferModel model) => AsksForHalf && TrainsBackbone(model);

    /// <summary>Whether its steps train layers before the head.</summary>
    public bool TrainsBackbone(TransferModel model) => !Method.FitsAtOnce && Method.FrozenGroups(model) < model.HeadEntry;
}

/// <summary>
/// A way of transferring a pretrained backbone to the user's classes. The trainer calls it and never asks which one it is;
/// one object serves one run.
/// </summary>
public abstract class TransferMethod(ParameterSet settings) : IDisposable
{
    protected ParameterSet Settings { get; } = settings;

    /// <summary>The hidden layer of the model's head; null for a linear head, and where the method has no
    /// <see cref="HeadParameters"/>.</summary>
    public HeadSpec? Head => HeadParameters.From(Settings);

    /// <summary>Whether its batches and its preparation need unlabelled images of the target domain beside the others.</summary>
    public virtual bool AdaptsToTarget => false;

    /// <summary>Whether it has found its model once it is prepared: there are no steps then, and its one epoch is the look at the
    /// result.</summary>
    public virtual bool FitsAtOnce => false;

    /// <summary>What a run does, one after another.</summary>
    public virtual IReadOnlyList<TrainingStage> Stages => [new(this, Settings)];

    /// <summary>Layer groups, from the stem, that never change in this run, so that their output can be computed once.</summary>
    public abstract int FrozenGroups(TransferModel model);

    /// <summary>Freezes and prepares the model, and creates what the method learns beside it, before the first step.</summary>
    public virtual void Configure(TransferModel model) => model.Backbone.Freeze(FrozenGroups(model));

    /// <summary>How often <see cref="Prepare"/> goes over the training images.</summary>
    public virtual int PreparationPasses => 0;

    /// <summary>Learns what it must know of the training images before a stage's first step.</summary>
    /// <param name="model">The model, configured.</param>
    /// <param name="images">
    /// The training images as evaluation sees them, or what was kept of them at the freeze depth; with those of the target domain, where it
    /// <see cref="AdaptsToTarget"/>.
    /// </param>
    /// <param name="batchSize">Images computed at once.</param>
    /// <param name="progress">Called with the number of images done, over all passes.</param>
    /// <param name="cancel">Stops it.</param>
    public virtual void Prepare(TransferModel model, BatchSource images, int batchSize, Action<int> progress, CancellationToken cancel) { }

    /// <summary>
    /// How much each training image counts, on any scale, in the order of those that <see cref="Prepare"/> was given; null before it, and
    /// for a
    /// method that lets all count alike.
    /// </summary>
    public virtual IReadOnlyList<double>? InstanceWeights => null;

    /// <summary>Side of the training images in an epoch (from 1), where it changes over a run of <paramref name="epochs"/>; at most
    /// <paramref name="size"/>.</summary>
    public virtual int ImageSize(int size, int epoch, int epochs) => size;

    /// <summary>What the optimizer changes. Asking has no side effects.</summary>
    public abstract IReadOnlyList<ParameterGroup> ParameterGroups(TransferModel model);

    /// <summary>How the method itself sees images, having brought the two domains together: those of the source as the source's were in
    /// learning.</summary>
    /// <param name="model">The model, as it was kept.</param>
    /// <param name="batch">Images of one domain.</param>
    /// <param name="ofTarget">Which one.</param>
    public virtual DomainView View(TransferModel model, Batch batch, bool ofTarget)
    {
        model.Backbone.eval();
        (Tensor features, Tensor logits) = model.Backbone.ForwardHeadAndFeatures(model.HeadInput(batch.Inputs, batch.Entry));
        return new DomainView(features, logits);
    }

    /// <summary>What it has to tell of the epoch so far beside losses, by the keys of <see cref="Core.Runs.MetricKeys"/>.</summary>
    public virtual IReadOnlyDictionary<string, double> EpochFigures => new Dictionary<string, double>();

    /// <summary>Called before each epoch, from 1.</summary>
    public virtual void OnEpochStart(TransferModel model, int epoch) => model.Backbone.train();

    /// <summary>The loss of one batch; that of the kind of its labels unless a method adds to it.</summary>
    public virtual Loss ComputeLoss(TransferModel model, Batch batch)
    {
        Tensor logits = model.Logits(batch.Inputs, batch.Entry);
        return new Loss(LabelLoss(model, logits, batch), logits);
    }

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees what <see cref="Configure"/> kept.</summary>
    protected virtual void Dispose(bool disposing) { }

    /// <summary>The loss on the classes, by their kind: a scalar with gradient.</summary>
    protected Tensor LabelLoss(TransferModel model, Tensor logits, Batch batch) =>
        LabelLoss(model.ClassTask, logits, batch.Labels, batch.Mixture, model.ClassWeights);

    /// <summary>The loss on the labels of a task: a scalar with gradient.</summary>
    /// <param name="task">The task.</param>
    /// <param name="logits">[N, labels].</param>
    /// <param name="targets">[N, …], of the larger parts where images were mixed.</param>
    /// <param name="mixture">What else is in each; null where nothing is.</param>
    /// <param name="weights">How much errors on each label count; null where all count alike.</param>
    protected Tensor LabelLoss(ModelTask task, Tensor logits, Tensor targets, Mixture? mixture, Tensor? weights) =>
        task.Kind.Loss(logits, targets, mixture, weights, Settings);

    /// <summary>Name of <see cref="LabelLoss(TransferModel, Tensor, Batch)"/> where it is a part of the loss.</summary>
    protected string LabelLossName(TransferModel model) => model.ClassTask.Kind.LossName(Settings);

    /// <summary>One row of figures for each training image, and the class numbers: [N, …] and [N]. For <see cref="Prepare"/>.</summary>
    protected static (Tensor Rows, Tensor Labels) Collect(
        BatchSource images,
        Func<Batch, Tensor> of,
        int batchSize,
        Action<int> progress,
        CancellationToken cancel
    )
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        List<Tensor> rows = [],
            labels = [];
        int done = 0;
        foreach (Batch batch in images.ReadAll(batchSize, cancel))
        {
            using Tensor inputs = batch.Inputs;
            rows.Add(of(batch));
            labels.Add(batch.Labels);
            progress(done += batch.Samples.Count);
            cancel.ThrowIfCancellationRequested();
        }

        return (cat(rows).MoveToOuterDisposeScope(), cat(labels).MoveToOuterDisposeScope());
    }

    /// <summary>The network as it was pretrained, for a method whose specification asks for it.</summary>
    protected static TransferModel SourceOf(TransferModel model) =>
        model.Source ?? throw new InvalidOperationException("The method was given no pretrained network.");

    /// <summary>The earlier run's model, for a method whose specification takes one.</summary>
    protected static TeacherNetwork TeacherOf(TransferModel model) =>
        model.Teacher ?? throw new InvalidOperationException("The method was given no teacher.");

    protected static IReadOnlyList<Parameter> Trainable(nn.Module module) => [.. module.parameters().Where(p => p.requires_grad)];
}
