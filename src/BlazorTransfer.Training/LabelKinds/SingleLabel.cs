using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Training.Numerics;
using BlazorTransfer.Training.Settings;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.LabelKinds;

/// <summary>One label for each image: targets are label numbers [N], 64-bit integers, and the loss is the cross-entropy.</summary>
internal sealed class SingleLabel : TaskKind
{
    /// <summary>Number of an unknown label.</summary>
    private const long NoLabel = -1;

    public override LabelKind Kind => LabelKind.SingleLabel;

    public override int FewestLabels => 2;

    public override Tensor TargetsOf(LabelTask task, IReadOnlyList<Sample> samples, Device device)
    {
        Dictionary<string, long> numbers = task.Labels.Select((label, i) => (label, (long)i)).ToDictionary(StringComparer.Ordinal);
        return tensor(
            [.. samples.Select(s => task.LabelsOf(s) is [{ } label] && numbers.TryGetValue(label, out long number) ? number : NoLabel)],
            device: device
        );
    }

    public override Tensor IsKnown(Tensor targets) => targets.ge(zeros_like(targets));

    public override Tensor Loss(Tensor logits, Tensor targets, Mixture? mixture, Tensor? weights, ParameterSet settings)
    {
        double smoothing = settings.Number(CommonParameters.LabelSmoothing);
        return mixture?.CrossEntropy(logits, targets, weights, smoothing)
            ?? nn.functional.cross_entropy(logits, targets, weights, label_smoothing: smoothing);
    }

    public override string LossName(ParameterSet settings) => "cross-entropy";

    /// <summary>N / (K n_c) for label c, for n_c of N training images with one of K labels, so that each label weighs the same in all:
    /// [labels]. A label without training images has no errors to weigh.</summary>
    public override Tensor WeightsFor(LabelTask task, IReadOnlyList<Sample> training, Device device)
    {
        int[] images = [.. task.Labels.Select(label => training.Count(s => task.LabelsOf(s)?.Contains(label) == true))];
        return tensor([.. images.Select(n => (float)(n == 0 ? 0 : images.Sum() / (double)((long)images.Length * n)))], device: device);
    }

    /// <summary>KL(p_T ‖ q_T) = Σ_c p_T(c) (log p_T(c) − log q_T(c)), the mean over the batch.</summary>
    public override Tensor Divergence(Tensor teacher, Tensor student, double temperature)
    {
        Tensor p = teacher.Times(1 / temperature).log_softmax(1),
            q = student.Times(1 / temperature).log_softmax(1);
        return (p.exp() * p.Minus(q)).sum(1).mean();
    }

    public override string TrainKey => MetricKeys.TrainTop1;

    public override (long Agreed, long Of) Agreement(Tensor logits, Tensor targets) =>
        (logits.argmax(1).eq(targets).sum().item<long>(), targets.shape[0]);

    public override EvaluationTally Tally(IReadOnlyList<string> labels) => new Predictions(labels);

    public override IReadOnlyList<double>? UsualThresholds(int labels) => null;

    public override IReadOnlyList<ClassProbability> Answer(
        IReadOnlyList<string> labels,
        float[] logits,
        IReadOnlyList<double>? thresholds,
        int top
    )
    {
        double[] exponentials = [.. logits.Select(l => Math.Exp(l - logits.Max()))];
        double sum = exponentials.Sum();
        return [.. exponentials.Select((e, c) => new ClassProbability(labels[c], e / sum)).OrderByDescending(p => p.Probability).Take(top)];
    }

    public override string AnswerInPython(string part, string first) => $"[labels[{first} + {part}.argmax().item()]]";

    private sealed class Predictions(IReadOnlyList<string> labels) : EvaluationTally
    {
        private readonly List<Prediction> _predictions = [];
        private double _loss;

        public override int Images => _predictions.Count;

        public override void Add(Tensor logits, Tensor targets, IReadOnlyList<Sample> samples)
        {
            _loss += nn.functional.cross_entropy(logits, targets, reduction: nn.Reduction.Sum).item<float>();
            float[] probabilities = logits.softmax(1).cpu().data<float>().ToArray();
            long[] truth = targets.cpu().data<long>().ToArray();
            _predictions.AddRange(
                samples.Select((s, i) => new Prediction(s, (int)truth[i], probabilities[(i * labels.Count)..((i + 1) * labels.Count)]))
            );
        }

        public override EvaluationResult Result(IReadOnlyList<double>? thresholds) =>
            new SingleLabelResult(labels, _predictions, _loss / _predictions.Count);
    }
}
