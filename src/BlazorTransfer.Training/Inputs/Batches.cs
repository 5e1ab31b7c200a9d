using System.Collections.Concurrent;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Training.Foundation;
using BlazorTransfer.Training.LabelKinds;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Inputs;

/// <summary>Inputs of one step.</summary>
/// <param name="Inputs">[N, …]: images, or what a layer group takes where the groups before it were computed once.</param>
/// <param name="Labels">[N, …] targets of the classes, by their kind: class numbers [N] where each image has one. See
/// <see cref="TaskKind.IsKnown"/> for images without a label.</param>
/// <param name="Entry">The model's entry point that the inputs are for.</param>
/// <param name="Samples">Which samples they are.</param>
public sealed record Batch(Tensor Inputs, Tensor Labels, int Entry, IReadOnlyList<Sample> Samples) : IDisposable
{
    /// <summary>What each input's random draws come from; none where nothing of it may change.</summary>
    public IReadOnlyList<int> Seeds { get; init; } = [];

    /// <summary>What else is in each image, where images were mixed; the labels are then those of the larger parts.</summary>
    public Mixture? Mixture { get; init; }

    /// <summary>Unlabelled images of the target domain beside these, where a method asked for them.</summary>
    public Batch? Target { get; init; }

    public void Dispose()
    {
        Inputs.Dispose();
        Labels.Dispose();
        Mixture?.Dispose();
        Target?.Dispose();
    }
}

/// <summary>Where batches come from, so that the trainer does not know whether they are images or cached features.</summary>
public abstract class BatchSource(IReadOnlyList<Sample> samples)
{
    public IReadOnlyList<Sample> Samples { get; } = samples;

    /// <summary>The images of the target domain that go beside these, unlabelled but for those that a method was given the labels of; null
    /// where there are none.</summary>
    public virtual BatchSource? Target => null;

    /// <summary>
    /// One pass over the samples in the given order. Each batch's tensors belong to the caller's dispose scope at the time of
    /// its step.
    /// </summary>
    public abstract IEnumerable<Batch> Read(IReadOnlyList<int> order, int batchSize, int epoch, CancellationToken cancel);

    /// <summary>All samples in their own order.</summary>
    public IEnumerable<Batch> ReadAll(int batchSize, CancellationToken cancel) =>
        Read([.. Enumerable.Range(0, Samples.Count)], batchSize, 0, cancel);

    /// <summary>The samples in an order drawn from seed and epoch, alike on every machine.</summary>
    /// <param name="batchSize">Images in a batch.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="epoch">The epoch, from 1.</param>
    /// <param name="balanced">As many samples as there are, of every class equally many (one more or less), each class's as evenly as that
    /// allows.</param>
    /// <param name="cancel">Stops the reading.</param>
    public IEnumerable<Batch> ReadShuffled(int batchSize, int seed, int epoch, bool balanced, CancellationToken cancel)
    {
        var random = new Random(HashCode(seed, epoch));
        int[] order = balanced ? BalancedDraw(random) : [.. Enumerable.Range(0, Samples.Count)];
        random.Shuffle(order);
        return Read(order, batchSize, epoch, cancel);
    }

    private int[] BalancedDraw(Random random)
    {
        int[][] classes =
        [
            .. Enumerable.Range(0, Samples.Count).GroupBy(i => Samples[i].Label, StringComparer.Ordinal).Select(g => g.ToArray()),
        ];
        // Which classes have one more changes with the epoch.
        random.Shuffle(classes);
        int count = Samples.Count / classes.Length,
            more = Samples.Count % classes.Length;
        return
        [
            .. classes.SelectMany(
                (members, c) =>
                {
                    random.Shuffle(members);
                    return Enumerable.Range(0, count + (c < more ? 1 : 0)).Select(i => members[i % members.Length]);
                }
            ),
        ];
    }

    /// <summary>A seed for a part of a run; unlike <see cref="System.HashCode"/> the same in every process.</summary>
    protected static int HashCode(int a, int b, int c = 0) => unchecked(((a * 486187739 + b) * 486187739 + c) * 486187739 ^ (a >> 7));
}

