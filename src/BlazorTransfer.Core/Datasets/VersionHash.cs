using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace BlazorTransfer.Core.Datasets;

/// <summary>
/// The hash of what a version says: the kind of its classes, their names, and of each sample the image, region, labels, split and tags. It
/// depends neither on the order of classes and samples nor on the names of files, so that a version that is exported and imported again has
/// the same hash.
/// </summary>
public static class VersionHash
{
    /// <returns>SHA-256, lower-case hex.</returns>
    public static string Of(LabelTask classes, IEnumerable<Sample> samples)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append([classes.Kind.ToString(), .. classes.Labels.Order(StringComparer.Ordinal)]);
        string[] lines = [.. samples.Select(s => Line(s, classes.Kind))];
        Array.Sort(lines, StringComparer.Ordinal);
        foreach (string line in lines)
            hash.AppendData(System.Text.Encoding.UTF8.GetBytes(line));
        return Convert.ToHexStringLower(hash.GetHashAndReset());

        void Append(IEnumerable<string> texts) => hash.AppendData(JsonSerializer.SerializeToUtf8Bytes(texts));
    }

    /// <inheritdoc cref="Of(LabelTask, IEnumerable{Sample})"/>
    public static string Of(DatasetManifest manifest) => Of(manifest.ClassTask, manifest.Samples);

    // The number of labels tells labels and tags apart, and an unlabelled image from one that has none of the classes.
    private static string Line(Sample sample, LabelKind kind)
    {
        IReadOnlyList<string>? labels = sample.LabelsOf(kind);
        string[] parts =
        [
            sample.Key,
            sample.Split.ToString(),
            labels?.Count.ToString(CultureInfo.InvariantCulture) ?? "",
            .. (labels ?? []).Order(StringComparer.Ordinal),
            .. sample.Tags.OrderBy(t => t.Key, StringComparer.Ordinal).SelectMany(t => new[] { t.Key, t.Value }),
        ];
        return JsonSerializer.Serialize(parts);
    }
}
