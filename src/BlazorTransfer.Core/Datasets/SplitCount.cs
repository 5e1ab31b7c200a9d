namespace BlazorTransfer.Core.Datasets;

/// <summary>Images by split.</summary>
public sealed record SplitCount(int Train, int Validation, int Test)
{
    public int Total => Train + Validation + Test;

    public static SplitCount Of(IEnumerable<Sample> samples)
    {
        int[] counts = new int[Enum.GetValues<Split>().Length];
        foreach (Sample sample in samples)
            counts[(int)sample.Split]++;
        return new SplitCount(counts[(int)Split.Train], counts[(int)Split.Validation], counts[(int)Split.Test]);
    }

    public int Of(Split split) =>
        split switch
        {
            Split.Train => Train,
            Split.Validation => Validation,
            Split.Test => Test,
            _ => throw new ArgumentOutOfRangeException(nameof(split), split, null),
        };
}
