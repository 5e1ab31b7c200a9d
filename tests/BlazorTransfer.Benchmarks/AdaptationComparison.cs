using System.CommandLine;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Imaging;
using BlazorTransfer.Training.Methods;
using BlazorTransfer.Training.Runs;
using BlazorTransfer.Worker;

namespace BlazorTransfer.Benchmarks;

/// <summary>
/// What each method of domain adaptation makes of images of another kind: accuracy on the target, as mean ± standard deviation over seeds,
/// for
/// pairs of domains. Adapted to all unlabelled images of the target and scored on them, as usual in the literature; nothing is chosen by
/// the
/// target's labels. A method that learns from a few of those is scored on the others. Features of the network are computed once for all of
/// it.
/// </summary>
internal static class AdaptationComparison
{
    private const string Sample = "sample";

    // The usual probe; the classifier of the shallow methods on the source alone; and what the others train, without what they add.
    private static readonly Way[] Baselines =
    [
        new("Source only: linear probe", "linear-probe", Pretrained: true, [("best-of", "last"), ("weight-decay", 1e-3)]),
        new("Source only: logistic regression", "logistic-regression", Pretrained: true, []),
        new(
            "Source only: hidden layer",
            "fine-tuning",
            Pretrained: true,
            [
                ("freeze-depth", 64),
                ("head-width", 256),
                ("head-learning-rate-factor", 1),
                ("epochs", 30),
                ("learning-rate", 0.01),
                ("optimizer", "sgd"),
                ("batch-size", 32),
                ("weight-decay", 1e-3),
                ("augmentation", "none"),
                ("best-of", "last"),
            ]
        ),
    ];

    public static Command Create()
    {
        var data = new Option<string>("--data")
        {
            Description =
                $"Folder with a folder for each domain, which holds class folders; or '{Sample}', the sample data set, whose "
                + "domains are warm and cold light.",
            Required = true,
        };
        var weights = new Option<string>("--weights") { Description = "The pretrained weights.", Required = true };
        var backbone = new Option<string>("--backbone") { Description = "Their network.", DefaultValueFactory = _ => "mobilenet_v2" };
        var seeds = new Option<int>("--seeds") { Description = "Seeds, from 0.", DefaultValueFactory = _ => 5 };
        var pairs = new Option<string[]>("--pairs")
        {
            Description = "Pairs of domains, as SOURCE:TARGET.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ =>
                [
                    "photo:art_painting",
                    "photo:cartoon",
                    "photo:sketch",
                    "art_painting:photo",
                    "art_painting:cartoon",
                    "art_painting:sketch",
                ],
        };
        var only = new Option<string[]>("--only")
        {
            Description = "Methods; all that adapt, and source only, unless said.",
            AllowMultipleArgumentsPerToken = true,
        };
        var set = new Option<string[]>("--set")
        {
            Description = "Other settings, as NAME=VALUE, for all methods that have them.",
            AllowMultipleArgumentsPerToken = true,
        };
        var labels = new Option<int>("--target-labels")
        {
            Description = "Labelled images of each class of the target, for methods that learn from them.",
            DefaultValueFactory = _ => 5,
        };
        var cache = new Option<string?>("--feature-cache") { Description = "Folder in which features stay for the next time." };
        var command = new Command("adaptation", "The methods of domain adaptation on pairs of domains, over seeds.")
        {
            data,
            weights,
            backbone,
            seeds,
            pairs,
            only,
            set,
            labels,
            cache,
        };
        command.SetAction(parsed =>
        {
            NativeLibtorch.Load();
            string scratch = Directory.CreateTempSubdirectory("blazortransfer-adaptation-").FullName;
            try
            {
                string images =
                    parsed.GetValue(data) == Sample
                        ? SampleData.DrawDomainsInto(Path.Combine(scratch, Sample))
                        : Path.GetFullPath(parsed.GetValue(data)!);
                var comparison = new Comparison(
                    images,
                    Path.GetFullPath(parsed.GetValue(weights)!),
                    parsed.GetValue(backbone)!,
                    parsed.GetValue(seeds),
                    scratch,
                    Path.GetFullPath(parsed.GetValue(cache) ?? Path.Combine(scratch, "features")),
                    parsed.GetValue(labels),
                    ComparedRun.Settings(parsed.GetValue(set))
                );
                string[] chosen = parsed.GetValue(only) ?? [];
                comparison.Print(
                    [.. Ways().Where(w => chosen.Length == 0 || chosen.Contains(w.Method))],
                    [.. parsed.GetValue(pairs)!.Select(p => p.Split(':')).Select(p => (p[0], p[1]))]
                );
            }
            finally
            {
                Directory.Delete(scratch, recursive: true);
            }
        });
        return command;
    }

