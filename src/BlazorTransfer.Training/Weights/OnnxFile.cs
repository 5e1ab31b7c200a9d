using System.Runtime.InteropServices;
using BlazorTransfer.Training.Weights.Onnx;
using Google.Protobuf;

namespace BlazorTransfer.Training.Weights;

/// <summary>
/// The ONNX format: a protocol buffer of a graph, whose initialisers are the weights. Only they and the order of the layers are read, and
/// nothing is computed. Messages are read one by one, so that a file cannot ask for more objects than <see cref="MostMessages"/>.
/// </summary>
internal static class OnnxFile
{
    // A protocol buffer is no larger.
    private const long MaximumBytes = int.MaxValue;

    // The largest of our networks has two thousand nodes and fifteen hundred tensors.
    private const int MostMessages = 10_000;
    private const int MostInputs = 1_000;

    private static readonly MessageParser<NodeProto> Nodes = NodeProto.Parser.WithDiscardUnknownFields(true);
    private static readonly MessageParser<TensorProto> Tensors = TensorProto.Parser.WithDiscardUnknownFields(true);

    /// <summary>Whether a file may be one: a model begins with the version of its format, which is a small number.</summary>
    /// <param name="head">Its first bytes, two at least.</param>
    public static bool IsLikely(ReadOnlySpan<byte> head) => head[0] == 0x08 && head[1] is > 0 and < 0x80;

    /// <summary>The tensors by their names in the file, and the graph's layers.</summary>
    /// <exception cref="WeightsException">The file is damaged, or holds no weights that can be used.</exception>
    public static WeightsContent Read(Stream stream)
    {
        if (stream.Length > MaximumBytes)
            throw new WeightsException("onnx.too-large", $"An ONNX file of more than {MaximumBytes >> 30} GB cannot be read.");
        try
        {
            (string producer, ByteString graph) = ReadModel(stream);
            (IReadOnlyList<NodeProto> nodes, Dictionary<string, TensorData> tensors) = ReadGraph(graph);
            return tensors.Count == 0
                ? throw new WeightsException(
                    "onnx.no-weights",
                    $"The ONNX file holds no floating-point weights. Export the network with its weights inside."
                )
                : new WeightsContent(tensors, null) { Graph = new NetworkGraph(producer, OnnxLayers.Of(nodes, tensors)) };
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new WeightsException("onnx.damaged", $"The ONNX file is damaged.", e);
        }
    }

    private static (string Producer, ByteString Graph) ReadModel(Stream stream)
    {
        using var input = new CodedInputStream(stream, leaveOpen: true);
        string producer = "";
        ByteString? graph = null;
        while (input.ReadTag() is not 0 and uint tag)
        {
            if (IsMessage(tag, ModelProto.ProducerNameFieldNumber))
                producer = WeightsLimits.CheckName(input.ReadString());
            else if (!IsMessage(tag, ModelProto.GraphFieldNumber))
                input.SkipLastField();
            else if (graph is null)
                graph = input.ReadBytes();
            else
                throw new WeightsException("onnx.two-networks", $"The ONNX file holds two networks.");
        }

        return (producer, graph ?? throw new WeightsException("onnx.no-network", $"The ONNX file holds no network."));
    }

    private static (IReadOnlyList<NodeProto> Nodes, Dictionary<string, TensorData> Tensors) ReadGraph(ByteString graph)
    {
        var nodes = new List<NodeProto>();
        var tensors = new Dictionary<string, TensorData>(StringComparer.Ordinal);
        using CodedInputStream input = graph.CreateCodedInput();
        for (int messages = 0; input.ReadTag() is not 0 and uint tag; )
        {
            bool isNode = IsMessage(tag, GraphProto.NodeFieldNumber);
            if (!isNode && !IsMessage(tag, GraphProto.InitializerFieldNumber))
            {
                input.SkipLastField();
                continue;
            }

            if (++messages > MostMessages)
                throw new WeightsException("onnx.too-many-parts", $"The ONNX file has more than {MostMessages} nodes and tensors.");
            if (isNode)
                nodes.Add(Checked(Nodes.ParseFrom(input.ReadBytes())));
            else if (Tensors.ParseFrom(input.ReadBytes()) is var tensor && TypeOf(tensor) is { } type)
                Add(tensors, tensor, type);
        }

        return (nodes, tensors);
    }

    private static NodeProto Checked(NodeProto node) =>
        node.OpType.Length > 0 && node.Output.Count > 0 && node.Input.Count + node.Output.Count <= MostInputs
            ? node
            : throw new WeightsException("onnx.odd-node", $"The ONNX file has a node without operator or output, or with too many inputs.");

    private static void Add(Dictionary<string, TensorData> tensors, TensorProto tensor, ElementType type)
    {
        string name = WeightsLimits.CheckName(tensor.Name),
            shown = WeightsLimits.Shown(name);
        if (tensor.DataLocation != TensorProto.Types.DataLocation.Default)
            throw new WeightsException(
                "onnx.external-data",
                $"The values of '{shown}' are in another file. Save the ONNX network as one file."
            );
        if (tensor.Dims.Count > WeightsLimits.Dimensions)
            throw new WeightsException("weights.dimensions", $"'{shown}' has {tensor.Dims.Count} dimensions.");
        ReadOnlyMemory<byte> bytes =
            tensor.HasRawData ? tensor.RawData.Memory
            : type == ElementType.Float32 ? Bytes<float>([.. tensor.FloatData])
            : type == ElementType.Float64 ? Bytes<double>([.. tensor.DoubleData])
            : ReadOnlyMemory<byte>.Empty;
        long count = TensorData.Count(tensor.Dims);
        if (count > bytes.Length || count * type.Size() != bytes.Length)
            throw new WeightsException("weights.shape-and-bytes", $"The shape of '{shown}' does not fit its bytes.");
        if (!tensors.TryAdd(name, new TensorData(type, [.. tensor.Dims], bytes)))
            throw new WeightsException("weights.twice", $"'{shown}' is there twice.");
    }

    private static byte[] Bytes<T>(T[] values)
        where T : unmanaged => MemoryMarshal.AsBytes<T>(values).ToArray();

    /// <summary>The element type of weights; null for other tensors, such as the shape that a reshaping node takes.</summary>
    private static ElementType? TypeOf(TensorProto tensor) =>
        tensor.DataType switch
        {
            (int)TensorProto.Types.DataType.Float => ElementType.Float32,
            (int)TensorProto.Types.DataType.Float16 => ElementType.Float16,
            (int)TensorProto.Types.DataType.Double => ElementType.Float64,
            (int)TensorProto.Types.DataType.Bfloat16 => ElementType.BFloat16,
            _ => null,
        };

    private static bool IsMessage(uint tag, int field) => tag == WireFormat.MakeTag(field, WireFormat.WireType.LengthDelimited);
}
