using System.Text.Json;
using BlazorTransfer.Core.Protocol;

namespace BlazorTransfer.Core.Datasets;

/// <summary>A data set version, read one sample after another, so that its manifest need not be in memory.</summary>
public sealed class ManifestReader : IDisposable
{
    private readonly IEnumerable<Sample> _samples;
    private readonly StreamReader? _lines;

    private ManifestReader(LabelKind kind, IReadOnlyList<string> classes, IEnumerable<Sample> samples, StreamReader? lines = null) =>
        (Kind, Classes, _samples, _lines) = (kind, classes, samples, lines);

    public LabelKind Kind { get; }

    /// <summary>Names of the classes, in the order of a model's outputs.</summary>
    public IReadOnlyList<string> Classes { get; }

    public static ManifestReader Of(DatasetManifest manifest) => new(manifest.Kind, manifest.Classes, manifest.Samples);

    /// <exception cref="InvalidDataException">The file is no manifest of a format this version knows, or is damaged.</exception>
    public static ManifestReader Open(string path)
    {
        var lines = new StreamReader(path);
        try
        {
            ManifestHeader? header = Parse<ManifestHeader>(path, lines.ReadLine() ?? "null");
            if (header?.Format is not (ManifestHeader.First or ManifestHeader.Current))
                throw new InvalidDataException(
                    $"{path} is no data set manifest of format {ManifestHeader.First} or {ManifestHeader.Current}."
                );
            return new ManifestReader(header.Kind, header.Classes, Read(path, lines), lines);
        }
        catch
        {
            lines.Dispose();
            throw;
        }
    }

    /// <summary>The samples, which can be read once.</summary>
    /// <exception cref="InvalidDataException">While they are read: the file is damaged.</exception>
    public IEnumerable<Sample> Samples() => _samples;

    public void Dispose() => _lines?.Dispose();

    private static IEnumerable<Sample> Read(string path, StreamReader lines)
    {
        while (lines.ReadLine() is { } line)
            yield return Parse<Sample>(path, line) ?? throw new InvalidDataException($"{path} is damaged: a line is empty.");
    }

    private static T? Parse<T>(string path, string line)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(line, ProtocolJson.Line);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path} is damaged: {e.Message}", e);
        }
    }
}

/// <summary>What the files of a version hold.</summary>
/// <param name="Manifest">The version.</param>
/// <param name="Excluded">Samples that are not in it, since they were excluded; null where there are none.</param>
public sealed record VersionReader(ManifestReader Manifest, ManifestReader? Excluded = null) : IDisposable
{
    public void Dispose()
    {
        Manifest.Dispose();
        Excluded?.Dispose();
    }
}

/// <summary>The first line of a manifest.</summary>
internal sealed record ManifestHeader(int Format, IReadOnlyList<string> Classes, LabelKind Kind = LabelKind.SingleLabel)
{
    public const int Current = 2;

    /// <summary>The format before there were multi-label data sets and regions; otherwise the same.</summary>
    public const int First = 1;
}
