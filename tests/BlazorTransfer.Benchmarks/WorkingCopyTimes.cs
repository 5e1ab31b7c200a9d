using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Datasets.Changes;

namespace BlazorTransfer.Benchmarks;

/// <summary>Time that a working copy of many images takes to open, to ask, to change and to write as a version, and its memory.</summary>
internal static class WorkingCopyTimes
{
    private const int Classes = 200;
    private const int PageSize = 100;
    private const int Rounds = 7;

    public static Command Create()
    {
        var images = new Option<int>("--images") { Description = "Images of the data set.", DefaultValueFactory = _ => 100_000 };
        var command = new Command("working-copy", "Measures the index of a data set's working copy.") { images };
        command.SetAction(parsed => Measure(parsed.GetValue(images)));
        return command;
    }

    private static void Measure(int images)
    {
        string folder = Directory.CreateTempSubdirectory("blazortransfer-working-copy-").FullName;
        try
        {
            string manifest = Path.Combine(folder, "v1.jsonl");
            string[] classes = [.. Enumerable.Range(0, Classes).Select(i => $"n{i:0000}")];
            DatasetManifest.Write(
                manifest,
                new LabelTask(LabelTask.ClassName, classes),
                Enumerable.Range(0, images).Select(i => Image(i, classes))
            );
            VersionReader Read(int _) => new(ManifestReader.Open(manifest));
            WorkingCopy copy = WorkingCopy.Open(Read(1), Read);
            Report("open", () => copy = WorkingCopy.Open(Read(1), Read));
            copy = copy.With(new SamplesMoved(copy.Keys(new SampleFilter { Class = classes[3] }), Split.Test) { Number = 1 });
            Report("page by name", () => Page(copy, SampleFilter.All, SampleOrder.Name));
            Report("page of a class", () => Page(copy, new SampleFilter { Class = classes[7] }));
            Report("page of changed images", () => Page(copy, new SampleFilter { IsChanged = true }, SampleOrder.LastChanged));
            Report("page by a part of the name", () => Page(copy, new SampleFilter { NameContains = "_99" }));
            Report("counts", () => _ = copy.With([]).Counts);
            IReadOnlyList<string> all = copy.Keys(SampleFilter.All);
            Report("keys of all images", () => copy.Keys(SampleFilter.All));
            Report("relabel one image", () => copy.With(new SamplesLabelled([all[5]], [classes[1]]) { Number = 2 }));
            Report("relabel all images", () => copy.With(new SamplesLabelled(all, [classes[1]]) { Number = 2 }));
            Report("undo", () => copy.With(new ChangeTakenBack(1) { Number = 2 }));
            Report(
                "write a version and its hash",
                () =>
                {
                    DatasetManifest.Write(Path.Combine(folder, "v2.jsonl"), copy.ClassTask, copy.Samples());
                    VersionHash.Of(copy.ClassTask, copy.Samples());
                }
            );
            ReportMemory(() => WorkingCopy.Open(Read(1), Read));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void ReportMemory(Func<WorkingCopy> open)
    {
        long before = GC.GetTotalMemory(forceFullCollection: true);
        WorkingCopy copy = open();
        // The order of names is found when somebody asks for it first.
        Page(copy, SampleFilter.All, SampleOrder.Name);
        double megabytes = (GC.GetTotalMemory(forceFullCollection: true) - before) / 1e6;
        GC.KeepAlive(copy);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"memory: {megabytes:0.0} MB"));
    }

    private static SamplePage Page(WorkingCopy copy, SampleFilter filter, SampleOrder order = SampleOrder.Imported) =>
        copy.Query(filter, order, 0, PageSize);

    private static void Report(string what, Action act)
    {
        act();
        double[] times =
        [
            .. Enumerable
                .Range(0, Rounds)
                .Select(_ =>
                {
                    long start = Stopwatch.GetTimestamp();
                    act();
                    return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
                })
                .Order(),
        ];
        Console.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"{what}: {times[Rounds / 2]:0.0} ms ({times[0]:0.0}–{times[^1]:0.0})")
        );
    }

    private static Sample Image(int number, string[] classes)
    {
        string sha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{number}")));
        string label = classes[number % classes.Length];
        return new Sample
        {
            File = $"{sha256[..2]}/{sha256}.jpg",
            Sha256 = sha256,
            Name = $"train/{label}/{label}_{number}.JPEG",
            Label = label,
            Split = number % 5 == 0 ? Split.Validation : Split.Train,
            Width = 64,
            Height = 64,
            Tags = number % 2 == 0 ? new Dictionary<string, string> { ["source"] = "camera" } : new Dictionary<string, string>(),
        };
    }
}
