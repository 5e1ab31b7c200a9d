using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Training.Inputs;
using BlazorTransfer.Training.LabelKinds;
using BlazorTransfer.Training.Models;
using BlazorTransfer.Training.Numerics;
using BlazorTransfer.Training.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Methods;

/// <summary>
/// Multi-task learning: one trunk and one head learn several questions about the same images, each with outputs of its own
/// (Caruana, "Multitask Learning", 1997). L = Σ_t w_t L_t / Σ_t w_t, with L_t the mean loss of the images that have a label for
/// question t, and
/// w_t given or, by <see cref="UncertaintyWeights"/>, learned. Images without a label for a question teach nothing about it, and the others
/// as usual.
/// </summary>
internal sealed class MultiTask(ParameterSet settings) : FineTuning(settings)
{
    private const string Weighting = ParameterNames.TaskWeighting;
    private const string Uncertainty = "uncertainty";
    private const string ClassesWeight = "classes-weight";
    private const string WeightingRate = "task-weight-learning-rate-factor";

    private UncertaintyWeights? _weights;
    private IReadOnlyList<string?> _questions = [];

    public static new TransferMethodSpec Spec { get; } =
        new(
            "multi-task",
            "Multi-task learning",
            "Fine-tuning of one network that predicts the class and other labels of an image at once.",
            "For images with several kinds of labels, such as defect and material: one network instead of "
                + "several. In our tests it was as accurate on each label set as a network of its own.",
            "Caruana, Multitask Learning, 1997; Kendall et al., Multi-Task Learning Using Uncertainty to Weigh Losses, 2018",
            Parameters(
                new ParameterSpec
                {
                    Name = Weighting,
                    DisplayName = "Task weights",
                    Kind = ParameterKind.Choice,
                    Default = "fixed",
                    Choices =
                    [
                        new("fixed", "As given"),
                        new(
                            Uncertainty,
                            "Learned, by uncertainty",
                            "Label sets that are hard to predict count less; the given weights are ignored."
                        ),
                    ],
                    Help = "How much the errors on each label set count. Learned weights start equal and are shown by epoch.",
                },
                new ParameterSpec
                {
                    Name = ClassesWeight,
                    DisplayName = "Weight of the classes",
                    Kind = ParameterKind.Number,
                    Default = 1.0,
                    Minimum = 0.01,
                    Maximum = Core.Datasets.LabelSetSpec.MaximumWeight,
                    Advanced = true,
                    Help = "How much errors on the classes count beside those on the other label sets, with given weights.",
                },
                new ParameterSpec
                {
                    Name = WeightingRate,
                    DisplayName = "Learning rate of learned weights",
                    Kind = ParameterKind.Number,
                    Default = 100.0,
                    Minimum = 0.1,
                    Maximum = 1000,
                    Unit = "× learning rate",
                    Advanced = true,
                    Help = "Learning rate of learned task weights, as a multiple. They change more than the network's weights.",
                }
            )
        )
        {
            LearnsLabelSets = true,
        };

    public override IReadOnlyDictionary<string, double> EpochFigures =>
        _weights is null
            ? base.EpochFigures
            : _weights
                .Weights.Zip(_questions)
                .ToDictionary(w => w.Second is { } set ? MetricKeys.Of(MetricKeys.TaskWeight, set) : MetricKeys.TaskWeight, w => w.First);

    public override void Configure(TransferModel model)
    {
        base.Configure(model);
        if (Settings.Choice(Weighting) != Uncertainty)
            return;
        _weights = new UncertaintyWeights(1 + model.Tasks.Count);
        _weights.to(model.Device);
        _questions = [null, .. model.Tasks.Select(t => t.Labels.Name)];
    }

    public override IReadOnlyList<ParameterGroup> ParameterGroups(TransferModel model) =>
        _weights is null
            ? base.ParameterGroups(model)
            : [.. base.ParameterGroups(model), new ParameterGroup(Trainable(_weights), Settings.Number(WeightingRate))];

    public override Loss ComputeLoss(TransferModel model, Batch batch)
    {
        Tensor outputs = model.Outputs(batch.Inputs, batch.Entry),
            logits = model.ClassesOf(outputs);
        var parts = new Dictionary<string, Tensor> { ["classes"] = LabelLoss(model, logits, batch) };
        var losses = new List<Tensor?> { parts["classes"] };
        for (int t = 0; t < model.Tasks.Count; t++)
        {
            Tensor? loss = LossOf(model, t, outputs, batch);
            losses.Add(loss);
            if (loss is not null)
                parts[model.Tasks[t].Labels.Name] = loss;
        }

        return new Loss(_weights?.Weigh(losses) ?? WeighAsGiven(model, losses), logits, parts);
    }

    protected override void Dispose(bool disposing)
    {
        _weights?.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>Σ_t w_t L_t / Σ_t w_t, over all questions, so that a batch without labels for one does not count more for the
    /// others.</summary>
    private Tensor WeighAsGiven(TransferModel model, List<Tensor?> losses)
    {
        double[] weights = [Settings.Number(ClassesWeight), .. model.Tasks.Select(t => t.Weight)];
        double all = weights.Sum();
        return losses.Select((loss, t) => loss?.Times(weights[t] / all)).OfType<Tensor>().Aggregate((sum, loss) => sum.Plus(loss));
    }

    /// <summary>Mean loss of the images that have a label in a set; null where none has.</summary>
    private Tensor? LossOf(TransferModel model, int number, Tensor outputs, Batch batch)
    {
        ModelTask task = model.Tasks[number];
        Tensor own = task.TargetsOf(batch.Samples, outputs.device);
        // Of a mixed image, both parts' labels must be known.
        (Tensor larger, Tensor smaller) = batch.Mixture?.PartsOf(own) ?? (own, own);
        Tensor rows = task.Kind.IsKnown(larger).logical_and(task.Kind.IsKnown(smaller)).nonzero().squeeze(1);
        if (rows.shape[0] == 0)
            return null;
        using Mixture? mixture = batch.Mixture?.Of(rows, smaller.index_select(0, rows));
        return LabelLoss(
            task,
            task.Of(outputs).index_select(0, rows),
            larger.index_select(0, rows),
            mixture,
            model.TaskLabelWeights.ElementAtOrDefault(number)
        );
    }
}
