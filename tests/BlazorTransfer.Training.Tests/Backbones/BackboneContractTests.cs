using System.Runtime.InteropServices;
using System.Text.Json;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Training.Backbones;
using BlazorTransfer.Training.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Tests.Backbones;

/// <summary>What every architecture of the registry must hold.</summary>
public sealed class BackboneContractTests
{
    // Steps and files of the largest networks take minutes and show nothing that their smaller relatives do not.
    private const long Large = 35_000_000;

    // Networks above these sizes take most of the time; their smaller relatives stay in 'dotnet test', and VGG-11 in place of its family.
    private const long LongToStep = 20_000_000;
    private const long LongToFill = 80_000_000;
    private const string SmallestVgg = "vgg11";

    // The smallest that Inception v3 does not reduce to nothing is 75.
    private const int Side = 80;

    /// <summary>
    /// First logits of networks that the fill rule drives to 10³ and beyond, where float32 decides nothing: PyTorch 1.13 itself comes
    /// out 0.003 to 2.4 standard deviations from the reference file when it is asked again. These are PyTorch's in float64.
    /// </summary>
    private static readonly Dictionary<string, (double[] First, double Deviation, int ArgMax)> InFloat64 = new()
    {
        ["efficientnet_b5"] = ([8709.149, -11861.4, -18215.86, 10270.16, -2145.019, -953.3091, 11832.62, 15646.26], 11019.54, 404),
        ["efficientnet_b6"] = ([-288917.5, 90039.15, -416262.4, 198383.4, 1329514.0, -1121216.0, 408718.2, -1690624.0], 801740.4, 297),
        ["efficientnet_b7"] = (
            [-19873220.0, -114365300.0, 44610640.0, -17412090.0, 80190690.0, 6566246.0, 69938830.0, -97890020.0],
            100314000.0,
            575
        ),
        ["efficientnet_v2_m"] = (
            [
                11510500000.0,
                -138318400000.0,
                209394600000.0,
                122203500000.0,
                129787600000.0,
                281062200000.0,
                115586500000.0,
                -155796400000.0,
            ],
            153242200000.0,
            498
        ),
    };

    public static TheoryData<string> Names => [.. NamesWhere(s => !TakesLongToFill(s))];

    public static TheoryData<string> LargeNames => [.. NamesWhere(TakesLongToFill)];

    public static TheoryData<string> NamesToStep => [.. NamesWhere(s => s.Parameters < LongToStep)];

    public static TheoryData<string> LargeNamesToStep => [.. NamesWhere(s => s.Parameters is >= LongToStep and < Large)];

    [Fact]
    public void Roles_OneNetworkIsTheDefault_AndFewAreRecommended()
    {
        Assert.Single(BackboneRegistry.All, s => s.Has(BackboneRole.Default));
        // A role of a name that is not registered would be lost.
        Assert.Equal(9, BackboneRegistry.All.Count(s => s.Has(BackboneRole.Recommended)));
    }

    [Theory, MemberData(nameof(Names))]
    public void Network_WithThousandClasses_IsAsSpecified_AndGivesTorchvisionsLogits(string name) => CheckWithThousandClasses(name);

    [LongTheory, MemberData(nameof(LargeNames))]
    public void LargeNetwork_WithThousandClasses_IsAsSpecified_AndGivesTorchvisionsLogits(string name) => CheckWithThousandClasses(name);

    [Theory, MemberData(nameof(NamesToStep))]
    public void Network_InTraining_KeepsWhatIsFrozen_LeavesNoTensors_AndIsReadFromEachFormat(string name) => CheckInTraining(name);

    [LongTheory, MemberData(nameof(LargeNamesToStep))]
    public void LargeNetwork_InTraining_KeepsWhatIsFrozen_LeavesNoTensors_AndIsReadFromEachFormat(string name) => CheckInTraining(name);

    private static bool TakesLongToFill(BackboneSpec spec) => spec.Parameters >= LongToFill && spec.Name != SmallestVgg;

    private static IEnumerable<string> NamesWhere(Func<BackboneSpec, bool> condition) =>
        BackboneRegistry.All.Where(condition).Select(s => s.Name);

    /// <summary>All that needs no training, on one instance: drawing 10⁸ weights takes longer than the rest.</summary>
    private static void CheckWithThousandClasses(string name)
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        using Backbone backbone = BackboneRegistry.Create(name, 1000);
        backbone.eval();

