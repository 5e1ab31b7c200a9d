using System.CommandLine;
using System.Globalization;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Imaging;
using BlazorTransfer.Worker;

namespace BlazorTransfer.Benchmarks;

/// <summary>
/// What each method of the fine-tuning family makes of few images: validation top-1 of the last epoch (nothing is chosen on these images),
/// as mean ± standard deviation over seeds, each of which draws its images anew. All methods of a seed see the same images.
/// </summary>
internal static class LearningComparison
{
    // Of PACS, which is not divided, what validates: 20 a class leave 50 to learn from.
    private const int ValidationPerClass = 20;

    private static readonly Dictionary<string, Way[]> Tables = new()
    {
        ["methods"] =
        [
            new("From scratch", "from-scratch", Pretrained: false, [("augmentation", "light")]),
            new("Linear probe", "linear-probe", Pretrained: true, []),
            new("Fine-tuning", "fine-tuning", Pretrained: true, [Rate]),
            new("LP-FT", "lp-ft", Pretrained: true, [Rate]),
            new("L2-SP", "l2-sp", Pretrained: true, [Rate]),
            new("BSS", "bss", Pretrained: true, [Rate]),
            new("DELTA", "delta", Pretrained: true, [Rate]),
            new("Co-Tuning", "co-tuning", Pretrained: true, [Rate]),
        ],
        ["augmentation"] =
        [
            Tuned("No augmentation", ("augmentation", "none")),
            Tuned("Crops and mirroring: light, the default"),
            Tuned("medium", ("augmentation", "medium")),
            Tuned("strong", ("augmentation", "strong")),
            Tuned("light + RandAugment", ("policy", "randaugment")),
            Tuned("light + TrivialAugmentWide", ("policy", "trivialaugment-wide")),
            Tuned("light + AugMix", ("policy", "augmix")),
            Tuned("light + light and colour 0.2", ("light", 0.2), ("colour", 0.2)),
            Tuned("light + random erasing", ("random-erasing", 0.25)),
            Tuned("light + MixUp", ("mixup", 0.2)),
            Tuned("light + CutMix", ("cutmix", 1)),
        ],
        ["heads"] =
        [
            new("Linear probe, linear head", "linear-probe", Pretrained: true, []),
            new("Linear probe, 256 hidden", "linear-probe", Pretrained: true, [("head-width", 256)]),
            new("Logistic regression", "logistic-regression", Pretrained: true, []),
            Tuned("Fine-tuning, linear head"),
            Tuned("Fine-tuning, 256 hidden", ("head-width", 256)),
            Tuned("Fine-tuning, label smoothing 0.1", ("label-smoothing", 0.1)),
            Tuned("Fine-tuning, averaged weights", ("weight-averaging", 0.97)),
            Tuned("Fine-tuning, one cycle", ("schedule", "one-cycle")),
            Tuned("Fine-tuning, lower layers × 0.4", ("layer-learning-rate-decay", 0.4)),
        ],
        ["views"] =
        [
            .. WithViews("Linear probe", "linear-probe"),
            // Of MobileNetV2's nine groups, all but the last two.
            .. WithViews("Fine-tuning above a freeze depth of 7", "fine-tuning", ("freeze-depth", 7), ("epochs", 20)),
        ],
    };

    // What suits the built-in network; the default is for larger ones.
    private static (string, ParameterValue) Rate => ("learning-rate", 5e-4);

    private static IEnumerable<Way> WithViews(string name, string method, params (string, ParameterValue)[] settings) =>
        [
            new($"{name}, no augmentation", method, Pretrained: true, [.. settings, ("augmentation", "none")]),
            new($"{name}, light, each epoch anew", method, Pretrained: true, [.. settings, ("augmentation", "light")]),
            .. new[] { 1, 5, 10 }.Select(views => new Way(
                $"{name}, light, kept views: {views}",
                method,
                Pretrained: true,
                [.. settings, ("augmentation", "light"), ("kept-views", views)]
            )),
        ];

    private static Way Tuned(string name, params (string, ParameterValue)[] others) =>
        new(name, "fine-tuning", Pretrained: true, [Rate, .. others]);

