using static TorchSharp.torch;

namespace BlazorTransfer.Training.Numerics;

/// <summary>Some rows that stand for all, spread evenly: where samples come class by class, each class has its share, and nothing is
/// drawn.</summary>
internal static class EvenRows
{
    /// <param name="rows">[N, D].</param>
    /// <param name="count">How many; all where there are fewer.</param>
    /// <returns>[min(N, count), D].</returns>
    public static Tensor Of(Tensor rows, int count)
    {
        using var scope = NewDisposeScope();
        long all = rows.shape[0],
            taken = Math.Min(count, all);
        Tensor numbers = tensor([.. Enumerable.Range(0, (int)taken).Select(i => i * all / taken)], device: rows.device);
        return rows.index_select(0, numbers).MoveToOuterDisposeScope();
    }
}
