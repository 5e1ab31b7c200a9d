using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Models;
using BlazorTransfer.Imaging;
using BlazorTransfer.Training.Backbones;
using BlazorTransfer.Training.Inputs;
using BlazorTransfer.Training.Weights;
using BlazorTransfer.Training.Weights.Onnx;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Tests.Backbones;

/// <summary>ONNX networks as weights of a known network: by the names of their tensors, or by their layers.</summary>
public sealed class PretrainedFileTests(ITestOutputHelper output)
{
    private const string Network = "resnet20_cifar";
    private const string ImageNet = "resnet18_microsoft";

    // Of features up to 19: single precision, added in another order, was 1.5e-5 apart.
    private const double Tolerance = 1e-4;
    private const int Images = 64;

    [Fact]
    public void Named_GraphWithoutTheNamesOfTheNetwork_GetsThemByItsLayers()
    {
        using Backbone backbone = BackboneRegistry.Create(Network, 10);
        Dictionary<string, byte[]> own = Trunk(backbone).ToDictionary(t => t.Key, t => t.Value.Bytes.ToArray());

        WeightsContent content = PretrainedFile.Named(Read(GraphOf(backbone)));

        Assert.Equal(own.Keys.Order(), content.Tensors.Keys.Order());
        Assert.All(own, t => Assert.Equal(t.Value, content.Tensors[t.Key].Bytes.ToArray()));
        Assert.Equal([Network], WeightsLoader.FittingBackbones(content.Tensors));
        Assert.Contains("batch norms: 19", content.Note, StringComparison.Ordinal);
    }

    [Fact]
    public void Named_GraphWithTheNamesOfTheNetwork_IsTakenAsItIs()
    {
        using Backbone backbone = BackboneRegistry.Create(Network, 10);
        GraphProto graph = GraphOf(backbone, (layer, part) => $"model.{layer}.{part}");

        WeightsContent content = PretrainedFile.Named(Read(graph));

        Assert.Equal([Network], WeightsLoader.FittingBackbones(content.Tensors));
        Assert.Contains("without the prefix 'model.'", content.Note, StringComparison.Ordinal);
    }

    [Fact]
    public void Named_GraphWithEqualLayersSideBySide_IsRefused_SinceNothingSaysWhichIsWhich()
    {
        using Backbone backbone = BackboneRegistry.Create(Network, 10);
        GraphProto graph = GraphOf(backbone);
        NodeProto[] convolutions = [.. graph.Node.Where(n => n.OpType == "Conv")];
        // The second layer of the first block takes what the first takes.
        convolutions[2].Input[0] = convolutions[1].Input[0];

        WeightsContent content = PretrainedFile.Named(Read(graph));

        Assert.Empty(WeightsLoader.FittingBackbones(content.Tensors));
        Assert.Contains("[16, 16, 3, 3] are side by side", content.Note, StringComparison.Ordinal);
    }

    [Fact]
    public void Named_GraphWhoseNormsAreFolded_SaysSo()
    {
        using Backbone backbone = BackboneRegistry.Create(Network, 10);
        GraphProto graph = GraphOf(backbone);
        foreach (NodeProto norm in graph.Node.Where(n => n.OpType == "BatchNormalization"))
            norm.OpType = "Relu";
        foreach (NodeProto convolution in graph.Node.Where(n => n.OpType == "Conv"))
            convolution.Input.Add("0.bias");

        WeightsContent content = PretrainedFile.Named(Read(graph));

        Assert.Contains("It is an ONNX network", content.Note, StringComparison.Ordinal);
        Assert.Contains("No known network has these layers", content.Note, StringComparison.Ordinal);
        Assert.Contains("folded into the convolutions", content.Note, StringComparison.Ordinal);
    }

    /// <summary>Channel order and scale fold exactly, also at the border, where zeros stand for the mean colour.</summary>
    [Fact]
    public void Fold_OfRandomKernel_GivesTheOutputOfTheGraph_AlsoAtTheBorder()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        Preprocessing preprocessing = BackboneRegistry.Find(ImageNet)!.Preprocessing;
        Tensor kernel = randn(4, 3, 7, 7),
            bytes = randint(0, 256, [1, 3, 32, 32]).to(float32), // red, green, blue
            mean = tensor([.. preprocessing.Mean]).reshape(1, 3, 1, 1),
            std = tensor([.. preprocessing.Std]).reshape(1, 3, 1, 1);

        Tensor folded = BackboneRegistry.InputOfGraph(ImageNet)!.Fold(TensorData.FromTensor(kernel), preprocessing).ToTensor();

