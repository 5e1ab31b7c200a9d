using System.Text;
using System.Text.Json;
using BlazorTransfer.Core.Protocol;

namespace BlazorTransfer.Core.Datasets;

/// <summary>
/// The samples and classes of one immutable data set version, stored as JSON lines: a header with the classes and how many
/// an image has, then one <see cref="Sample"/> a line. Class order is the order of the model's outputs.
/// </summary>
public sealed record DatasetManifest(IReadOnlyList<string> Classes, IReadOnlyList<Sample> Samples)
{
    private const int CurrentFormat = 2;

    /// <summary>The format before there were multi-label data sets and regions; otherwise the same.</summary>
    private const int FirstFormat = 1;

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

    /// <summary>Writes under a temporary name, flushes to the disk, then renames: a reader never sees half a manifest.</summary>
    public void Save(string path)
    {
        var text = new StringBuilder();
        text.AppendLine(JsonSerializer.Serialize(new Header(CurrentFormat, Classes, Kind), ProtocolJson.Line));
        foreach (Sample sample in Samples)
            text.AppendLine(JsonSerializer.Serialize(sample, ProtocolJson.Line));
        AtomicFile.WriteAllText(path, text.ToString());
    }

    /// <exception cref="InvalidDataException">The file is no manifest of a format this version knows, or is damaged.</exception>
    public static DatasetManifest Load(string path)
    {
        try
        {
            using var lines = new StreamReader(path);
            Header? header = JsonSerializer.Deserialize<Header>(lines.ReadLine() ?? "null", ProtocolJson.Line);
            if (header?.Format is not (FirstFormat or CurrentFormat))
                throw new InvalidDataException($"{path} is no data set manifest of format {FirstFormat} or {CurrentFormat}.");
            var samples = new List<Sample>();
            while (lines.ReadLine() is { } line)
                samples.Add(JsonSerializer.Deserialize<Sample>(line, ProtocolJson.Line)!);
            return new DatasetManifest(header.Classes, samples) { Kind = header.Kind };
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path} is damaged: {e.Message}", e);
        }
    }

    private sealed record Header(int Format, IReadOnlyList<string> Classes, LabelKind Kind = LabelKind.SingleLabel);
}
