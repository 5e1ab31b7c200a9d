using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Training.Numerics;
using BlazorTransfer.Training.Settings;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.LabelKinds;

/// <summary>
/// Any number of labels for each image: targets are [N, labels], 1 where an image has the label and 0 elsewhere, −1 in all of an unlabelled
/// one. Each label is a question of its own, answered by a sigmoid. Losses are summed over the labels and averaged over the images, so that
/// a label learns at the same rate however many others there are.
/// </summary>
internal sealed class MultiLabel : TaskKind
{
    private const double UsualThreshold = 0.5;

    public override LabelKind Kind => LabelKind.MultiLabel;

    public override int FewestLabels => 1;

    public override Tensor TargetsOf(LabelTask task, IReadOnlyList<Sample> samples, Device device)
    {
        int count = task.Labels.Count;
        Dictionary<string, int> numbers = task.Labels.Select((label, i) => (label, i)).ToDictionary(StringComparer.Ordinal);
        float[] targets = new float[samples.Count * count];
        for (int i = 0; i < samples.Count; i++)
        {
            Span<float> row = targets.AsSpan(i * count, count);
            if (task.LabelsOf(samples[i]) is not { } labels)
                row.Fill(-1);
            else
                foreach (string label in labels)
                    if (numbers.TryGetValue(label, out int number))
                        row[number] = 1;
        }

        return tensor(targets, [samples.Count, count], device: device);
    }

    public override Tensor IsKnown(Tensor targets)
    {
        Tensor first = targets.select(1, 0);
        return first.ge(zeros_like(first));
    }

    public override Tensor Loss(Tensor logits, Tensor targets, Mixture? mixture, Tensor? weights, ParameterSet settings)
    {
        Tensor larger = Losses(logits, targets, weights, settings).sum(1); // [N]
        if (mixture is null)
            return larger.mean();
        Tensor smaller = Losses(logits, mixture.OtherLabels, weights, settings).sum(1);
        return larger.mul(mixture.Share).Plus(smaller.mul(mixture.Share.Times(-1).Plus(1))).mean();
    }

    public override string LossName(ParameterSet settings) => IsAsymmetric(settings) ? "asymmetric loss" : "binary cross-entropy";

    /// <summary>N / (2 n) for n of N training images that have a label, in the second row, and that do not, in the first: [2, labels]. Then
    /// both sides of each label weigh the same.</summary>
    public override Tensor WeightsFor(LabelTask task, IReadOnlyList<Sample> training, Device device)
    {
        Sample[] labelled = [.. training.Where(s => task.LabelsOf(s) is not null)];
        int[] with = [.. task.Labels.Select(label => labelled.Count(s => task.LabelsOf(s)!.Contains(label)))];
        float Weight(int images) => images == 0 ? 0 : (float)(labelled.Length / (2.0 * images));
        return tensor([.. with.Select(n => Weight(labelled.Length - n)), .. with.Select(Weight)], [2, task.Labels.Count], device: device);
    }

    /// <summary>Σ_l KL(p_T(l) ‖ q_T(l)) of the labels' Bernoulli distributions, the mean over the batch.</summary>
    public override Tensor Divergence(Tensor teacher, Tensor student, double temperature)
    {
        Tensor p = teacher.Times(1 / temperature),
            q = student.Times(1 / temperature);
        Tensor yes = p.sigmoid() * LogSigmoid(p).Minus(LogSigmoid(q)),
            no = p.neg().sigmoid() * LogSigmoid(p.neg()).Minus(LogSigmoid(q.neg()));
        return yes.Plus(no).sum(1).mean();
    }

    public override string TrainKey => MetricKeys.TrainMicroF1;

    public override (long Agreed, long Of) Agreement(Tensor logits, Tensor targets)
    {
        Tensor predicted = logits.gt(zeros_like(logits)),
            truth = targets.gt(zeros_like(targets));
        return (2 * predicted.logical_and(truth).sum().item<long>(), predicted.sum().item<long>() + truth.sum().item<long>());
    }

