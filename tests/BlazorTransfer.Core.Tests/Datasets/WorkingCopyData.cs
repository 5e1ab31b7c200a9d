using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Datasets.Changes;
using BlazorTransfer.Core.Protocol;
using CsCheck;

namespace BlazorTransfer.Core.Tests.Datasets;

/// <summary>Data sets and changes for tests of working copies.</summary>
internal static class WorkingCopyData
{
    private const int Images = 40;
    private static readonly string[] Classes = ["ants", "bees", "wasps", "flies"];

    public static Sample Sample(string name, string? label, Split split)
    {
        string sha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
        return new Sample
        {
            File = $"{sha256[..2]}/{sha256}.jpg",
            Sha256 = sha256,
            Name = name,
            Label = label,
            Split = split,
            Width = 4,
            Height = 3,
        };
    }

    public static DatasetManifest Manifest(string[] classes, params (string Name, string? Label, Split Split)[] samples) =>
        new(classes, [.. samples.Select(s => Sample(s.Name, s.Label, s.Split))]);

    /// <summary>A data set of some images, of which some are unlabelled and some are regions.</summary>
    public static DatasetManifest Random(LabelKind kind) =>
        new(Classes[..2], [.. Enumerable.Range(0, Images).Select(i => Labelled(Sample($"{i}.jpg", null, (Split)(i % 3)), kind, i))])
        {
            Kind = kind,
        };

    /// <summary>Numbered changes of such a data set, with undo among them.</summary>
    public static Gen<DatasetChange[]> Changes(LabelKind kind) =>
        Gen.Select(Gen.Int[0, 11], Gen.Int[0, 1000], Gen.Int[0, 1000])
            .Array[0, 25]
            .Select(draws => draws.Select((draw, i) => Change(kind, i + 1, draw.Item1, draw.Item2, draw.Item3)).ToArray());

    /// <summary>Everything that can be asked of a working copy, as text.</summary>
    public static string Text(WorkingCopy copy) =>
        JsonSerializer.Serialize(
            new
            {
                copy.Classes,
                copy.Counts,
                copy.Summary,
                Samples = copy.Query(SampleFilter.All, SampleOrder.Name, 0, 1000).Entries,
                Changed = copy.Keys(new SampleFilter { IsChanged = true }),
            },
            ProtocolJson.Line
        );

    private static Sample Labelled(Sample sample, LabelKind kind, int draw)
    {
        sample = sample with
        {
            Region = draw % 5 == 0 ? new PixelArea(1, 1, 2, 2) : null,
            Tags = draw % 4 == 0 ? new Dictionary<string, string> { ["light"] = "warm" } : new Dictionary<string, string>(),
        };
        return draw % 7 == 0 ? sample
            : kind == LabelKind.SingleLabel ? sample with { Label = Classes[draw % 2] }
            : sample with { Labels = [.. Classes.Where((_, i) => i < 2 && (draw >> i) % 2 == 0)] };
    }

    private static DatasetChange Change(LabelKind kind, int number, int what, int a, int b)
    {
        string[] keys = [.. Random(kind).Samples.Where((_, i) => (a >> (i % 10)) % 2 == 0).Select(s => s.Key)];
        string name = Classes[a % Classes.Length],
            other = Classes[b % Classes.Length];
        DatasetChange change = what switch
        {
            0 => new SamplesLabelled(keys, [name]),
            1 => new SamplesLabelled(keys, b % 3 == 0 ? null : [other], b % 2 == 0 ? LabelEdit.Add : LabelEdit.Remove),
            2 => new SamplesMoved(keys, (Split)(b % 3)),
            3 => new SamplesTagged(keys, "light", b % 2 == 0 ? null : $"{b % 5}"),
            4 => new SamplesExcluded(keys, b % 2 == 0),
            5 => new SamplesRemoved(keys),
            6 => new SamplesAdded([
                .. Enumerable.Range(a % 50, 10).Select(i => Labelled(Sample($"{i}.jpg", null, Split.Test), kind, i + b)),
            ]),
            7 => new ClassAdded(name),
            8 => new ClassRenamed(name, other),
            9 => new ClassRemoved(name),
            _ => new ChangeTakenBack(1 + b % number),
        };
        return change with { Number = number };
    }
}
