using System.Buffers;
using System.Text.Json;
using BlazorTransfer.Core.Protocol;

namespace BlazorTransfer.Core.Datasets;

/// <summary>
/// The samples and classes of one immutable data set version, stored as JSON lines: a header with the classes and how many
/// an image has, then one <see cref="Sample"/> a line. Class order is the order of the model's outputs.
/// </summary>
public sealed record DatasetManifest(IReadOnlyList<string> Classes, IReadOnlyList<Sample> Samples)
{
    private const int WrittenAtOnce = 1 << 16;

    /// <summary>How many classes an image has.</summary>
    public LabelKind Kind { get; init; }

    /// <summary>What the data set asks of each image first of all: its class or classes.</summary>
    public LabelTask ClassTask => LabelTask.OfClasses(Classes, Kind);

    /// <summary>The images with a tag alone; all of them for null.</summary>
    public DatasetManifest Only(SampleTag? tag) => tag is null ? this : this with { Samples = [.. Samples.Where(tag.Marks)] };

    /// <summary>Other names for classes, as far as they are listed; a class whose new name is null keeps its images, without a
    /// label.</summary>
    public DatasetManifest Renamed(IReadOnlyDictionary<string, string?>? names)
    {
        if (names is null)
            return this;
        string? Name(string? label) => label is not null && names.TryGetValue(label, out string? name) ? name : label;
        IReadOnlyList<string>? Names(IReadOnlyList<string>? labels) =>
            labels is null ? null : [.. labels.Select(Name).OfType<string>().Distinct()];
        return new DatasetManifest(
            [.. Classes.Select(Name).OfType<string>().Distinct()],
            [.. Samples.Select(s => s with { Label = Name(s.Label), Labels = Names(s.Labels) })]
        )
        {
            Kind = Kind,
        };
    }

    public IReadOnlyList<Sample> Of(Split split) => [.. Samples.Where(s => s.Split == split)];

    /// <inheritdoc cref="Write"/>
    /// <param name="path">The file.</param>
    public void Save(string path) => Write(path, ClassTask, Samples);

    /// <summary>Writes under a temporary name, flushes to the disk, then renames: a reader never sees half a manifest.</summary>
    /// <param name="path">The file.</param>
    /// <param name="classes">The classes.</param>
    /// <param name="samples">The samples, which need not be in memory.</param>
    public static void Write(string path, LabelTask classes, IEnumerable<Sample> samples) =>
        AtomicFile.Write(
            path,
            stream =>
            {
                var buffer = new ArrayBufferWriter<byte>(WrittenAtOnce);
                using var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = ProtocolJson.Line.Encoder });
                Line(new ManifestHeader(ManifestHeader.Current, classes.Labels, classes.Kind));
                foreach (Sample sample in samples)
                    Line(sample);
                stream.Write(buffer.WrittenSpan);

                void Line<T>(T value)
                {
                    JsonSerializer.Serialize(json, value, ProtocolJson.Line);
                    buffer.Write("\n"u8);
                    json.Reset();
                    if (buffer.WrittenCount < WrittenAtOnce)
                        return;
                    stream.Write(buffer.WrittenSpan);
                    buffer.ResetWrittenCount();
                }
            }
        );

    /// <exception cref="InvalidDataException">The file is no manifest of a format this version knows, or is damaged.</exception>
    public static DatasetManifest Load(string path)
    {
        using ManifestReader manifest = ManifestReader.Open(path);
        return new DatasetManifest(manifest.Classes, [.. manifest.Samples()]) { Kind = manifest.Kind };
    }
}
