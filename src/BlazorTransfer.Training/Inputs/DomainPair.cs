namespace BlazorTransfer.Training.Inputs;

/// <summary>
/// The training images with unlabelled ones of the target domain beside them: each training batch comes with as many of the target, which
/// are
/// gone through again and again, in another order each time. A pass outside training has none.
/// </summary>
/// <param name="source">Labelled.</param>
/// <param name="target">Unlabelled.</param>
/// <param name="seed">The run's seed.</param>
internal sealed class DomainPair(BatchSource source, BatchSource target, int seed) : BatchSource(source.Samples), IDisposable
{
    // Apart from the stream that the source's order comes from.
    private const int Stream = 104729;

    public override BatchSource Target => target;

    public override IEnumerable<Batch> Read(IReadOnlyList<int> order, int batchSize, int epoch, CancellationToken cancel)
    {
        IEnumerable<Batch> batches = source.Read(order, batchSize, epoch, cancel);
        if (epoch == 0)
        {
            foreach (Batch batch in batches)
                yield return batch;
            yield break;
        }

        foreach ((Batch batch, Batch beside) in batches.Zip(target.Read(TargetOrder(order.Count, epoch), batchSize, epoch, cancel)))
            yield return batch with
            {
                Target = beside,
            };
    }

    public void Dispose()
    {
        (source as IDisposable)?.Dispose();
        (target as IDisposable)?.Dispose();
    }

    private int[] TargetOrder(int count, int epoch)
    {
        var random = new Random(HashCode(seed, epoch, Stream));
        List<int> order = [];
        while (order.Count < count)
        {
            int[] round = [.. Enumerable.Range(0, target.Samples.Count)];
            random.Shuffle(round);
            order.AddRange(round);
        }

        return [.. order.Take(count)];
    }
}
