using System.Security.Cryptography;
using System.Text;
using BlazorTransfer.Core.Messages;

namespace BlazorTransfer.Core.Datasets;

/// <summary>How images without a given split are divided.</summary>
/// <param name="Validation">Fraction of each class for validation, 0…0.9.</param>
/// <param name="Test">Fraction of each class for the test, 0…0.9.</param>
/// <param name="Seed">Another seed draws other images.</param>
public sealed record SplitPlan(double Validation = 0.2, double Test = 0, int Seed = 42)
{
    public static SplitPlan Default { get; } = new();

    /// <summary>No division: all images are for the test of a model that exists. A single class is enough.</summary>
    public static SplitPlan TestOnly { get; } = new(Validation: 0, Test: 1);

    /// <summary>Why the fractions cannot be used, or null where they can.</summary>
    public Message? Check() =>
        Validation is < 0.01 or > 0.9 || Test is < 0 or > 0.9 || Validation + Test > 0.9
            ? Message.Of("split.shares", $"Validation needs 1 to 90 %, and training must keep at least 10 %.")
            : null;

    /// <summary>
    /// Divides class by class, so that each split has the classes in the same proportion. A class with at least two images has
    /// one or more in training and in validation. The draw depends on the seed and each image's hash alone: adding images
    /// later, or listing them in another order, moves few of the others.
    /// </summary>
    /// <remarks>Images with several labels are divided by <see cref="IterativeStratification"/>, a rare label perhaps not into each
    /// split.</remarks>
    public IReadOnlyList<Sample> Apply(IEnumerable<Sample> samples)
    {
        Sample[] all = [.. samples];
        return
        [
            .. ApplyToSeveral([.. all.Where(s => s.Labels is not null)]),
            .. all.Where(s => s.Labels is null)
                .GroupBy(s => s.Label, StringComparer.Ordinal)
                .OrderBy(g => g.Key, StringComparer.Ordinal)
                .SelectMany(ApplyToClass),
        ];
    }

    private IEnumerable<Sample> ApplyToSeveral(IReadOnlyList<Sample> samples)
    {
        Sample[] drawn = [.. samples.OrderBy(s => Draw(s.Key), StringComparer.Ordinal)];
        int[] parts = IterativeStratification.Divide([.. drawn.Select(s => s.Labels!)], [1 - Validation - Test, Validation, Test]);
        // Of very few images with many labels, all may be wanted for training.
        if (drawn.Length > 1 && Validation > 0 && !parts.Contains(1))
            parts[Array.LastIndexOf(parts, 0)] = 1;
        return drawn.Select((sample, i) => sample with { Split = Splits[parts[i]] });
    }

    private IEnumerable<Sample> ApplyToClass(IEnumerable<Sample> samples)
    {
        Sample[] drawn = [.. samples.OrderBy(s => Draw(s.Sha256), StringComparer.Ordinal)];
        int validation = drawn.Length < 2 ? 0 : Math.Clamp((int)Math.Round(drawn.Length * Validation), 1, drawn.Length - 1);
        int test = Math.Clamp((int)Math.Round(drawn.Length * Test), 0, Math.Max(0, drawn.Length - validation - 1));
        return drawn.Select(
            (sample, i) =>
                sample with
                {
                    Split =
                        i < validation ? Split.Validation
                        : i < validation + test ? Split.Test
                        : Split.Train,
                }
        );
    }

    private static Split[] Splits { get; } = [Split.Train, Split.Validation, Split.Test];

    private string Draw(string sha256) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{Seed}:{sha256}")));
}
