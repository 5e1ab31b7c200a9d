using System.IO.Compression;
using BlazorTransfer.Training.Weights;
using BlazorTransfer.Training.Weights.Onnx;
using Google.Protobuf;

namespace BlazorTransfer.Fuzzing;

/// <summary>A small valid file of weights in its parts, so that one part can be changed and the file still hold together.</summary>
/// <param name="Name">File name.</param>
/// <param name="Parts">Header and data; entries of a zip; pickles and storages.</param>
/// <param name="Assemble">Makes the file of the parts.</param>
internal sealed record WeightsSeed(
    string Name,
    IReadOnlyList<(string Name, byte[] Bytes)> Parts,
    Func<IReadOnlyList<(string Name, byte[] Bytes)>, byte[]> Assemble
)
{
    private static readonly Dictionary<string, TensorData> Network = new()
    {
        ["conv.weight"] = Tensor(ElementType.Float32, 2, 3),
        ["bn.running_mean"] = Tensor(ElementType.Float32, 2),
        ["bn.num_batches_tracked"] = Tensor(ElementType.Int64),
    };

    private static readonly Dictionary<string, TensorData> EveryType = Enum.GetValues<ElementType>()
        .ToDictionary(t => $"module.{t}", t => Tensor(t, 3, 1));

    private static readonly Dictionary<string, TensorData> Half = new()
    {
        ["denselayer1.norm.1.weight"] = Tensor(ElementType.Float16, 2),
        ["denselayer1.conv.2.weight"] = Tensor(ElementType.BFloat16, 1, 2, 1, 1),
        ["empty"] = Tensor(ElementType.Float32, 0, 4),
    };

    public byte[] File => Assemble(Parts);

    /// <summary>The seeds of a target of <see cref="FuzzTarget"/> that reads weights.</summary>
    public static IReadOnlyList<WeightsSeed> Of(string target) =>
        target switch
        {
            "safetensors" => [Safetensors("network", Network), Safetensors("types", EveryType), Safetensors("half", Half)],
            "pth" =>
            [
                Pth("network", Network),
                Pth("types", EveryType),
                Pth("half", Half),
                Pth("wrapped", Network, "state_dict"),
                Protocol4("protocol4", Network),
            ],
            "legacy" => [Legacy("network", Network), Legacy("types", EveryType), Legacy("half", Half), Legacy("wrapped", Network, "model")],
            "onnx" => [Onnx("network", OnnxNetwork), Onnx("types", OnnxTypes)],
            _ => [],
        };

    /// <summary>A convolution, its batch norm and a linear layer.</summary>
    private static GraphProto OnnxNetwork =>
        new()
        {
            Node =
            {
                Node("Conv", "c", "image", "conv.weight"),
                Node("BatchNormalization", "n", "c", "bn.weight", "bn.bias", "bn.mean", "bn.variance"),
                Node("Relu", "r", "n"),
                Node("Gemm", "answer", "r", "fc.weight", "fc.bias"),
            },
            Initializer =
            {
                Raw("conv.weight", ElementType.Float32, 2, 3, 1, 1),
                Raw("bn.weight", ElementType.Float32, 2),
                Raw("bn.bias", ElementType.Float32, 2),
                Raw("bn.mean", ElementType.Float32, 2),
                Raw("bn.variance", ElementType.Float32, 2),
                Raw("fc.weight", ElementType.Float32, 4, 2),
                Raw("fc.bias", ElementType.Float32, 4),
            },
        };

    /// <summary>Each way to store numbers, and a tensor that holds no weights.</summary>
    private static GraphProto OnnxTypes =>
        new()
        {
            Initializer =
            {
                Raw("half", ElementType.Float16, 2, 2),
                Raw("bfloat16", ElementType.BFloat16, 3),
                Raw("double", ElementType.Float64, 1, 2),
                new TensorProto
                {
                    Name = "floats",
                    DataType = 1,
                    Dims = { 3 },
                    FloatData = { 0.5f, 1, 2 },
                },
                new TensorProto
                {
                    Name = "doubles",
                    DataType = 11,
                    Dims = { 2 },
                    DoubleData = { 0.5, 1 },
                },
                new TensorProto
                {
                    Name = "shape",
                    DataType = 7,
                    Dims = { 2 },
                },
                Raw("scalar", ElementType.Float32),
            },
        };

    private static WeightsSeed Onnx(string name, GraphProto graph) =>
        new(
            $"{name}.onnx",
            [
                ("producer", "pytorch"u8.ToArray()),
                .. graph.Node.Select(n => ("node", n.ToByteArray())),
                .. graph.Initializer.Select(t => ("tensor", t.ToByteArray())),
            ],
            parts =>
                [
                    .. (byte[])[0x08, 8],
                    .. Field(ModelProto.ProducerNameFieldNumber, parts[0].Bytes),
                    .. Field(
                        ModelProto.GraphFieldNumber,
                        [
                            .. parts
                                .Skip(1)
                                .SelectMany(p =>
                                    Field(p.Name == "node" ? GraphProto.NodeFieldNumber : GraphProto.InitializerFieldNumber, p.Bytes)
                                ),
                        ]
                    ),
                ]
        );

    private static byte[] Field(int number, byte[] content)
    {
        using var field = new MemoryStream();
        using (var output = new CodedOutputStream(field, leaveOpen: true))
        {
            output.WriteTag(number, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(ByteString.CopyFrom(content));
        }

        return field.ToArray();
    }

    private static NodeProto Node(string type, string output, params string[] inputs) =>
        new()
        {
            OpType = type,
            Output = { output },
            Input = { inputs },
        };

    private static TensorProto Raw(string name, ElementType type, params long[] shape) =>
        new()
        {
            Name = name,
            DataType = type switch
            {
                ElementType.Float32 => 1,
                ElementType.Float16 => 10,
                ElementType.Float64 => 11,
                ElementType.BFloat16 => 16,
                _ => throw new ArgumentOutOfRangeException(nameof(type), type, null),
            },
            Dims = { shape },
            RawData = ByteString.CopyFrom(Tensor(type, shape).Bytes.Span),
        };

    private static WeightsSeed Safetensors(string name, Dictionary<string, TensorData> tensors)
    {
        string path = Path.GetTempFileName();
        try
        {
            Training.Weights.Safetensors.Write(path, tensors, new Dictionary<string, string> { ["format"] = "pt" });
            byte[] file = System.IO.File.ReadAllBytes(path);
            int header = (int)BitConverter.ToInt64(file);
            return new WeightsSeed(
                $"{name}.safetensors",
                [("header", file[8..(8 + header)]), ("data", file[(8 + header)..])],
                parts => [.. BitConverter.GetBytes((long)parts[0].Bytes.Length), .. parts[0].Bytes, .. parts[1].Bytes]
            );
        }
        finally
        {
            System.IO.File.Delete(path);
        }
    }

    private static WeightsSeed Pth(string name, Dictionary<string, TensorData> tensors, string? wrapper = null) =>
        new(
            $"{name}.pth",
            [
                ("archive/data.pkl", Pickle(tensors, wrapper)),
                ("archive/byteorder", "little"u8.ToArray()),
                .. tensors.Values.Select((t, i) => ($"archive/data/{i}", t.Bytes.ToArray())),
                ("archive/version", "3\n"u8.ToArray()),
            ],
            Zip
        );

    /// <summary>A checkpoint in pickle protocol 4, with an averaged copy and an optimizer beside the network.</summary>
    private static WeightsSeed Protocol4(string name, Dictionary<string, TensorData> tensors)
    {
        Dictionary<string, object?> Prefixed(string prefix) => tensors.ToDictionary(t => prefix + t.Key, t => (object?)t.Value);
        (byte[] pickle, IReadOnlyList<TensorData> storages) = CheckpointPickle.Of(
            new Dictionary<string, object?>
            {
                ["epoch"] = 3,
                ["state_dict"] = Prefixed("module."),
                ["state_dict_ema"] = Prefixed(""),
                ["optimizer"] = new Dictionary<string, object?>
                {
                    ["param_groups"] = new List<object?> { 1, "x", null },
                },
            },
            4
        );
        return new WeightsSeed(
            $"{name}.pth",
            [("archive/data.pkl", pickle), .. storages.Select((t, i) => ($"archive/data/{i}", t.Bytes.ToArray()))],
            Zip
        );
    }

    private static WeightsSeed Legacy(string name, Dictionary<string, TensorData> tensors, string? wrapper = null) =>
        new(
            $"{name}.th",
            [
                // The magic number 0x1950a86a20f9469cfc6c, the protocol 1001, and the system.
                ("magic", [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, (byte)'.']),
                ("protocol", [0x80, 2, (byte)'M', 0xe9, 3, (byte)'.']),
                ("system", [0x80, 2, .. "}q\0X\r\0\0\0little_endian"u8, 0x88, (byte)'s', (byte)'.']),
                ("object", Pickle(tensors, wrapper)),
                ("keys", Keys(tensors.Count)),
                .. tensors.Values.Select(
                    (t, i) => ($"{i}", (byte[])[.. BitConverter.GetBytes(TensorData.Count(t.Shape)), .. t.Bytes.Span])
                ),
            ],
            parts => [.. parts.SelectMany(p => p.Bytes)]
        );

    private static byte[] Pickle(Dictionary<string, TensorData> tensors, string? wrapper)
    {
        byte[] pickle = PthWriter.Pickle(tensors);
        if (wrapper is null)
            return pickle;
        using var wrapped = new MemoryStream();
        wrapped.Write([0x80, 2, (byte)'}']);
        PthWriter.Text(wrapped, wrapper);
        wrapped.Write(pickle.AsSpan(2, pickle.Length - 3));
        wrapped.Write("s."u8);
        return wrapped.ToArray();
    }

    private static byte[] Keys(int count)
    {
        using var keys = new MemoryStream();
        keys.Write([0x80, 2, (byte)']', (byte)'(']);
        for (int i = 0; i < count; i++)
            PthWriter.Text(keys, $"{i}");
        keys.Write("e."u8);
        return keys.ToArray();
    }

    /// <summary>A zip whose entries are stored, as PyTorch writes them.</summary>
    internal static byte[] Zip(IReadOnlyList<(string Name, byte[] Bytes)> entries)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, byte[] bytes) in entries)
            {
                ZipArchiveEntry entry = zip.CreateEntry(name, CompressionLevel.NoCompression);
                // The same file each time.
                entry.LastWriteTime = new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
                using Stream content = entry.Open();
                content.Write(bytes);
            }
        }

        return stream.ToArray();
    }

    private static TensorData Tensor(ElementType type, params long[] shape)
    {
        byte[] bytes = new byte[TensorData.Count(shape) * type.Size()];
        for (int i = 0; i < bytes.Length; i++)
            bytes[i] = (byte)(i % 2);
        return new TensorData(type, shape, bytes);
    }
}
