using System.CommandLine;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Imaging;
using BlazorTransfer.Worker;

namespace BlazorTransfer.Benchmarks;

/// <summary>
/// What pretrained weights bring: validation top-1 of the last epoch (nothing is chosen on these images) on three small data sets,
/// against the same network from random initialisation, as mean ± standard deviation over seeds.
/// </summary>
internal static class TransferComparison
{
    private const int PacsImagesPerClass = 20;

    private static readonly Way[] Ways =
    [
        new("Linear probe, random weights", "linear-probe", Pretrained: false, []),
        new("Linear probe, pretrained", "linear-probe", Pretrained: true, []),
        new("From scratch, 40 epochs", "from-scratch", Pretrained: false, [("augmentation", "light")]),
        new("Fine-tuning, 15 epochs", "fine-tuning", Pretrained: true, [("epochs", 15), ("learning-rate", 5e-4), ("batch-size", 16)]),
    ];

    public static Command Create()
    {
        var data = new Option<string>("--data")
        {
            Description = "Folder that holds hymenoptera (train and val) and pacs-small (photo).",
            Required = true,
        };
        var weights = new Option<string>("--weights") { Description = "The pretrained weights.", Required = true };
        var backbone = new Option<string>("--backbone") { Description = "Their network.", DefaultValueFactory = _ => "resnet18_slim" };
        var seeds = new Option<int>("--seeds") { Description = "Seeds, from 0.", DefaultValueFactory = _ => 5 };
        var size = new Option<int>("--image-size")
        {
            Description = "Side of the input; 0 takes the network's own.",
            DefaultValueFactory = _ => 0,
        };
        var only = new Option<string>("--only") { Description = "Ways whose name contains this.", DefaultValueFactory = _ => "" };
        var on = new Option<string>("--on") { Description = "Data sets whose name contains this.", DefaultValueFactory = _ => "" };
        var command = new Command("transfer", "Pretrained against random weights on three small data sets, over seeds.")
        {
            data,
            weights,
            backbone,
            seeds,
            size,
            only,
            on,
        };
        command.SetAction(parsed =>
        {
            NativeLibtorch.Load();
            string folder = Directory.CreateTempSubdirectory("blazortransfer-transfer-").FullName;
            try
            {
                Console.WriteLine("| Data set | Way | Top-1, mean ± sd | by seed |\n|---|---|---|---|");
                foreach (
                    (string name, string images, Func<int, DatasetManifest> manifest) in DataSets(parsed.GetValue(data)!, folder)
                        .Where(d => d.Name.Contains(parsed.GetValue(on)!, StringComparison.OrdinalIgnoreCase))
                )
                {
                    foreach (Way way in Ways.Where(w => w.Name.Contains(parsed.GetValue(only)!, StringComparison.OrdinalIgnoreCase)))
                    {
                        double[] top1 =
                        [
                            .. Enumerable
                                .Range(0, parsed.GetValue(seeds))
                                .Select(seed =>
                                    Train(
                                        folder,
                                        images,
                                        manifest(seed),
                                        way,
                                        parsed.GetValue(backbone)!,
                                        Path.GetFullPath(parsed.GetValue(weights)!),
                                        parsed.GetValue(size),
                                        seed
                                    )
                                ),
                        ];
                        Console.WriteLine(
                            $"| {name} | {way.Name} | {ComparedRun.Spread(top1)} | {string.Join(", ", top1.Select(ComparedRun.Percent))} |"
                        );
                    }
                }
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        });
        return command;
    }

    private static IEnumerable<(string Name, string Images, Func<int, DatasetManifest> Manifest)> DataSets(string data, string scratch)
    {
        string hymenoptera = Path.GetFullPath(Path.Combine(data, "hymenoptera")),
            photo = Path.GetFullPath(Path.Combine(data, "pacs-small", "photo"));
        DatasetManifest given = FolderImport.FromFolder(hymenoptera).Manifest;
        yield return ("Hymenoptera", hymenoptera, _ => given);
        DatasetManifest all = FolderImport.FromFolder(photo).Manifest;
        yield return ($"PACS-small photo, {PacsImagesPerClass} a class", photo, seed => FewPerClass(all, seed));
        string drawn = Path.Combine(scratch, "sample");
        SampleData.DrawInto(drawn);
        yield return ("Sample data set", drawn, seed => FolderImport.FromFolder(drawn, SplitPlan.Default with { Seed = seed }).Manifest);
    }

    /// <summary>A few training images of each class, drawn from the seed; all others validate.</summary>
    private static DatasetManifest FewPerClass(DatasetManifest all, int seed) =>
        all with
        {
            Samples =
            [
                .. all
                    .Samples.GroupBy(s => s.Label)
                    .SelectMany(g =>
                    {
                        Sample[] samples = [.. g];
                        new Random(seed).Shuffle(samples);
                        return samples.Select((s, i) => s with { Split = i < PacsImagesPerClass ? Split.Train : Split.Validation });
                    }),
            ],
        };

    private static double Train(
        string scratch,
        string images,
        DatasetManifest data,
        Way way,
        string backbone,
        string weights,
        int size,
        int seed
    )
    {
        var parameters = way.Parameters.ToDictionary(p => p.Name, p => p.Value);
        parameters["image-size"] = size;
        return ComparedRun.LastTop1(
            new JobSpec
            {
                RunId = "transfer",
                Data = ComparedRun.Save(data, images, scratch),
                Backbone = backbone,
                Weights = way.Pretrained ? new WeightsSpec(weights) : WeightsSpec.Random,
                Method = way.Method,
                Parameters = parameters,
                Seed = seed,
            },
            scratch
        );
    }
}