/// <summary>How one sample becomes one input; called from several threads at once.</summary>
/// <param name="sample">The sample.</param>
/// <param name="random">A generator of its own, from the run's seed, the epoch, the sample's number, and how often the epoch has had it
/// before.</param>
/// <param name="target">The input's floats.</param>
public delegate void SampleReader(Sample sample, Random random, Span<float> target);

/// <summary>Images of one size.</summary>
/// <param name="Side">Side of the square input, in pixels.</param>
/// <param name="Read">Makes the input, 3 · side² floats.</param>
public sealed record InputReader(int Side, SampleReader Read)
{
    /// <summary>Images as evaluation sees them.</summary>
    public static InputReader Evaluation(ImageStore images, Preprocessing preprocessing)
    {
        var transforms = new ImageTransforms(preprocessing);
        return new InputReader(transforms.Side, (sample, _, target) => transforms.Normalise(images.Evaluated(sample, transforms), target));
    }
}

/// <summary>Decodes images ahead of the training step, a few batches at most.</summary>
/// <param name="samples">The samples.</param>
/// <param name="classes">The classes, in the order of the outputs.</param>
/// <param name="reader">How an epoch's images are read; epochs count from 1, and 0 is a pass outside training.</param>
/// <param name="seed">The run's seed.</param>
/// <param name="device">Where the tensors go.</param>
public sealed class ImageBatches(IReadOnlyList<Sample> samples, LabelTask classes, Func<int, InputReader> reader, int seed, Device device)
    : BatchSource(samples)
{
    private const int BatchesAhead = 2;
    private readonly TaskKind _kind = TaskKind.Of(classes.Kind);

    /// <summary>Side of the images outside training, in pixels.</summary>
    public int Side => reader(0).Side;

    public override IEnumerable<Batch> Read(IReadOnlyList<int> order, int batchSize, int epoch, CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var ready = new BlockingCollection<(int[] Indices, int[] Seeds, float[] Floats)>(BatchesAhead);
        InputReader input = reader(epoch);
        Task producer = Task.Run(() => Produce(input, order, batchSize, epoch, ready, stop.Token), CancellationToken.None);
        try
        {
            foreach ((int[] indices, int[] seeds, float[] floats) in ready.GetConsumingEnumerable(CancellationToken.None))
            {
                Sample[] samples = [.. indices.Select(i => Samples[i])];
                Tensor inputs = tensor(floats, [indices.Length, 3, input.Side, input.Side], device: device);
                Tensor labels = _kind.TargetsOf(classes, samples, device);
                yield return new Batch(inputs, labels, 0, samples) { Seeds = seeds };
            }

            // Passes on why the producer ended: an unreadable image, or the wish to stop.
            producer.GetAwaiter().GetResult();
        }
        finally
        {
            stop.Cancel();
            // A producer that waits for room must end before the queue is disposed.
            ((IAsyncResult)producer).AsyncWaitHandle.WaitOne();
        }
    }

    private void Produce(
        InputReader input,
        IReadOnlyList<int> order,
        int batchSize,
        int epoch,
        BlockingCollection<(int[] Indices, int[] Seeds, float[] Floats)> ready,
        CancellationToken stop
    )
    {
        try
        {
            int length = 3 * input.Side * input.Side;
            int[] seen = new int[Samples.Count];
            for (int begin = 0; begin < order.Count; begin += batchSize)
            {
                int[] indices = [.. order.Skip(begin).Take(batchSize)];
                int[] seeds = [.. indices.Select(i => HashCode(seed, epoch, i + Samples.Count * seen[i]++))];
                float[] floats = new float[indices.Length * length];
                Parallel.For(
                    0,
                    indices.Length,
                    new ParallelOptions { CancellationToken = stop, MaxDegreeOfParallelism = Environment.ProcessorCount },
                    i => input.Read(Samples[indices[i]], new Random(seeds[i]), floats.AsSpan(i * length, length))
                );
                ready.Add((indices, seeds, floats), stop);
            }
        }
        catch (AggregateException e) when (e.InnerExceptions.OfType<TrainingException>().FirstOrDefault() is { } cause)
        {
            throw cause;
        }
        finally
        {
            ready.CompleteAdding();
        }
    }
}
