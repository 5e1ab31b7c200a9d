using BlazorTransfer.Core.Messages;

namespace BlazorTransfer.Core.Models;

/// <summary>What a file of weights holds, as <c>worker inspect-weights --json</c> prints it.</summary>
/// <param name="Tensors">Number of tensors.</param>
/// <param name="Values">Number of values in all of them.</param>
/// <param name="Backbones">Names of the backbones whose trunk the tensors fit.</param>
/// <param name="Closest">Where none fits: the backbone that comes closest, and what keeps it from fitting.</param>
/// <param name="Differences">For each that fits: what differs all the same, outside of the trunk.</param>
/// <param name="HeadClasses">Classes of the head that comes with the trunk; 0 where none does.</param>
/// <param name="Note">Which of the file's dictionaries was used, which prefix its names have, and what else is in the file, in sentences;
/// null where the file is a state dictionary and nothing else.</param>
public sealed record WeightsInspection(
    int Tensors,
    long Values,
    IReadOnlyList<string> Backbones,
    WeightsMismatch? Closest = null,
    IReadOnlyList<WeightsMismatch>? Differences = null,
    int HeadClasses = 0,
    Message? Note = null
);

/// <summary>How a file differs from a backbone; each list holds at most <see cref="MostNames"/>, each count all of them.</summary>
/// <param name="Backbone">Its name.</param>
/// <param name="Matching">Tensors of the trunk that the file has in the right shape.</param>
/// <param name="Total">Tensors of the trunk.</param>
/// <param name="Missing">Names that the file lacks.</param>
/// <param name="MissingCount">How many.</param>
/// <param name="Unexpected">Names that the network lacks.</param>
/// <param name="UnexpectedCount">How many.</param>
/// <param name="Mismatched">Names with both shapes, or both kinds of number.</param>
/// <param name="MismatchedCount">How many.</param>
public sealed record WeightsMismatch(
    string Backbone,
    int Matching,
    int Total,
    IReadOnlyList<string> Missing,
    int MissingCount,
    IReadOnlyList<string> Unexpected,
    int UnexpectedCount,
    IReadOnlyList<string> Mismatched,
    int MismatchedCount
)
{
    public const int MostNames = 400;

    /// <summary>The file has the whole trunk and nothing else that differs.</summary>
    public bool IsWhole => MissingCount + UnexpectedCount + MismatchedCount == 0;

    /// <summary>In one sentence, for people.</summary>
    public Message Describe() =>
        Message.Of(
            "weights.closest",
            $"Closest is {Backbone}, of whose {Total} tensors the file has {Matching}; {DescribeMissing()}, {DescribeMismatched()}, "
                + $"{DescribeUnexpected()}."
        );

    private Message DescribeMissing() =>
        MissingCount == 0
            ? Message.Of("weights.none-missing", $"none missing")
            : Message.Of("weights.some-missing", $"{MissingCount} missing (such as {Missing[0]})");

    private Message DescribeMismatched() =>
        MismatchedCount == 0
            ? Message.Of("weights.none-of-another-shape", $"none of another shape")
            : Message.Of("weights.some-of-another-shape", $"{MismatchedCount} of another shape (such as {Mismatched[0]})");

    private Message DescribeUnexpected() =>
        UnexpectedCount == 0
            ? Message.Of("weights.none-unknown", $"none unknown to it")
            : Message.Of("weights.some-unknown", $"{UnexpectedCount} unknown to it (such as {Unexpected[0]})");

    /// <summary>The same as a table: a line a tensor, what is wrong and its name, and how many more there are of each kind.</summary>
    public IEnumerable<string> Table() =>
        [
            .. Rows("missing", Missing, MissingCount),
            .. Rows("other", Mismatched, MismatchedCount),
            .. Rows("unexpected", Unexpected, UnexpectedCount),
        ];

    private static IEnumerable<string> Rows(string what, IReadOnlyList<string> names, int count) =>
        [
            .. names.Select(n => $"{what, -10}  {n}"),
            .. count > names.Count ? [$"{what, -10}  … and {count - names.Count} more"] : Array.Empty<string>(),
        ];
}