    public override EvaluationTally Tally(IReadOnlyList<string> labels) => new Predictions(labels);

    public override IReadOnlyList<double>? UsualThresholds(int labels) => [.. Enumerable.Repeat(UsualThreshold, labels)];

    /// <summary>All labels that are predicted, and more where these are fewer than <paramref name="top"/>.</summary>
    public override IReadOnlyList<ClassProbability> Answer(
        IReadOnlyList<string> labels,
        float[] logits,
        IReadOnlyList<double>? thresholds,
        int top
    ) =>
        [
            .. logits
                .Select(
                    (logit, l) =>
                    {
                        double probability = 1 / (1 + Math.Exp(-logit)),
                            threshold = thresholds?[l] ?? UsualThreshold;
                        return new ClassProbability(labels[l], probability)
                        {
                            Threshold = threshold,
                            IsPredicted = probability >= threshold,
                        };
                    }
                )
                .OrderByDescending(p => p.IsPredicted)
                .ThenByDescending(p => p.Probability)
                .Where((p, rank) => p.IsPredicted == true || rank < top),
        ];

    public override string AnswerInPython(string part, string first) =>
        $"[labels[{first} + i] for i, p in enumerate({part}.sigmoid().tolist()) if p >= thresholds[i]]";

    // −log(1 + e^−x), without overflow. It is TorchSharp's softplus in other words, which takes a hidden scalar.
    private static Tensor LogSigmoid(Tensor logits) => nn.functional.logsigmoid(logits);

    private static bool IsAsymmetric(ParameterSet settings) =>
        settings.Choice(CommonParameters.LabelLoss) == CommonParameters.AsymmetricLoss;

    /// <summary>[N, labels].</summary>
    private static Tensor Losses(Tensor logits, Tensor targets, Tensor? weights, ParameterSet settings)
    {
        double smoothing = settings.Number(CommonParameters.LabelSmoothing);
        Tensor soft = smoothing == 0 ? targets : targets.Times(1 - smoothing).Plus(smoothing / 2);
        Tensor losses = IsAsymmetric(settings) ? AsymmetricLoss.Of(logits, soft) : BinaryCrossEntropy(logits, soft);
        if (weights is null)
            return losses;
        Tensor without = weights.select(0, 0),
            with = weights.select(0, 1);
        return losses * targets.mul(with.Minus(without)).Plus(without);
    }

    /// <summary>−y log p − (1 − y) log(1 − p), with p = σ(logit): [N, labels].</summary>
    private static Tensor BinaryCrossEntropy(Tensor logits, Tensor targets) =>
        nn.functional.binary_cross_entropy_with_logits(logits, targets, reduction: nn.Reduction.None);

    private sealed class Predictions(IReadOnlyList<string> labels) : EvaluationTally
    {
        private readonly List<LabelledPrediction> _predictions = [];
        private double _loss;

        public override int Images => _predictions.Count;

        public override void Add(Tensor logits, Tensor targets, IReadOnlyList<Sample> samples)
        {
            _loss += BinaryCrossEntropy(logits, targets).sum().item<float>();
            float[] probabilities = logits.sigmoid().cpu().data<float>().ToArray(),
                truth = targets.cpu().data<float>().ToArray();
            int count = labels.Count;
            _predictions.AddRange(
                samples.Select(
                    (s, i) =>
                        new LabelledPrediction(
                            s,
                            [.. truth[(i * count)..((i + 1) * count)].Select(t => t > 0)],
                            probabilities[(i * count)..((i + 1) * count)]
                        )
                )
            );
        }

        public override EvaluationResult Result(IReadOnlyList<double>? thresholds) =>
            MultiLabelResult.Of(labels, _predictions, _loss / _predictions.Count, thresholds);
    }
}