        AssertIsAsSpecified(backbone);
        CheckNamesAreFound(backbone);
        AssertTakesItsSmallestImagesAndNoSmallerOnes(backbone);
        AssertPoolsToTheSpecifiedWidth(backbone);
        using JsonDocument reference = JsonDocument.Parse(File.ReadAllText(SharedFiles.Path("reference", "torchvision-logits.json")));
        // Those that are not torchvision's are tested with weights of their own.
        if (reference.RootElement.TryGetProperty(name, out JsonElement expected))
            AssertGivesTorchvisionsLogits(backbone, expected);
        else
            Assert.DoesNotContain($"torchvision.models.{name}(", BackboneRegistry.PyTorch(name).Construction, StringComparison.Ordinal);
    }

    private static void CheckInTraining(string name)
    {
        LiveTensors.CollectLeftovers();
        using Backbone backbone = BackboneRegistry.Create(name, 3);

        AssertLeavesNoTensorsBehind(backbone);
        // Before the steps on noise, after which a statistic may be infinite: such a file is refused.
        AssertIsReadFromEachFormat(backbone);
        AssertKeepsFrozenWeightsAndStatistics(backbone);
    }

    private static void AssertIsAsSpecified(Backbone backbone)
    {
        Assert.Equal(backbone.Spec.Parameters, backbone.parameters().Sum(p => p.numel()));
        Assert.Equal(backbone.Spec.LayerGroups, backbone.LayerGroups.Select(g => g.Name));
    }

    private static void AssertTakesItsSmallestImagesAndNoSmallerOnes(Backbone backbone)
    {
        int least = backbone.Spec.MinimumImageSize;

        Assert.Equal([1, 1000], backbone.call(zeros(1, 3, least, least)).shape);
        if (least > 1)
            Assert.ThrowsAny<ExternalException>(() => backbone.call(zeros(1, 3, least - 1, least - 1)));
    }

    private static void AssertPoolsToTheSpecifiedWidth(Backbone backbone)
    {
        Tensor images = rand(2, 3, 96, 96);

        Tensor features = backbone.ForwardFeatures(images);

        Assert.Equal([2, backbone.Spec.FeatureDim], backbone.Pool(features).shape);
        Assert.Equal([2, 1000], backbone.ForwardHead(features).shape);
        Assert.True(allclose(backbone.ForwardHead(features), backbone.call(images)));
    }

    private static void AssertGivesTorchvisionsLogits(Backbone backbone, JsonElement expected)
    {
        FillRule.Fill(backbone);
        Assert.Equal(expected.GetProperty("parameters").GetInt64(), backbone.parameters().Sum(p => p.numel()));
        string[] keys = [.. backbone.state_dict().Keys];
        Assert.Equal(expected.GetProperty("state_tensors").GetInt32(), keys.Length);
        // Some modules register their children in another order; the names are what counts.
        Assert.Superset(
            expected
                .GetProperty("first_keys")
                .EnumerateArray()
                .Concat(expected.GetProperty("last_keys").EnumerateArray())
                .Select(k => k.GetString()!)
                .ToHashSet(),
            keys.ToHashSet()
        );

        (double[] First, double Deviation, int ArgMax) answer = InFloat64.TryGetValue(backbone.Spec.Name, out (double[], double, int) exact)
            ? exact
            : (
                [.. expected.GetProperty("logits_first8").EnumerateArray().Select(v => v.GetDouble())],
                expected.GetProperty("std").GetDouble(),
                expected.GetProperty("argmax").GetInt32()
            );

        // Float64 throughout: the differences left are those of the architecture, not of the order of sums.
        backbone.to(ScalarType.Float64);
        double[] logits = backbone
            .call(FillRule.Input(expected.GetProperty("input")[3].GetInt32()).to(ScalarType.Float64))
            .data<double>()
            .ToArray();

        for (int i = 0; i < answer.First.Length; i++)
            Assert.InRange(Math.Abs(logits[i] - answer.First[i]) / answer.Deviation, 0, 1e-3);
        Assert.Equal(answer.ArgMax, Array.IndexOf(logits, logits.Max()));
    }

    private static void AssertKeepsFrozenWeightsAndStatistics(Backbone backbone)
    {
        using var scope = NewDisposeScope();
        for (int depth = 0; depth <= backbone.LayerGroups.Count; depth++)
        {
            backbone.Freeze(depth);
            backbone.train();
            Dictionary<string, Tensor> before = Copy(backbone, depth);
            using optim.Optimizer optimizer = optim.SGD(backbone.parameters().Where(p => p.requires_grad), 1e-4);
            Tensor loss = nn.functional.cross_entropy(backbone.call(rand(2, 3, Side, Side)), tensor(new long[] { 0, 2 }));
            loss.backward();
            optimizer.step();

            Dictionary<string, Tensor> after = Copy(backbone, depth);
            Assert.All(before, t => Assert.True(t.Value.equal(after[t.Key]).all().item<bool>(), t.Key));
        }
    }

    private static void AssertIsReadFromEachFormat(Backbone original)
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        original.eval();
        Tensor images = rand(1, 3, Side, Side);
        Tensor expected = original.call(images);
        Dictionary<string, TensorData> tensors = original.state_dict().ToDictionary(t => t.Key, t => TensorData.FromTensor(t.Value));
        string folder = Directory.CreateTempSubdirectory("blazortransfer-").FullName;
        try
        {
            Safetensors.Write(Path.Combine(folder, "w.safetensors"), tensors);
            PthWriter.Write(Path.Combine(folder, "w.pth"), tensors);
            using Backbone copy = BackboneRegistry.Create(original.Spec.Name, 3);
            copy.eval();
            foreach (string file in Directory.GetFiles(folder))
            {
                Reload(copy, file);
                Assert.True(copy.call(images).equal(expected).all().item<bool>(), file);
            }

            // Files of half the precision are taken and rounded, and nothing else.
            foreach (
                (ScalarType half, string file) in new[] { (ScalarType.Float16, "half.safetensors"), (ScalarType.BFloat16, "brain.pth") }
            )
            {
                string path = Path.Combine(folder, file);
                Dictionary<string, Tensor> rounded = original
                    .state_dict()
                    .ToDictionary(t => t.Key, t => t.Value.is_floating_point() ? t.Value.to(half) : t.Value);
                Dictionary<string, TensorData> data = rounded.ToDictionary(t => t.Key, t => TensorData.FromTensor(t.Value));
                if (Path.GetExtension(file) == ".pth")
                    PthWriter.Write(path, data);
                else
                    Safetensors.Write(path, data);
                Reload(copy, path);
                Assert.All(copy.state_dict(), t => Assert.True(t.Value.equal(rounded[t.Key].to(t.Value.dtype)).all().item<bool>(), t.Key));
            }
        }
        finally
        {
            TestFolder.Delete(folder);
        }
    }

    private static void AssertLeavesNoTensorsBehind(Backbone backbone)
    {
        backbone.train();
        using optim.Optimizer optimizer = optim.SGD(backbone.parameters(), 1e-4);
        var counts = new List<long>();
        for (int step = 0; step < 3; step++)
        {
            using (NewDisposeScope())
            {
                optimizer.zero_grad();
                nn.functional.cross_entropy(backbone.call(rand(2, 3, Side, Side)), tensor(new long[] { 0, 1 })).backward();
                optimizer.step();
            }

            counts.Add(Tensor.TotalCount);
        }

        Assert.Single(counts.Skip(1).Distinct());
    }

    /// <summary>A file's names are taken for the network's, with and without a prefix.</summary>
    private static void CheckNamesAreFound(Backbone backbone)
    {
        string[] names = [.. backbone.state_dict().Keys];
        foreach (string prefix in new[] { "", "module.", "a.b." })
        {
            FoundStateDictionary found = StateDictionaryFinder.Find([new TensorGroup([.. names.Select(n => prefix + n)], () => "")]);
            Assert.Equal((prefix, names.Length), (found.Prefix, found.Names.Count));
        }
    }

    private static void Reload(Backbone backbone, string file)
    {
        // What is not loaded must not pass for loaded.
        foreach (Tensor tensor in backbone.state_dict().Values)
            tensor.zero_();
        LoadReport report = WeightsLoader.Load(backbone, WeightsFile.Open(file));
        Assert.True(report.HeadLoaded);
        Assert.Empty(report.Missing);
        Assert.Empty(report.Mismatched);
    }

    private static Dictionary<string, Tensor> Copy(Backbone backbone, int groups) =>
        backbone
            .LayerGroups.Take(groups)
            .SelectMany((g, i) => g.Modules.SelectMany((m, j) => m.state_dict().Select(t => (Key: $"{i}.{j}.{t.Key}", t.Value))))
            .ToDictionary(t => t.Key, t => t.Value.detach().clone());
}
