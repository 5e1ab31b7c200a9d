using System.Text.Json;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Imaging;
using BlazorTransfer.Training.Backbones;
using BlazorTransfer.Training.Classifiers;
using BlazorTransfer.Training.Inputs;
using BlazorTransfer.Training.Optimization;
using BlazorTransfer.Training.Settings;
using BlazorTransfer.Training.Weights;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Tests.Adaptation;

/// <summary>
/// Decoding, resizing, network, standardisation and optimizer together against figures of PyTorch on real images of four domains: learned
/// from one
/// and asked about another, standardised as the source is and each as itself.
/// </summary>
public sealed class PacsReferenceTests(ITestOutputHelper output)
{
    private const int Seeds = 2,
        Epochs = 60,
        BatchSize = 32;

    [LongFact]
    public void SourceOnlyAndPerDomainStandardisation_AreWithinThreePointsOfTheReference_OnAllSixPairs()
    {
        string data = SharedFiles.Path("data", "pacs-small"),
            weights = SharedFiles.Path("weights", "mobilenet_v2-imagenet.pth");
        var reference = JsonSerializer.Deserialize<Dictionary<string, Dictionary<string, double>>>(
            File.ReadAllText(SharedFiles.Path("reference", "pacs-small-adaptation.json"))
        )!;
        using var scope = NewDisposeScope();
        using Backbone backbone = BackboneRegistry.Create("mobilenet_v2", 1000);
        WeightsLoader.Load(backbone, WeightsFile.Open(weights));
        backbone.eval();
        Dictionary<string, (Tensor Features, Tensor Labels)> domains = new[] { "photo", "art_painting", "cartoon", "sketch" }.ToDictionary(
            d => d,
            d => Features(backbone, Path.Combine(data, d))
        );
        List<string> off = [];

        foreach (IGrouping<string, string> pairs in reference.Keys.GroupBy(pair => pair.Split(" -> ")[0]))
        {
            using Standardisation ofSource = Standardisation.Of(domains[pairs.Key].Features);
            Linear[] classifiers =
            [
                .. Enumerable
                    .Range(0, Seeds)
                    .Select(seed => Train(ofSource.Apply(domains[pairs.Key].Features), domains[pairs.Key].Labels, seed)),
            ];
            foreach (string pair in pairs)
            {
                (Tensor features, Tensor labels) = domains[pair.Split(" -> ")[1]];
                using Standardisation ofTarget = Standardisation.Of(features);
                double Accuracy(Standardisation standard)
                {
                    using var inference = no_grad();
                    return classifiers.Average(c =>
                        c.call(standard.Apply(features)).argmax(1).eq(labels).to(float64).mean().item<double>()
                    );
                }

                foreach ((string name, double ours) in new[] { ("src", Accuracy(ofSource)), ("zdom", Accuracy(ofTarget)) })
                {
                    string line = $"{pair}, {name}: {ours:P1}, reference {reference[pair][name]:P1}";
                    output.WriteLine(line);
                    if (Math.Abs(ours - reference[pair][name]) > 0.03)
                        off.Add(line);
                }
            }
        }

        Assert.Empty(off);
    }

    /// <summary>Shorter side to 224, the middle of it; pooled features [N, 1280] and class numbers [N].</summary>
    private static (Tensor Features, Tensor Labels) Features(Backbone backbone, string folder)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        var transforms = new ImageTransforms(Preprocessing.ImageNet with { ResizeShorterSide = 224 });
        string[] classes = [.. Directory.GetDirectories(folder).Order(StringComparer.Ordinal)];
        (string File, long Label)[] images =
        [
            .. classes.SelectMany((c, label) => Directory.GetFiles(c).Order(StringComparer.Ordinal).Select(f => (f, (long)label))),
        ];
        List<Tensor> features = [];
        foreach ((string File, long Label)[] batch in images.Chunk(BatchSize))
        {
            using var step = NewDisposeScope();
            float[] inputs = new float[batch.Length * transforms.Length];
            Parallel.For(
                0,
                batch.Length,
                i => transforms.Evaluate(ImageDecoder.DecodeRgb(batch[i].File), inputs.AsSpan(i * transforms.Length, transforms.Length))
            );
            features.Add(
                backbone
                    .Pool(backbone.ForwardFeatures(tensor(inputs, [batch.Length, 3, transforms.Side, transforms.Side])))
                    .MoveToOuterDisposeScope()
            );
        }

        return (cat(features).MoveToOuterDisposeScope(), tensor([.. images.Select(i => i.Label)]).MoveToOuterDisposeScope());
    }

    /// <summary>SGD at 0.01 with momentum 0.9 and weight decay 1e-3, in batches of 32, for 60 epochs.</summary>
    private static Linear Train(Tensor features, Tensor labels, int seed)
    {
        manual_seed(seed);
        Linear classifier = nn.Linear(features.shape[1], labels.max().item<long>() + 1);
        (ParameterSet? settings, _) = ParameterSet.Resolve(
            CommonParameters.All,
            new Dictionary<string, ParameterValue>
            {
                [CommonParameters.LearningRate] = 0.01,
                [CommonParameters.Momentum] = 0.9,
                [CommonParameters.WeightDecay] = 1e-3,
                [CommonParameters.Optimizer] = "sgd",
            }
        );
        using var optimizer = new RunOptimizer([new ParameterGroup([.. classifier.parameters()])], settings!);
        for (int epoch = 0; epoch < Epochs; epoch++)
        {
            using var scope = NewDisposeScope();
            foreach (Tensor rows in randperm(features.shape[0]).split(BatchSize))
            {
                classifier.zero_grad();
                optimizer.Accumulate(
                    nn.functional.cross_entropy(classifier.call(features.index_select(0, rows)), labels.index_select(0, rows))
                );
                optimizer.Step();
            }
        }

        return classifier;
    }
}
