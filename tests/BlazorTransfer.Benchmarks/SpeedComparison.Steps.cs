using System.Diagnostics;
using System.Globalization;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Training.Backbones;
using BlazorTransfer.Training.Inputs;
using BlazorTransfer.Training.Runs;
using BlazorTransfer.Training.Settings;
using static TorchSharp.torch;

namespace BlazorTransfer.Benchmarks;

/// <summary>What a training step takes: in bfloat16, in our own code, and in memory over many.</summary>
internal static partial class SpeedComparison
{
    // Multiplications and additions of ResNet-18 at 224 pixels, for one image.
    private const double Operations = 3.63e9;

    private sealed partial record Comparison
    {
        /// <summary>Steps in bfloat16 against ours in single precision, PyTorch's, and what the processor can do at most; and what the
        /// masters take of one.</summary>
        private void CompareHalfSteps(Steps exact, Tensor images, Tensor labels)
        {
            using TrainingRun run = Prepare("fine-tuning", Manifest(Data), (CommonParameters.Precision, "bf16"));
            using var steps = new Steps(run);
            using var product = new Product();
            List<double> single = [],
                half = [],
                peak = [],
                masters = [],
                rule = [];
            for (int turn = -1; turn < Turns; turn++)
            {
                double[] seconds =
                [
                    Seconds(() => exact.Take(images, labels)),
                    Seconds(() => steps.Take(images, labels)),
                    product.SecondsOfOne(),
                    .. steps.OfMasters(images, labels),
                ];
                if (turn < 0)
                    continue;
                foreach ((List<double> list, double value) in new[] { single, half, peak, masters, rule }.Zip(seconds))
                    list.Add(value);
            }

            Row(
                "Fine-tuning step, bfloat16 against single precision, both ours",
                Rate(half, BatchSize),
                Rate(single, BatchSize),
                Ratio(single.Zip(half, (s, h) => s / h))
            );
            Row(
                "  its share of the speed of a matrix product in bfloat16, as three forward passes",
                Rate(half, BatchSize),
                Speed(peak),
                Ratio(half.Zip(peak, (h, p) => 3 * BatchSize * Operations * p / h))
            );
            Row(
                "  what the masters take of it: gradients to single precision, weights to bfloat16",
                Milliseconds(masters),
                Milliseconds(half),
                Ratio(masters.Zip(half, (m, h) => m / h), "F3")
            );
            Row(
                "  what SGD with momentum takes of it",
                Milliseconds(rule),
                Milliseconds(half),
                Ratio(rule.Zip(half, (r, h) => r / h), "F3")
            );
            void Take() => steps.Take(images, labels);
            (string Name, PeerTask Task)[] others =
            [
                ("contiguous", new PeerTask("step", Threads, [])),
                ("channels-last", new PeerTask("step", Threads, [], ChannelsLast: true)),
                ("channels-last with weights in bfloat16", new PeerTask("step", Threads, [], ChannelsLast: true, BFloat16: true)),
                ("channels-last with autocast to bfloat16", new PeerTask("autocast-step", Threads, [], ChannelsLast: true)),
            ];
            foreach ((string name, PeerTask task) in others)
                Pair($"Fine-tuning step in bfloat16, against {name}", BatchSize, Take, t => t.Wall, task);
        }

        /// <summary>What a step takes beside the calls that compute the loss, its gradient and the optimizer's step.</summary>
        private void MeasureOwn()
        {
            const int Batches = 8;
            set_num_threads(Threads);
            using Tensor images = rand(BatchSize, 3, 224, 224),
                labels = zeros([BatchSize], ScalarType.Int64);
            foreach (string precision in new[] { "fp32", "bf16" })
            {
                using TrainingRun run = Prepare("fine-tuning", Manifest(Data), (CommonParameters.Precision, precision));
                using var steps = new Steps(run);
                List<double> own = [],
                    whole = [],
                    pauses = [];
                for (int turn = -1; turn < Turns; turn++)
                {
                    TimeSpan paused = GC.GetTotalPauseDuration();
                    (double all, double inside) = steps.AsTrainerDoes(
                        images,
                        labels,
                        Batches,
                        Path.Combine(Scratch, $"events-{precision}-{turn}.jsonl")
                    );
                    if (turn < 0)
                        continue;
                    whole.Add(all / Batches);
                    own.Add((all - inside) / Batches);
                    pauses.Add((GC.GetTotalPauseDuration() - paused).TotalSeconds / Batches);
                }

                Row(
                    $"Step in {precision}: what batches, disposing, figures and events take of it",
                    Milliseconds(own),
                    Milliseconds(whole),
                    Ratio(own.Zip(whole, (o, w) => o / w), "F4")
                );
                Row(
                    "  pauses of the collector, part of which is in the row before",
                    Milliseconds(pauses),
                    Milliseconds(whole),
                    Ratio(pauses.Zip(whole, (p, w) => p / w), "F4")
                );
                // As many calls, of a quarter of the weights and hardly any pixels: what wrapping them takes cannot be more.
                using TrainingRun slim = TrainingRun.Prepare(
                    Job("fine-tuning", Manifest(Data), (CommonParameters.Precision, precision)) with
                    {
                        Backbone = "resnet18_slim",
                    },
                    _ => { }
                );
                using var calls = new Steps(slim);
                using Tensor pixels = rand(1, 3, 32, 32),
                    label = zeros([1], ScalarType.Int64);
                List<double> wrapped = [];
                for (int turn = -1; turn < Turns; turn++)
                {
                    double seconds = Seconds(() =>
                    {
                        for (int i = 0; i < Batches; i++)
                            calls.Take(pixels, label);
                    });
                    if (turn >= 0)
                        wrapped.Add(seconds / Batches);
                }

                Row(
                    "  a step of the same calls with hardly anything to compute",
                    Milliseconds(wrapped),
                    Milliseconds(whole),
                    Ratio(wrapped.Zip(whole, (o, w) => o / w), "F4")
                );
            }
        }

