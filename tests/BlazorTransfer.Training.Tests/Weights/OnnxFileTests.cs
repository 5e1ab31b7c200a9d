using BlazorTransfer.Fuzzing;
using BlazorTransfer.Training.Weights;
using BlazorTransfer.Training.Weights.Onnx;
using Google.Protobuf;

namespace BlazorTransfer.Training.Tests.Weights;

/// <summary>What an ONNX file may hold, and the limits with the words of their refusals.</summary>
public sealed class OnnxFileTests
{
    [Fact]
    public void Read_OfNetwork_GivesItsTensorsAndLayers()
    {
        WeightsContent content = Read(WeightsSeed.Of("onnx").Single(s => s.Name == "network.onnx").File);

        Assert.Equal(
            ["bn.bias", "bn.mean", "bn.variance", "bn.weight", "conv.weight", "fc.bias", "fc.weight"],
            content.Tensors.Keys.Order()
        );
        NetworkGraph graph = content.Graph!;
        Assert.Equal([(LayerKind.Convolution, true), (LayerKind.Linear, false)], graph.Layers.Select(l => (l.Kind, l.Norm is not null)));
        Assert.True(graph.Layers[1].Follows(0));
        Assert.False(graph.Layers[0].Follows(1));
        Assert.Equal(6 + 4 + 8 + 4, graph.Weights);
        Assert.Equal("an ONNX network by pytorch (convolutions: 1, batch norms: 1, linear layers: 1, weights: 22)", graph.Describe());
    }

    [Fact]
    public void Read_OfEachNumberFormat_GivesItsValues_AndSkipsWhatIsNoWeight()
    {
        IReadOnlyDictionary<string, TensorData> tensors = Read(WeightsSeed.Of("onnx").Single(s => s.Name == "types.onnx").File).Tensors;

        Assert.Equal([0.5f, 1, 2], tensors["floats"].ToSingles());
        Assert.Equal([0.5f, 1], tensors["doubles"].ToSingles());
        Assert.Empty(tensors["scalar"].Shape);
        Assert.False(tensors.ContainsKey("shape"));
    }

    public static TheoryData<string, string> Refusals =>
        new()
        {
            { "no graph", "no network" },
            { "two graphs", "two networks" },
            { "no weights", "no floating-point weights" },
            { "too few bytes", "does not fit its bytes" },
            { "negative side", "negative side" },
            { "huge shape", "fit into memory" },
            { "many dimensions", "33 dimensions" },
            { "twice", "'a' is there twice" },
            { "external", "in another file" },
            { "long name", "2000 characters" },
            { "node without operator", "without operator" },
            { "many nodes", "more than 10000" },
            { "cut off", "damaged" },
        };

    [Theory, MemberData(nameof(Refusals))]
    public void Read_OfHostileFile_RefusesInWords(string fault, string words) =>
        Assert.Contains(words, Assert.Throws<WeightsException>(() => Read(Hostile(fault))).Message, StringComparison.Ordinal);

    private static byte[] Hostile(string fault)
    {
        var tensor = new TensorProto
        {
            Name = "a",
            DataType = 1,
            Dims = { 1 },
            FloatData = { 1 },
        };
        var graph = new GraphProto { Initializer = { tensor } };
        switch (fault)
        {
            case "no graph":
                return [.. Model(null), .. Model(null)];
            case "two graphs":
                return [.. Model(graph), .. Model(graph)];
            case "no weights":
                tensor.DataType = 7;
                break;
            case "too few bytes":
                tensor.Dims[0] = 2;
                break;
            case "negative side":
                tensor.Dims[0] = -1;
                break;
            case "huge shape":
                tensor.Dims.Add([long.MaxValue, 4]);
                break;
            case "many dimensions":
                tensor.Dims.Add(Enumerable.Repeat(1L, 32));
                break;
            case "twice":
                graph.Initializer.Add(tensor.Clone());
                break;
            case "external":
                tensor.DataLocation = TensorProto.Types.DataLocation.External;
                break;
            case "long name":
                tensor.Name = new string('n', 2000);
                break;
            case "node without operator":
                graph.Node.Add(new NodeProto { Output = { "x" } });
                break;
            case "many nodes":
                graph.Node.Add(Enumerable.Repeat(new NodeProto { OpType = "Relu", Output = { "x" } }, 10_000));
                break;
            case "cut off":
                return Model(graph)[..^3];
            default:
                throw new ArgumentOutOfRangeException(nameof(fault), fault, null);
        }

        return Model(graph);
    }

    private static byte[] Model(GraphProto? graph)
    {
        var model = new ModelProto { ProducerName = "a test", Graph = graph };
        return [0x08, 8, .. model.ToByteArray()];
    }

    private static WeightsContent Read(byte[] file) => WeightsFile.Read(new MemoryStream(file));
}