        Tensor expected = nn.functional.conv2d((bytes - mean * 255).flip(1), kernel, strides: [2, 2], padding: [3, 3]),
            actual = nn.functional.conv2d((bytes / 255 - mean) / std, folded, strides: [2, 2], padding: [3, 3]);
        Assert.True(allclose(expected, actual, rtol: 1e-4, atol: 1e-2), $"{(expected - actual).abs().max().item<float>()}");
    }

    [Fact]
    public void BuiltInImageNetWeights_OnRealImages_GiveOnnxRuntimesFeatures()
    {
        string[] files =
        [
            .. Directory
                .GetFiles(SharedFiles.Path("data", "hymenoptera", "val"), "*.jpg", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal)
                .Take(Images),
        ];
        Assert.Equal(Images, files.Length);
        string path = BuiltInWeights.Of(AppContext.BaseDirectory).Single(w => w.Card.Backbone == ImageNet).Path;
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        using Backbone backbone = BackboneRegistry.Create(ImageNet, 2);
        WeightsLoader.Load(backbone, PretrainedFile.Open(path));
        backbone.eval();
        var transforms = new ImageTransforms(backbone.Spec.Preprocessing);
        using var session = new InferenceSession(path);
        double largest = 0,
            magnitude = 0;

        foreach (string file in files)
        {
            using var step = NewDisposeScope();
            RgbImage crop = transforms.EvaluationCrop(File.ReadAllBytes(file));
            float[] input = new float[transforms.Length];
            transforms.Normalise(crop, input);
            float[] ours = [.. backbone.ForwardFeatures(tensor(input).reshape(1, 3, crop.Height, crop.Width)).data<float>()],
                theirs = OnnxRuntimes(session, crop);
            largest = Math.Max(largest, ours.Zip(theirs, (a, b) => Math.Abs((double)a - b)).Max());
            magnitude = Math.Max(magnitude, theirs.Max());
        }

        output.WriteLine($"Largest difference {largest:g3}, of features up to {magnitude:g3}.");
        Assert.InRange(largest, 0, Tolerance);
    }

    /// <summary>Features [512] of an image as the package's own program asks for them: blue, green, red, 0…255, minus the mean.</summary>
    private static float[] OnnxRuntimes(InferenceSession session, RgbImage crop)
    {
        float[] mean = [103.06f, 115.90f, 123.15f];
        int pixels = crop.Width * crop.Height;
        float[] input = new float[3 * pixels];
        for (int i = 0; i < input.Length; i++)
            input[i] = crop.Pixels[i % pixels * 3 + 2 - i / pixels] - mean[i / pixels];
        using OrtValue value = OrtValue.CreateTensorValueFromMemory(input, [1, 3, crop.Height, crop.Width]);
        using var options = new RunOptions();
        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(options, session.InputNames, [value], session.OutputNames);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }

    /// <summary>A chain of the network's layers; what a graph has beside them does not count.</summary>
    private static GraphProto GraphOf(Backbone backbone, Func<string, string, string>? nameOf = null)
    {
        Dictionary<string, TensorData> tensors = Trunk(backbone);
        var graph = new GraphProto();
        string last = "image";
        int layers = 0;
        foreach (TrunkLayer layer in TrunkLayer.Of(backbone))
        {
            foreach ((string? module, string type, string[] parts) in Nodes(layer))
            {
                if (module is null)
                    continue;
                string number = $"{layers++}";
                var node = new NodeProto { OpType = type, Input = { last } };
                foreach (string part in parts)
                {
                    string name = nameOf?.Invoke(module, part) ?? $"{number}.{part}";
                    TensorData tensor = tensors[$"{module}.{part}"];
                    graph.Initializer.Add(
                        new TensorProto
                        {
                            Name = name,
                            DataType = 1,
                            Dims = { tensor.Shape },
                            RawData = ByteString.CopyFrom(tensor.Bytes.Span),
                        }
                    );
                    node.Input.Add(name);
                }

                node.Output.Add(last = $"output {number}");
                graph.Node.Add(node);
            }
        }

        // A bias for a test that wants one.
        graph.Initializer.Add(
            new TensorProto
            {
                Name = "0.bias",
                DataType = 1,
                Dims = { 1 },
                FloatData = { 0 },
            }
        );
        return graph;
    }

    private static (string? Module, string Type, string[] Parts)[] Nodes(TrunkLayer layer) =>
        [(layer.Convolution, "Conv", ["weight"]), (layer.Norm, "BatchNormalization", ["weight", "bias", "running_mean", "running_var"])];

    private static Dictionary<string, TensorData> Trunk(Backbone backbone) =>
        backbone
            .state_dict()
            .Where(t =>
                !t.Key.StartsWith(backbone.HeadName + ".", StringComparison.Ordinal)
                && !t.Key.EndsWith("num_batches_tracked", StringComparison.Ordinal)
            )
            .ToDictionary(t => t.Key, t => TensorData.FromTensor(t.Value));

    private static WeightsContent Read(GraphProto graph) =>
        WeightsFile.Read(new MemoryStream([0x08, 8, .. new ModelProto { Graph = graph }.ToByteArray()]));
}
