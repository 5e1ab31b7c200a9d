using System.Globalization;
using System.Text.Json;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Training.Inputs;
using BlazorTransfer.Training.Models;
using BlazorTransfer.Training.Runs;
using BlazorTransfer.Training.Tests.Export;
using BlazorTransfer.Training.Tests.Runs;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Tests.LabelKinds;

/// <summary>A head for several labels on MobileNetV2's features of real photographs, here and in PyTorch.</summary>
public sealed class CocoComparisonTests(PythonScripts python, ITestOutputHelper output) : IDisposable, IClassFixture<PythonScripts>
{
    private const int Seeds = 3;
    private const int Epochs = 60;

    // The same head, loss, optimizer, schedule, batches, choice of the epoch and of the thresholds; only random numbers differ.
    private const string Script = """
        import json, math, sys
        import torch

        data = json.load(open("features.json"))
        names = ("trainFeatures", "trainLabels", "features", "labels")
        train_x, train_y, x, y = (torch.tensor(data[name], dtype=torch.float32) for name in names)
        epochs, batch = data["epochs"], 32

        def cuts(truth, p):
            order = p.argsort(descending=True)
            p, hits = p[order], truth[order].cumsum(0)
            last = torch.cat([p[1:] != p[:-1], torch.tensor([True])])
            n = torch.arange(1, len(p) + 1)
            return p[last].double(), hits[last].double(), n[last].double()

        def figures(p):
            precisions, f1 = [], [0.0, 0.0]
            for l in range(y.shape[1]):
                truth, total = y[:, l], y[:, l].sum().double()
                threshold = 0.5
                if total > 0:
                    least, hits, n = cuts(truth, p[:, l])
                    recall = torch.cat([torch.zeros(1).double(), hits / total])
                    precisions.append(((recall[1:] - recall[:-1]) * hits / n).sum().item())
                    below = torch.cat([least[1:], torch.zeros(1).double()])
                    candidates = [(round(2 * h / (c + total.item()), 9), -abs(t - 0.5), t)
                                  for h, c, t in zip(hits.tolist(), n.tolist(), ((least + below) / 2).tolist())]
                    threshold = max(candidates)[2]
                given = p[:, l].double() >= threshold
                f1[0] += 2 * (given & (truth > 0)).sum().item()
                f1[1] += given.sum().item() + total.item()
            return sum(precisions) / len(precisions), f1[0] / f1[1]

        results = []
        for seed in range(data["seeds"]):
            torch.manual_seed(seed)
            head = torch.nn.Sequential(torch.nn.Dropout(0.2), torch.nn.Linear(x.shape[1], y.shape[1]))
            optimizer = torch.optim.SGD(head.parameters(), 0.01, momentum=0.9, weight_decay=1e-4)
            steps = epochs * math.ceil(len(train_x) / batch)
            schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda s: (1 + math.cos(math.pi * s / steps)) / 2)
            best = (-1, 0)
            for epoch in range(epochs):
                head.train()
                for rows in torch.randperm(len(train_x)).split(batch):
                    loss = torch.nn.functional.binary_cross_entropy_with_logits(head(train_x[rows]), train_y[rows], reduction="none")
                    optimizer.zero_grad()
                    loss.sum(1).mean().backward()
                    optimizer.step()
                    schedule.step()
                head.eval()
                with torch.no_grad():
                    found = figures(head(x).sigmoid())
                best = max(best, found, key=lambda f: f[0])
            results.append(best)
        print(json.dumps(results))
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("blazortransfer-").FullName;
    private readonly SmallRun _small = new();

    public void Dispose()
    {
        _small.Dispose();
        TestFolder.Delete(_folder);
    }

    [LongFact]
    public void LinearProbe_OnCocoWithMobileNetV2_ScoresAsTheSameHeadInPyTorch()
    {
        python.SkipWhereAbsent();
        JobSpec job = Job();
        WriteFeatures(job);

        (double Map, double MicroF1)[] ours = [.. Enumerable.Range(0, Seeds).Select(seed => Best(job with { Seed = seed }))];
        File.WriteAllText(Path.Combine(_folder, "train.py"), Script);
        (double Map, double MicroF1)[] theirs =
        [
            .. JsonSerializer.Deserialize<double[][]>(python.Run(_folder, "train.py"))!.Select(r => (r[0], r[1])),
        ];

        output.WriteLine(Row("BlazorTransfer", ours));
        output.WriteLine(Row("PyTorch", theirs));
        AssertAlike([.. ours.Select(o => o.Map)], [.. theirs.Select(t => t.Map)]);
        AssertAlike([.. ours.Select(o => o.MicroF1)], [.. theirs.Select(t => t.MicroF1)]);
    }

    private JobSpec Job()
    {
        DatasetManifest data = CocoImages.Read(validation: 0.4);
        Assert.Equal((40, 51), (data.Samples.Count, data.Classes.Count));
        string manifest = Path.Combine(_folder, "coco.jsonl");
        data.Save(manifest);
        JobSpec job = _small.Job(
            "linear-probe",
            "mobilenet_v2",
            SharedFiles.Path("weights", "mobilenet_v2-imagenet.pth"),
            ("epochs", Epochs),
            ("augmentation", "none")
        );
        return job with { Data = new DataSpec(manifest, CocoImages.Images) };
    }

    /// <summary>Figures of the best epoch.</summary>
    private (double Map, double MicroF1) Best(JobSpec job)
    {
        EpochCompleted best = _small.Execute(job).Events.OfType<EpochCompleted>().Last(e => e.IsBest);
        return (best.Metrics[MetricKeys.ValidationMap], best.Metrics[MetricKeys.ValidationMicroF1]);
    }

    /// <summary>Features as our network gives them, for a head elsewhere.</summary>
    private void WriteFeatures(JobSpec job)
    {
        using var run = TrainingRun.Prepare(job, _ => { });
        (float[][] trainFeatures, float[][] trainLabels) = FeaturesOf(run, Split.Train);
        (float[][] features, float[][] labels) = FeaturesOf(run, Split.Validation);
        File.WriteAllText(
            Path.Combine(_folder, "features.json"),
            JsonSerializer.Serialize(
                new
                {
                    trainFeatures,
                    trainLabels,
                    features,
                    labels,
                    epochs = Epochs,
                    seeds = Seeds,
                }
            )
        );
    }

    private static (float[][] Features, float[][] Labels) FeaturesOf(TrainingRun run, Split split)
    {
        using var inference = no_grad();
        TransferModel model = run.Model;
        model.Backbone.eval();
        List<float[]> features = [],
            labels = [];
        foreach (Batch batch in run.Images.Evaluation(split).ReadAll(16, CancellationToken.None))
        {
            using var scope = NewDisposeScope();
            Tensor rows = model.Backbone.Pool(model.ForwardTo(model.HeadEntry, batch.Inputs));
            features.AddRange(rows.data<float>().ToArray().Chunk((int)rows.shape[1]));
            labels.AddRange(batch.Labels.data<float>().ToArray().Chunk(model.Classes.Count));
        }

        return ([.. features], [.. labels]);
    }

    /// <summary>The means differ by no more than the seeds of either.</summary>
    private static void AssertAlike(double[] ours, double[] theirs)
    {
        double spread = Math.Max(ours.Max() - ours.Min(), theirs.Max() - theirs.Min());
        Assert.InRange(ours.Average(), theirs.Average() - spread, theirs.Average() + spread);
    }

    private static string Cells(IEnumerable<double> values) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{100 * values.Average():F2} | {string.Join(", ", values.Select(v => (100 * v).ToString("F2", CultureInfo.InvariantCulture)))}"
        );

    private static string Row(string who, (double Map, double MicroF1)[] results) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"| {who} | {Cells(results.Select(r => r.Map))} | {Cells(results.Select(r => r.MicroF1))} |"
        );
}
