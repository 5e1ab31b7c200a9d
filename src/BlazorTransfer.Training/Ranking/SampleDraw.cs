using System.Security.Cryptography;
using System.Text;
using BlazorTransfer.Core.Datasets;

namespace BlazorTransfer.Training.Ranking;

/// <summary>Draws a part of the training images, each class in proportion, by seed and hash alone: the same on every machine.</summary>
internal static class SampleDraw
{
    // Fewer of a class could not be split into folds.
    private const int LeastPerClass = 2;

    public static IReadOnlyList<Sample> Of(IReadOnlyList<Sample> samples, int most, int seed) =>
        samples.Count <= most
            ? samples
            :
            [
                .. samples
                    .GroupBy(s => s.Label, StringComparer.Ordinal)
                    .OrderBy(g => g.Key, StringComparer.Ordinal)
                    .SelectMany(g =>
                    {
                        int share = Math.Max(LeastPerClass, (int)((long)most * g.Count() / samples.Count));
                        return g.OrderBy(s => Draw(s.Key, seed), StringComparer.Ordinal).Take(share);
                    }),
            ];

    private static string Draw(string key, int seed) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{seed}:{key}")));
}