    public static Command Create()
    {
        var data = new Option<string>("--data")
        {
            Description = "Folder that holds hymenoptera (train and val) and pacs-small (photo).",
            Required = true,
        };
        var weights = new Option<string>("--weights") { Description = "The pretrained weights, with their head.", Required = true };
        var backbone = new Option<string>("--backbone") { Description = "Their network.", DefaultValueFactory = _ => "resnet18_slim" };
        var seeds = new Option<int>("--seeds") { Description = "Seeds, from 0.", DefaultValueFactory = _ => 5 };
        var perClass = new Option<int[]>("--images-per-class")
        {
            Description = "Training images of a class.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [10, 20, 50],
        };
        var size = new Option<int>("--image-size")
        {
            Description = "Side of the input; 0 takes the network's own.",
            DefaultValueFactory = _ => 96,
        };
        var table = new Option<string>("--table")
        {
            Description = $"What is compared: {string.Join(", ", Tables.Keys)}.",
            DefaultValueFactory = _ => "methods",
        };
        table.AcceptOnlyFromAmong([.. Tables.Keys]);
        var only = new Option<string>("--only") { Description = "Ways whose name contains this.", DefaultValueFactory = _ => "" };
        var on = new Option<string>("--on") { Description = "Data sets whose name contains this.", DefaultValueFactory = _ => "" };
        var set = new Option<string[]>("--set")
        {
            Description = "Other settings, as NAME=VALUE, for all ways.",
            AllowMultipleArgumentsPerToken = true,
        };
        var command = new Command("learning", "The methods of the fine-tuning family on few images, over seeds.")
        {
            data,
            weights,
            backbone,
            seeds,
            perClass,
            size,
            table,
            only,
            on,
            set,
        };
        command.SetAction(parsed =>
        {
            NativeLibtorch.Load();
            (string, string)[] others = ComparedRun.Settings(parsed.GetValue(set));
            string scratch = Directory.CreateTempSubdirectory("blazortransfer-learning-").FullName;
            try
            {
                Console.WriteLine(
                    "| Data set | Images a class | Way | Top-1, mean ± sd | by seed | Processor's seconds a run "
                        + "|\n|---|---|---|---|---|---|"
                );
                foreach (
                    Way way in Tables[parsed.GetValue(table)!]
                        .Where(w => w.Name.Contains(parsed.GetValue(only)!, StringComparison.OrdinalIgnoreCase))
                        .Select(w => w.With(others))
                )
                {
                    foreach (
                        Images images in ImagesIn(parsed.GetValue(data)!)
                            .Where(d => d.Name.Contains(parsed.GetValue(on)!, StringComparison.OrdinalIgnoreCase))
                    )
                    {
                        foreach (int count in parsed.GetValue(perClass)!)
                        {
                            TimeSpan before = Environment.CpuUsage.TotalTime;
                            double[] top1 =
                            [
                                .. Enumerable
                                    .Range(0, parsed.GetValue(seeds))
                                    .Select(seed =>
                                        ComparedRun.LastTop1(
                                            Job(
                                                way,
                                                images,
                                                count,
                                                seed,
                                                scratch,
                                                parsed.GetValue(backbone)!,
                                                parsed.GetValue(weights)!,
                                                parsed.GetValue(size)
                                            ),
                                            scratch
                                        )
                                    ),
                            ];
                            double seconds = (Environment.CpuUsage.TotalTime - before).TotalSeconds / top1.Length;
                            string each = string.Join(", ", top1.Select(ComparedRun.Percent));
                            Console.WriteLine(
                                $"| {images.Name} | {count} | {way.Name} | {ComparedRun.Spread(top1)} | {each} | "
                                    + $"{seconds.ToString("F1", CultureInfo.InvariantCulture)} |"
                            );
                        }
                    }
                }
            }
            finally
            {
                Directory.Delete(scratch, recursive: true);
            }
        });
        return command;
    }

    private static JobSpec Job(Way way, Images images, int perClass, int seed, string scratch, string backbone, string weights, int size)
    {
        Dictionary<string, ParameterValue> parameters = new() { ["image-size"] = size };
        // Fewer images make fewer steps, for which more epochs make up. A probe's epochs cost nothing and are its default.
        if (way.Method is not ("linear-probe" or "logistic-regression"))
            parameters["epochs"] =
                (way.Pretrained ? 1 : 3)
                * (
                    perClass <= 10 ? 15
                    : perClass <= 20 ? 10
                    : 6
                );
        foreach ((string name, ParameterValue value) in way.Parameters)
            parameters[name] = value;
        return new JobSpec
        {
            RunId = "learning",
            Data = ComparedRun.Save(Few(images.All, perClass, seed), images.Folder, scratch),
            Backbone = backbone,
            Weights = way.Pretrained ? new WeightsSpec(Path.GetFullPath(weights)) : WeightsSpec.Random,
            Method = way.Method,
            Parameters = parameters,
            Device = DeviceSpec.Cpu,
            Seed = seed,
        };
    }

    private static IEnumerable<Images> ImagesIn(string data)
    {
        string hymenoptera = Path.GetFullPath(Path.Combine(data, "hymenoptera")),
            photo = Path.GetFullPath(Path.Combine(data, "pacs-small", "photo"));
        yield return new Images("Hymenoptera", hymenoptera, FolderImport.FromFolder(hymenoptera).Manifest);
        DatasetManifest all = FolderImport.FromFolder(photo).Manifest;
        yield return new Images(
            "PACS-small photo",
            photo,
            all with
            {
                Samples =
                [
                    .. ByClass(all.Samples, seed: 0)
                        .SelectMany(c => c.Select((s, i) => s with { Split = i < ValidationPerClass ? Split.Validation : Split.Train })),
                ],
            }
        );
    }

    /// <summary>A few training images of each class, drawn from the seed; the validation split whole.</summary>
    private static DatasetManifest Few(DatasetManifest all, int perClass, int seed) =>
        all with
        {
            Samples = [.. all.Of(Split.Validation), .. ByClass(all.Of(Split.Train), seed).SelectMany(c => c.Take(perClass))],
        };

    private static IEnumerable<Sample[]> ByClass(IEnumerable<Sample> samples, int seed) =>
        samples
            .GroupBy(s => s.Label)
            .Select(g =>
            {
                Sample[] members = [.. g];
                new Random(seed).Shuffle(members);
                return members;
            });

    private sealed record Images(string Name, string Folder, DatasetManifest All);
}
