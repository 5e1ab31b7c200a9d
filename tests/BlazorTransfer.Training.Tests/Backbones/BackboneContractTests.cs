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
    public static TheoryData<string> Names => [.. BackboneRegistry.All.Select(s => s.Name)];

    [Theory, MemberData(nameof(Names))]
    public void Forward_WithFilledWeights_GivesTorchvisionsLogits(string name)
    {
        using JsonDocument reference = JsonDocument.Parse(File.ReadAllText(SharedFiles.Path("reference", "torchvision-logits.json")));
        JsonElement expected = Entry(reference.RootElement, name);
        using var scope = NewDisposeScope();
        using Backbone backbone = BackboneRegistry.Create(name, 1000);
        FillRule.Fill(backbone);
        backbone.eval();
        using var gradients = no_grad();

        float[] logits = backbone.call(FillRule.Input(backbone.Spec.Preprocessing.CropSize)).data<float>().ToArray();

        double deviation = expected.GetProperty("std").GetDouble();
        double[] first = [.. expected.GetProperty("logits_first8").EnumerateArray().Select(v => v.GetDouble())];
        for (int i = 0; i < first.Length; i++) Assert.InRange(Math.Abs(logits[i] - first[i]) / deviation, 0, 1e-3);
        Assert.Equal(expected.GetProperty("argmax").GetInt32(), Array.IndexOf(logits, logits.Max()));
    }

    [Theory, MemberData(nameof(Names))]
    public void Create_WithThousandClasses_HasTheSpecifiedParameters(string name)
    {
        using Backbone backbone = BackboneRegistry.Create(name, 1000);

        Assert.Equal(backbone.Spec.Parameters, backbone.parameters().Sum(p => p.numel()));
        Assert.Equal(backbone.Spec.LayerGroups, backbone.LayerGroups.Select(g => g.Name));
    }

    [Theory, MemberData(nameof(Names))]
    public void ForwardFeatures_WhenPooled_HasTheSpecifiedWidth(string name)
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        using Backbone backbone = BackboneRegistry.Create(name, 5);
        backbone.eval();
        Tensor images = rand(2, 3, 96, 96);

        Tensor features = backbone.ForwardFeatures(images);

        Assert.Equal([2, backbone.Spec.FeatureDim], backbone.Pool(features).shape);
        Assert.Equal([2, 5], backbone.ForwardHead(features).shape);
        Assert.True(allclose(backbone.ForwardHead(features), backbone.call(images)));
    }

    [Theory, MemberData(nameof(Names))]
    public void Freeze_AtEveryDepth_KeepsFrozenWeightsAndStatistics(string name)
    {
        using var scope = NewDisposeScope();
        using Backbone backbone = BackboneRegistry.Create(name, 3);
        for (int depth = 0; depth <= backbone.LayerGroups.Count; depth++)
        {
            backbone.Freeze(depth);
            backbone.train();
            Dictionary<string, Tensor> before = Copy(backbone, depth);
            using optim.Optimizer optimizer = optim.SGD(backbone.parameters().Where(p => p.requires_grad), 0.1);
            Tensor loss = nn.functional.cross_entropy(backbone.call(rand(2, 3, 96, 96)), tensor(new long[] { 0, 2 }));
            loss.backward();
            optimizer.step();

            Dictionary<string, Tensor> after = Copy(backbone, depth);
            Assert.All(before, t => Assert.True(t.Value.equal(after[t.Key]).all().item<bool>(), t.Key));
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void Weights_SavedAndLoadedInEachFormat_GiveTheSameLogits(string name)
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        using Backbone original = BackboneRegistry.Create(name, 4);
        original.eval();
        Tensor images = rand(1, 3, 96, 96);
        Tensor expected = original.call(images);
        Dictionary<string, TensorData> tensors = original.state_dict().ToDictionary(t => t.Key, t => TensorData.FromTensor(t.Value));
        string folder = Directory.CreateTempSubdirectory("blazortransfer-").FullName;
        try
        {
            Safetensors.Write(Path.Combine(folder, "w.safetensors"), tensors);
            PthWriter.Write(Path.Combine(folder, "w.pth"), tensors);
            foreach (string file in Directory.GetFiles(folder))
            {
                using Backbone copy = BackboneRegistry.Create(name, 4);
                LoadReport report = WeightsLoader.Load(copy, WeightsFile.Open(file));
                copy.eval();
                Assert.True(report.HeadLoaded);
                Assert.Empty(report.Missing);
                Assert.True(copy.call(images).equal(expected).all().item<bool>(), file);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void TrainingSteps_InAScope_LeaveNoTensorsBehind(string name)
    {
        using Backbone backbone = BackboneRegistry.Create(name, 3);
        backbone.train();
        using optim.Optimizer optimizer = optim.SGD(backbone.parameters(), 0.01);
        var counts = new List<long>();
        for (int step = 0; step < 4; step++)
        {
            using (NewDisposeScope())
            {
                optimizer.zero_grad();
                nn.functional.cross_entropy(backbone.call(rand(2, 3, 64, 64)), tensor(new long[] { 0, 1 })).backward();
                optimizer.step();
            }

            counts.Add(Tensor.TotalCount);
        }

        Assert.Single(counts.Skip(1).Distinct());
    }

    private static Dictionary<string, Tensor> Copy(Backbone backbone, int groups) => backbone.LayerGroups.Take(groups)
        .SelectMany((g, i) => g.Modules.SelectMany((m, j) => m.state_dict().Select(t => (Key: $"{i}.{j}.{t.Key}", t.Value))))
        .ToDictionary(t => t.Key, t => t.Value.detach().clone());

    private static JsonElement Entry(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement direct) ? direct : root.GetProperty("models").GetProperty(name);
}
