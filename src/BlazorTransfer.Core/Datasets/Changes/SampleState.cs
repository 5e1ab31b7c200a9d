namespace BlazorTransfer.Core.Datasets.Changes;

/// <summary>What can change of a sample, in numbers. The default is a sample that is not there.</summary>
/// <param name="Label">Of a class, or of a set of classes in a multi-label data set; <see cref="Unlabelled"/> without a label.</param>
/// <param name="Tags">Of a set of tags.</param>
/// <param name="Split">The split.</param>
/// <param name="Marks">Whether it is there, and whether it is excluded.</param>
internal readonly record struct SampleState(int Label, int Tags, Split Split, SampleMarks Marks)
{
    public const int Unlabelled = -1;

    public bool IsPresent => (Marks & SampleMarks.Present) != 0;

    public bool IsExcluded => (Marks & SampleMarks.Excluded) != 0;

    /// <summary>Whether it is in the next version.</summary>
    public bool IsIncluded => Marks == SampleMarks.Present;
}

[Flags]
internal enum SampleMarks : byte
{
    None = 0,
    Present = 1,
    Excluded = 2,
}
