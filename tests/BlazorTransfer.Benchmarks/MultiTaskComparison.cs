using System.CommandLine;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Imaging;
using BlazorTransfer.Worker;

namespace BlazorTransfer.Benchmarks;

/// <summary>
/// What one network for two questions makes of each, against a network for each: validation top-1 of the last epoch (nothing is chosen on
/// these images), as mean ± standard deviation over seeds, each of which draws its training images anew. The classes are asked, and where
/// an image comes from.
/// </summary>
internal static class MultiTaskComparison
{
    private static readonly (string Name, ParameterValue Value)[] Rate = [("learning-rate", 5e-4)];

    public static Command Create()
    {
        var data = new Option<string>("--data") { Description = "Folder that holds pacs-small.", Required = true };
        var weights = new Option<string>("--weights") { Description = "The pretrained weights.", Required = true };
        var backbone = new Option<string>("--backbone") { Description = "Their network.", DefaultValueFactory = _ => "resnet18_slim" };
        var seeds = new Option<int>("--seeds") { Description = "Seeds, from 0.", DefaultValueFactory = _ => 5 };
        var size = new Option<int>("--image-size")
        {
            Description = "Side of the input; 0 takes the network's own.",
            DefaultValueFactory = _ => 96,
        };
        var command = new Command("multi-task", "One network for classes and domains, against one for each.")
        {
            data,
            weights,
            backbone,
            seeds,
            size,
        };
        command.SetAction(parsed =>
        {
            NativeLibtorch.Load();
            string scratch = Directory.CreateTempSubdirectory("blazortransfer-multi-task-").FullName;
            try
            {
                Console.WriteLine("| Data set | Training images | Way | Classes | Domains | by seed |\n|---|---|---|---|---|---|");
                foreach (Images images in ImagesIn(parsed.GetValue(data)!, scratch))
                {
                    foreach (int perCell in images.PerCell)
                    {
                        foreach (string way in new[] { "Classes alone", "Domains alone", "Both, weighed alike", "Both, weights learned" })
                        {
                            (double? Classes, double? Domains)[] reached =
                            [
                                .. Enumerable
                                    .Range(0, parsed.GetValue(seeds))
                                    .Select(seed => Reached(way, Job(way, images, perCell, seed))),
                            ];
                            int count = Few(images, perCell, 0).Of(Split.Train).Count;
                            Console.WriteLine(
                                $"| {images.Name} | {count} | {way} | {Spread(reached.Select(r => r.Classes))} | "
                                    + $"{Spread(reached.Select(r => r.Domains))} | "
                                    + $"{string.Join(", ", reached.Select(r => $"{Percent(r.Classes)}/{Percent(r.Domains)}"))} |"
                            );
                        }
                    }
                }

                JobSpec Job(string way, Images images, int perCell, int seed)
                {
                    DatasetManifest few = Few(images, perCell, seed);
                    if (way == "Domains alone")
                        few = new DatasetManifest(
                            images.Domains,
                            [.. few.Samples.Select(s => s with { Label = s.Tags[SampleTag.DomainName] })]
                        );
                    bool both = way.StartsWith("Both", StringComparison.Ordinal);
                    return new JobSpec
                    {
                        RunId = "multi-task",
                        Data = ComparedRun.Save(few, images.Folder, scratch),
                        Backbone = parsed.GetValue(backbone)!,
                        Weights = new WeightsSpec(Path.GetFullPath(parsed.GetValue(weights)!)),
                        Method = both ? "multi-task" : "fine-tuning",
                        LabelSets = both ? [new LabelSetSpec(SampleTag.DomainName)] : [],
                        Parameters = new Dictionary<string, ParameterValue>(Rate.ToDictionary(r => r.Name, r => r.Value))
                        {
                            ["image-size"] = parsed.GetValue(size),
                            ["epochs"] = perCell <= 10 ? 10 : 6,
                            ["batch-size"] = 16,
                        }.With(way == "Both, weights learned", "task-weighting", "uncertainty"),
                        Device = DeviceSpec.Cpu,
                        Seed = seed,
                    };
                }

                (double? Classes, double? Domains) Reached(string way, JobSpec job)
                {
                    IReadOnlyDictionary<string, double> last = ComparedRun.LastEpoch(job, scratch);
                    double main = last[MetricKeys.ValidationTop1];
                    return way == "Domains alone"
                        ? (null, main)
                        : (
                            main,
                            last.TryGetValue(MetricKeys.Of(MetricKeys.ValidationTop1, SampleTag.DomainName), out double domains)
                                ? domains
                                : null
                        );
                }
            }
            finally
            {
                Directory.Delete(scratch, recursive: true);
            }
        });
        return command;
    }

    private static Dictionary<string, ParameterValue> With(
        this Dictionary<string, ParameterValue> settings,
        bool on,
        string name,
        ParameterValue value
    )
    {
        if (on)
            settings[name] = value;
        return settings;
    }

    private static IEnumerable<Images> ImagesIn(string data, string scratch)
    {
        string pacs = Path.GetFullPath(Path.Combine(data, "pacs-small")),
            drawn = SampleData.DrawDomainsInto(Path.Combine(scratch, "sample"));
        yield return new Images(
            "PACS-small",
            pacs,
            FolderImport.FromFolder(pacs, options: new(ImportLayout.Domains)).Manifest,
            ValidationPerCell: 10,
            PerCell: [5, 20]
        );
        yield return new Images(
            "Sample data set",
            drawn,
            FolderImport.FromFolder(drawn, options: new(ImportLayout.Domains)).Manifest,
            ValidationPerCell: 10,
            PerCell: [10, 40]
        );
    }

    /// <summary>Of each class in each domain, the same few validate, and a few others, drawn from the seed, train.</summary>
    private static DatasetManifest Few(Images images, int perCell, int seed) =>
        images.All with
        {
            Samples =
            [
                .. images
                    .All.Samples.GroupBy(s => (s.Label, s.Tags[SampleTag.DomainName]))
                    .SelectMany(cell =>
                    {
                        Sample[] members = [.. cell.OrderBy(s => s.Sha256, StringComparer.Ordinal)],
                            rest = members[images.ValidationPerCell..];
                        new Random(seed).Shuffle(rest);
                        return members[..images.ValidationPerCell]
                            .Select(s => s with { Split = Split.Validation })
                            .Concat(rest.Take(perCell).Select(s => s with { Split = Split.Train }));
                    }),
            ],
        };

    private static string Spread(IEnumerable<double?> values) =>
        values.OfType<double>().ToArray() is { Length: > 0 } known ? ComparedRun.Spread(known) : "–";

    private static string Percent(double? value) => value is { } known ? ComparedRun.Percent(known) : "–";

    private sealed record Images(string Name, string Folder, DatasetManifest All, int ValidationPerCell, int[] PerCell)
    {
        public IReadOnlyList<string> Domains =>
            [.. All.Samples.Select(s => s.Tags[SampleTag.DomainName]).Distinct().Order(StringComparer.Ordinal)];
    }
}
