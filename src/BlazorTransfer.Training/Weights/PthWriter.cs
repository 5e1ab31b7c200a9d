using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using BlazorTransfer.Core.Protocol;

namespace BlazorTransfer.Training.Weights;

/// <summary>
/// Writes a state dictionary as <c>torch.save</c> does (zip format, pickle protocol 2), for <c>torch.load</c> also with
/// <c>weights_only=True</c>.
/// </summary>
public static class PthWriter
{
    public static void Write(string path, IReadOnlyDictionary<string, TensorData> tensors) =>
        AtomicFile.Write(
            path,
            stream =>
            {
                using var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
                Add(zip, "archive/data.pkl", Pickle(tensors));
                int key = 0;
                foreach (TensorData tensor in tensors.Values)
                    Add(zip, $"archive/data/{key++}", tensor.Bytes.Span);
                Add(zip, "archive/version", "3\n"u8);
            }
        );

    private static void Add(ZipArchive zip, string name, ReadOnlySpan<byte> bytes)
    {
        using Stream entry = zip.CreateEntry(name, CompressionLevel.NoCompression).Open();
        entry.Write(bytes);
    }

    /// <summary>The description of the tensors, whose storages are numbered in their order.</summary>
    internal static byte[] Pickle(IReadOnlyDictionary<string, TensorData> tensors)
    {
        using var pickle = new MemoryStream();
        pickle.Write([0x80, 2]); // PROTO 2
        Global(pickle, "collections", "OrderedDict");
        pickle.Write(")R("u8); // OrderedDict(), then MARK
        int key = 0;
        foreach ((string name, TensorData tensor) in tensors)
        {
            Text(pickle, name);
            Global(pickle, "torch._utils", "_rebuild_tensor_v2");
            pickle.Write("(("u8); // the arguments, and in them the persistent id
            Text(pickle, "storage");
            Global(pickle, "torch", StorageName(tensor.Type));
            Text(pickle, (key++).ToString(System.Globalization.CultureInfo.InvariantCulture));
            Text(pickle, "cpu");
            Integer(pickle, TensorData.Count(tensor.Shape));
            pickle.Write("tQ"u8);
            Integer(pickle, 0);
            Tuple(pickle, tensor.Shape);
            Tuple(pickle, Strides(tensor.Shape));
            pickle.WriteByte(0x89); // requires_grad = False
            Global(pickle, "collections", "OrderedDict");
            pickle.Write(")RtR"u8); // backward_hooks = OrderedDict(); end of arguments; call
        }

        pickle.Write("u"u8); // SETITEMS
        Metadata(pickle);
        pickle.Write("."u8); // STOP
        return pickle.ToArray();
    }

    /// <summary>The dictionary's attribute <c>_metadata</c>, <c>{"": {"version": 2}}</c>: torchvision's MNASNet refuses a file without it,
    /// and nothing else asks.</summary>
    private static void Metadata(MemoryStream pickle)
    {
        pickle.Write("}"u8); // the state
        Text(pickle, "_metadata");
        Global(pickle, "collections", "OrderedDict");
        pickle.Write(")R"u8);
        Text(pickle, "");
        pickle.Write("}"u8);
        Text(pickle, "version");
        Integer(pickle, 2);
        pickle.Write("sssb"u8); // SETITEM thrice, BUILD
    }

    internal static long[] Strides(IReadOnlyList<long> shape)
    {
        long[] strides = new long[shape.Count];
        long stride = 1;
        for (int d = shape.Count - 1; d >= 0; d--)
        {
            strides[d] = stride;
            stride *= shape[d];
        }

        return strides;
    }

    internal static string StorageName(ElementType type) =>
        type switch
        {
            ElementType.Float64 => "DoubleStorage",
            ElementType.Float32 => "FloatStorage",
            ElementType.Float16 => "HalfStorage",
            ElementType.BFloat16 => "BFloat16Storage",
            ElementType.Int64 => "LongStorage",
            ElementType.Int32 => "IntStorage",
            ElementType.Int16 => "ShortStorage",
            ElementType.Int8 => "CharStorage",
            ElementType.UInt8 => "ByteStorage",
            ElementType.Bool => "BoolStorage",
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, null),
        };

    internal static void Global(MemoryStream pickle, string module, string name) =>
        pickle.Write(Encoding.ASCII.GetBytes($"c{module}\n{name}\n"));

    internal static void Text(MemoryStream pickle, string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, utf8.Length);
        pickle.WriteByte((byte)'X');
        pickle.Write(length);
        pickle.Write(utf8);
    }

    internal static void Tuple(MemoryStream pickle, IEnumerable<long> values)
    {
        pickle.WriteByte((byte)'(');
        foreach (long value in values)
            Integer(pickle, value);
        pickle.WriteByte((byte)'t');
    }

    internal static void Integer(MemoryStream pickle, long value)
    {
        Span<byte> bytes = stackalloc byte[10];
        if (value is >= int.MinValue and <= int.MaxValue)
        {
            bytes[0] = (byte)'J';
            BinaryPrimitives.WriteInt32LittleEndian(bytes[1..], (int)value);
            pickle.Write(bytes[..5]);
            return;
        }

        bytes[0] = 0x8a; // LONG1 of eight bytes
        bytes[1] = 8;
        BinaryPrimitives.WriteInt64LittleEndian(bytes[2..], value);
        pickle.Write(bytes);
    }
}
