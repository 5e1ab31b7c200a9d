using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Models;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Training.Backbones;
using BlazorTransfer.Training.Models;
using BlazorTransfer.Training.Weights;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Tests.Backbones;

/// <summary>What a head with a hidden layer must hold in every family of architectures; the smallest network stands for its
/// family.</summary>
public sealed class MlpHeadTests
{
    private const int Width = 7,
        Classes = 5;

    // Steps and copies of the largest take long and show nothing that others do not.
    private const long Large = 35_000_000;

    // Built by the same code as their relatives.
    private static readonly string[] Variants = ["ResNeXt", "Wide ResNet", "EfficientNetV2"];

    private static readonly HeadSpec Head = new(Width, 0.25);

    public static TheoryData<string> Families => [.. Smallest.Select(s => s.Name)];

    public static TheoryData<string> SmallerFamilies => [.. Smallest.Where(s => s.Parameters < Large).Select(s => s.Name)];

    private static IEnumerable<BackboneSpec> Smallest =>
        BackboneRegistry.All.Where(s => !Variants.Contains(s.Family)).GroupBy(s => s.Family).Select(f => f.MinBy(s => s.Parameters)!);

    [Theory, MemberData(nameof(Families))]
    public void Head_WithAHiddenLayer_TakesThePlainOnesPlace_AndIsRestoredFromItsDescription(string name)
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        using Backbone backbone = BackboneRegistry.Create(name, Classes, Head);
        backbone.eval();
        Dictionary<string, Tensor> state = backbone.state_dict();
        int first = backbone.HeadTakesMap ? 2 : 0;
        string hidden = $"{backbone.HeadName}.{first}",
            norm = $"{backbone.HeadName}.{first + 1}",
            last = $"{backbone.HeadName}.{first + 4}";
        string[] expected =
        [
            $"{hidden}.weight",
            $"{hidden}.bias",
            $"{norm}.weight",
            $"{norm}.bias",
            $"{norm}.running_mean",
            $"{norm}.running_var",
            $"{norm}.num_batches_tracked",
            $"{last}.weight",
            $"{last}.bias",
        ];
        Assert.Equal(
            expected.Order(StringComparer.Ordinal),
            state.Keys.Where(k => k.StartsWith(backbone.HeadName + ".", StringComparison.Ordinal)).Order(StringComparer.Ordinal)
        );
        // Nothing else came to or went from the network.
        int auxiliary = state.Keys.Count(k => backbone.AuxiliaryHeads.Any(a => k.StartsWith(a + ".", StringComparison.Ordinal)));
        Assert.Equal(
            state.Count,
            backbone.LayerGroups.SelectMany(g => g.Modules).Sum(m => m.state_dict().Count) + auxiliary + expected.Length
        );
        Assert.Equal(expected.Length, backbone.Head.state_dict().Count);

        Tensor images = rand(2, 3, 96, 96),
            logits = backbone.call(images);

        Assert.Equal([2, Classes], logits.shape);
        // A new batch norm is nearly the identity.
        Tensor features = backbone.Pool(backbone.ForwardFeatures(images));
        Tensor neurons = nn.functional.linear(features, state[$"{hidden}.weight"], state[$"{hidden}.bias"]).div(Math.Sqrt(1 + 1e-5)).relu();
        Assert.True(
            allclose(nn.functional.linear(neurons, state[$"{last}.weight"], state[$"{last}.bias"]), logits, 1e-4, 1e-5),
            "The logits are others."
        );

        if (backbone.Spec.Parameters > Large)
            return;
        string file = Path.GetTempFileName();
        try
        {
            Describe(backbone).Save(file);
            Dictionary<string, TensorData> tensors = state.ToDictionary(t => t.Key, t => TensorData.FromTensor(t.Value));
            using TransferModel restored = TransferModel.Restore(ModelDescription.Load(file), tensors);
            Assert.Equal(Head, restored.Backbone.HeadSpec);
            Assert.True(restored.Logits(images).equal(logits).all().item<bool>(), "The restored model answers otherwise.");
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory, MemberData(nameof(SmallerFamilies))]
    public void Training_ChangesAllOfTheHead_AndABatchOfOneImageLeavesItsStatistics(string name)
    {
        using var scope = NewDisposeScope();
        using Backbone backbone = BackboneRegistry.Create(name, Classes, Head with { Dropout = 0 });
        backbone.Freeze(backbone.LayerGroups.Count);
        backbone.train();
        Dictionary<string, Tensor> start = Copy(backbone.Head);
        using optim.Optimizer optimizer = optim.SGD(backbone.parameters().Where(p => p.requires_grad), 0.1);
        Tensor single = rand(1, 3, 96, 96);
        // A trunk that was never trained sees hardly any difference between images.
        Tensor features = randn([8, .. backbone.ForwardFeatures(single).shape[1..]]);

        Step(backbone.ForwardHead(features), arange(8, dtype: ScalarType.Int64).remainder(Classes));

        Dictionary<string, Tensor> after = Copy(backbone.Head);
        // What is added before a batch norm is taken away by it.
        string lost = $"{(backbone.HeadTakesMap ? 2 : 0)}.bias";
        Assert.All(
            after.Where(t => t.Key != lost),
            t => Assert.False(t.Value.equal(start[t.Key]).all().item<bool>(), $"{t.Key} did not change.")
        );

        // The class it is least sure of: where it is quite sure of the right one, there is nothing to learn.
        Tensor logits = backbone.call(single);
        Step(logits, logits.argmin(1));

        string[] statistics =
        [
            .. after.Keys.Where(k =>
                k.Contains("running", StringComparison.Ordinal) || k.EndsWith("num_batches_tracked", StringComparison.Ordinal)
            ),
        ];
        Assert.Equal(3, statistics.Length);
        Dictionary<string, Tensor> last = Copy(backbone.Head);
        Assert.All(statistics, s => Assert.True(last[s].equal(after[s]).all().item<bool>(), $"{s} changed."));
        Assert.All(last, t => Assert.True(t.Value.isfinite().all().item<bool>(), t.Key));
        string bias = backbone.HeadTakesMap ? "6.bias" : "4.bias";
        Assert.False(last[bias].equal(after[bias]).all().item<bool>(), "A batch of one image trains nothing.");

        void Step(Tensor logits, Tensor labels)
        {
            optimizer.zero_grad();
            nn.functional.cross_entropy(logits, labels).backward();
            optimizer.step();
        }
    }