    private static IEnumerable<Way> Ways() =>
        [
            .. Baselines,
            .. TransferMethodRegistry.All.Where(m => m.AdaptsToTarget).Select(m => new Way(m.DisplayName, m.Name, Pretrained: true, [])),
        ];

    private sealed record Comparison(
        string Data,
        string Weights,
        string Backbone,
        int Seeds,
        string Scratch,
        string Cache,
        int Labels,
        (string Name, string Value)[] Others
    )
    {
        public void Print(IReadOnlyList<Way> ways, IReadOnlyList<(string Source, string Target)> pairs)
        {
            Console.WriteLine(
                $"| Method | {string.Join(" | ", pairs.Select(p => $"{p.Source} → {p.Target}"))} | Mean | Seconds a run "
                    + $"|\n|---|{string.Concat(pairs.Select(_ => "---|"))}---|---|"
            );
            foreach (Way way in ways)
            {
                var clock = System.Diagnostics.Stopwatch.StartNew();
                double[][] byPair =
                [
                    .. pairs.Select(p => Enumerable.Range(0, Seeds).Select(seed => TargetTop1(way, p.Source, p.Target, seed)).ToArray()),
                ];
                double[] means = [.. Enumerable.Range(0, Seeds).Select(seed => byPair.Average(p => p[seed]))];
                Console.WriteLine(
                    $"| {way.Name} | {string.Join(" | ", byPair.Select(ComparedRun.Spread))} | {ComparedRun.Spread(means)} | "
                        + $"{clock.Elapsed.TotalSeconds / (pairs.Count * Seeds):F1} |"
                );
            }
        }

        private double TargetTop1(Way way, string source, string target, int seed)
        {
            TransferMethodSpec method = TransferMethodRegistry.All.Single(m => m.Name == way.Method);
            Dictionary<string, ParameterValue> parameters = [];
            foreach ((string name, ParameterValue value) in way.With(Others).Parameters)
                parameters[name] = value;
            var job = new JobSpec
            {
                RunId = "adaptation",
                Data = Import(source, seed),
                Target = new TargetSpec(Import(target, seed), Transductive: true, LabelledPerClass: method.UsesTargetLabels ? Labels : 0),
                Backbone = Backbone,
                Weights = new WeightsSpec(Weights),
                Method = way.Method,
                Parameters = parameters,
                Device = DeviceSpec.Cpu,
                Seed = seed,
                FeatureCache = new FeatureCacheSpec(Cache, 10L << 30),
            };
            var run = new RunFolder(Path.Combine(Scratch, Guid.NewGuid().ToString("N")));
            run.Create();
            double top1 = double.NaN;
            TrainingRun.Execute(
                job,
                run,
                e => top1 = e is EvaluationCompleted { OfTarget: true } scored ? scored.Metrics[MetricKeys.TargetTop1] : top1,
                CancellationToken.None
            );
            Directory.Delete(run.Path, recursive: true);
            return top1;
        }

        /// <summary>Most of a domain's images train: of the source, a tenth of each class validates.</summary>
        private DataSpec Import(string domain, int seed)
        {
            string images = Path.Combine(Data, domain),
                manifest = Path.Combine(Scratch, $"{domain}-{seed}.jsonl");
            if (!File.Exists(manifest))
                FolderImport.FromFolder(images, new SplitPlan(Validation: 0.1, Seed: seed)).Manifest.Save(manifest);
            return new DataSpec(manifest, images, domain);
        }
    }
}