        /// <summary>Resident memory over many steps of a small network.</summary>
        private void MeasureMemory()
        {
            // By then the garbage collector has run, before which some 17 MB of managed memory gather once.
            const int Settled = 500,
                Steps = Settled + 2000,
                Every = 50;
            set_num_threads(Threads);
            using Tensor images = rand(BatchSize, 3, 64, 64),
                labels = zeros([BatchSize], ScalarType.Int64);
            foreach (string precision in new[] { "fp32", "bf16" })
            {
                using TrainingRun run = TrainingRun.Prepare(
                    Job("fine-tuning", Manifest(Data), (CommonParameters.Precision, precision)) with
                    {
                        Backbone = "resnet18_slim",
                    },
                    _ => { }
                );
                using var steps = new Steps(run);
                var resident = new List<double>();
                for (int step = 1; step <= Steps; step++)
                {
                    steps.Take(images, labels);
                    if (step >= Settled && step % Every == 0)
                        resident.Add(Environment.WorkingSet / 1e6);
                }

                Row(
                    $"Resident memory over steps {Settled} to {Steps} in {precision}, the most against the first",
                    $"{resident.Max():F0} MB",
                    $"{resident[0]:F0} MB",
                    $"{resident.Max() / resident[0]:F3}"
                );
                Row("  the last against the first", $"{resident[^1]:F0} MB", $"{resident[0]:F0} MB", $"{resident[^1] / resident[0]:F3}");
            }
        }

        private static string Speed(IEnumerable<double> secondsOfOne) =>
            $"{(1e-9 / Median(secondsOfOne)).ToString("F0", CultureInfo.InvariantCulture)} GFLOP/s";

        private static string Milliseconds(IEnumerable<double> seconds) =>
            string.Create(CultureInfo.InvariantCulture, $"{1000 * Median(seconds):F2} ms");
    }

    /// <summary>A large matrix product in bfloat16: what the processor can do at most.</summary>
    private sealed class Product : IDisposable
    {
        private const int Side = 2048;
        private readonly Tensor _matrix = rand(Side, Side).to(bfloat16);

        /// <summary>Of one multiplication or addition.</summary>
        public double SecondsOfOne() =>
            Took.By(() =>
            {
                using Tensor product = _matrix.mm(_matrix);
            }).Wall / (2.0 * Side * Side * Side);

        public void Dispose() => _matrix.Dispose();
    }

    private sealed partial class Steps
    {
        /// <summary>Seconds that masters in single precision cost in a step, and those of the optimizer's own rule.</summary>
        public double[] OfMasters(Tensor images, Tensor labels)
        {
            HalfTrunk half = run.Model.Backbone.Half!;
            using var scope = NewDisposeScope();
            run.Model.Backbone.train();
            _stage.Method.ComputeLoss(run.Model, Of(images, labels)).Total.backward();
            double gradients = Took.By(half.TakeGradients).Wall,
                weights = Took.By(half.Refresh).Wall,
                step = Took.By(_steps.StepNow).Wall;
            return [gradients + weights, step - weights];
        }

        /// <summary>The trainer's loop on tensors that are ready.</summary>
        /// <returns>Seconds in all, and those of them in which the loss, its gradient and the optimizer's step were computed.</returns>
        public (double All, double Inside) AsTrainerDoes(Tensor images, Tensor labels, int batches, string events)
        {
            long start = Stopwatch.GetTimestamp();
            double inside = 0;
            using (var writer = new RunEventWriter(events))
            {
                void Emit(RunEvent e) => writer.Append(e);
                var progress = new RunProgress(Emit);
                progress.Start(RunPhase.Training, batches * BatchSize, "images");
                var meter = new EpochMeter(run.Model.ClassTask.Kind, TimeProvider.System);
                var told = new StepThrottle(Emit);
                run.Model.Backbone.train();
                using Tensor order = randperm(BatchSize);
                for (int i = 0; i < batches; i++)
                {
                    using var scope = NewDisposeScope();
                    using Batch batch = Of(images.index_select(0, order), labels.index_select(0, order));
                    long begin = Stopwatch.GetTimestamp();
                    StageStep step = _steps.Take(batch, BatchSize * StepsPerEpoch);
                    inside += Stopwatch.GetElapsedTime(begin).TotalSeconds;
                    meter.Add(step.Value, step.Loss.Logits, batch.Labels);
                    told.Completed(1, i, step.Value, step.Loss.Parts, _steps.LearningRate, BatchSize, isLast: i == batches - 1);
                    progress.Report(meter.Images);
                }
            }

            return (Stopwatch.GetElapsedTime(start).TotalSeconds, inside);
        }

        private Batch Of(Tensor images, Tensor labels) => new(images, labels, 0, [.. run.Data.Of(Split.Train).Take(BatchSize)]);
    }
}