    [Theory]
    [InlineData("resnet18_slim", 3)]
    // A hundred times the trunk's weights.
    [InlineData("resnet20_cifar", HeadSpec.MaximumWidth)]
    [InlineData("squeezenet1_1", HeadSpec.MaximumWidth)]
    [InlineData("mobilenet_v2", 256)]
    [InlineData("googlenet", 256)]
    public void WeightsWithSuchAHead_FitTheirNetwork_SayTheirHead_AndAreAStartForTheTrunkAlone(string name, int width)
    {
        using var scope = NewDisposeScope();
        using Backbone original = BackboneRegistry.Create(name, Classes, new HeadSpec(width)),
            plain = BackboneRegistry.Create(name, Classes);
        Dictionary<string, TensorData> tensors = original.state_dict().ToDictionary(t => t.Key, t => TensorData.FromTensor(t.Value));

        Assert.Equal([name], WeightsLoader.FittingBackbones(tensors));
        Assert.Equal(new FileHead(Classes, new HeadSpec(width)), WeightsLoader.HeadOf(name, tensors));
        Assert.True(WeightsLoader.TrunkDifferences(name, tensors).IsWhole);
        // GoogLeNet's auxiliary heads have the file's classes and differ.
        WeightsMismatch differences = WeightsLoader.Differences(name, tensors);
        Assert.Equal((0, 0), (differences.MissingCount, differences.UnexpectedCount));
        LoadReport report = WeightsLoader.Load(plain, tensors);
        Assert.False(report.HeadLoaded);
        Assert.DoesNotContain(report.Loaded, k => k.StartsWith(plain.HeadName + ".", StringComparison.Ordinal));
        string kernel = report.Loaded[0];
        Assert.True(plain.state_dict()[kernel].equal(original.state_dict()[kernel]).all().item<bool>());
    }

    [Fact]
    public void HeadOf_AFileThatClaimsAWidthBeyondAll_IsNone()
    {
        const int claimed = HeadSpec.MaximumWidth + 1;
        var tensors = new Dictionary<string, TensorData>
        {
            ["fc.0.weight"] = new(ElementType.Float32, [claimed, 256], new byte[4 * claimed * 256]),
            ["fc.1.running_mean"] = new(ElementType.Float32, [claimed], new byte[4 * claimed]),
            ["fc.4.weight"] = new(ElementType.Float32, [3, claimed], new byte[4 * 3 * claimed]),
        };

        Assert.Equal(("fc", claimed), MlpHead.Find(tensors));
        Assert.Null(WeightsLoader.HeadOf("resnet18_slim", tensors));
    }

    [Theory]
    [InlineData("""{ "width": 4097 }""")]
    [InlineData("""{ "width": 0 }""")]
    [InlineData("""{ "width": 8, "dropout": "NaN" }""")]
    public void Description_WithAnImpossibleHead_IsRefused(string head)
    {
        using Backbone backbone = BackboneRegistry.Create("resnet20_cifar", Classes, Head);
        string file = Path.GetTempFileName();
        try
        {
            Describe(backbone).Save(file);
            string json = File.ReadAllText(file);
            int start = json.IndexOf("\"head\": {", StringComparison.Ordinal) + "\"head\": ".Length,
                end = json.IndexOf('}', start) + 1;
            File.WriteAllText(file, json[..start] + head + json[end..]);

            Assert.Contains(
                "no possible head",
                Assert.Throws<InvalidDataException>(() => ModelDescription.Load(file)).Message,
                StringComparison.Ordinal
            );
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Description_OfALinearHead_IsWrittenAsBefore()
    {
        using Backbone backbone = BackboneRegistry.Create("resnet20_cifar", Classes);
        string file = Path.GetTempFileName();
        try
        {
            Describe(backbone).Save(file);

            Assert.DoesNotContain("\"head\"", File.ReadAllText(file), StringComparison.Ordinal);
            Assert.Null(ModelDescription.Load(file).Head);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static ModelDescription Describe(Backbone backbone) =>
        new()
        {
            Backbone = backbone.Spec.Name,
            Classes = [.. Enumerable.Range(0, Classes).Select(c => $"c{c}")],
            Head = backbone.HeadSpec,
            Preprocessing = backbone.Spec.Preprocessing,
            Method = "linear-probe",
            Epoch = 1,
            Metrics = new Dictionary<string, double> { [MetricKeys.ValidationTop1] = 1 },
        };

    private static Dictionary<string, Tensor> Copy(nn.Module module)
    {
        using var gradients = no_grad();
        return module.state_dict().ToDictionary(t => t.Key, t => t.Value.clone());
    }
}
