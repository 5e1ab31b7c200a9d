using System.Buffers.Binary;
using System.Text.Json;
using BlazorTransfer.Core.Protocol;

namespace BlazorTransfer.Training.Weights;

/// <summary>
/// The safetensors format: eight bytes of header length, a JSON header of names, types, shapes and offsets, then the bytes.
/// See the format's README in huggingface/safetensors.
/// </summary>
public static class Safetensors
{
    // The specification allows 100 MB; 16 MB name a hundred thousand tensors.
    private const long MaximumHeader = 16 << 20;

    /// <exception cref="WeightsException">The header is wrong, or the tensors overlap, leave gaps or leave the file.</exception>
    public static IReadOnlyDictionary<string, TensorData> Read(Stream stream)
    {
        Span<byte> length = stackalloc byte[8];
        stream.ReadExactly(length);
        ulong headerLength = BinaryPrimitives.ReadUInt64LittleEndian(length);
        if (headerLength > MaximumHeader || (long)headerLength > stream.Length - 8) throw new WeightsException("The safetensors header is longer than allowed.");
        byte[] header = new byte[headerLength];
        stream.ReadExactly(header);
        List<Entry> entries = ParseHeader(header);
        long dataLength = stream.Length - 8 - (long)headerLength;
        var tensors = new Dictionary<string, TensorData>(StringComparer.Ordinal);
        long position = 0;
        foreach (Entry entry in entries.OrderBy(e => e.Begin).ThenBy(e => e.End))
        {
            if (entry.Begin != position) throw new WeightsException($"The bytes of '{entry.Name}' overlap others or leave a gap.");
            if (entry.End < entry.Begin || entry.End > dataLength) throw new WeightsException($"The bytes of '{entry.Name}' leave the file.");
            long expected = TensorData.Count(entry.Shape);
            if (expected > dataLength || expected * entry.Type.Size() != entry.End - entry.Begin)
                throw new WeightsException($"The shape of '{entry.Name}' does not fit its bytes.");
            byte[] bytes = new byte[entry.End - entry.Begin];
            stream.ReadExactly(bytes);
            if (!tensors.TryAdd(entry.Name, new TensorData(entry.Type, entry.Shape, bytes))) throw new WeightsException($"'{entry.Name}' is there twice.");
            position = entry.End;
        }

        return position == dataLength ? tensors : throw new WeightsException("There are bytes behind the last tensor.");
    }

    /// <summary>Writes atomically; larger element types first, as the format asks, then by name.</summary>
    public static void Write(string path, IReadOnlyDictionary<string, TensorData> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        KeyValuePair<string, TensorData>[] ordered =
            [.. tensors.OrderByDescending(t => t.Value.Type.Size()).ThenBy(t => t.Key, StringComparer.Ordinal)];
        byte[] header = WriteHeader(ordered, metadata);
        AtomicFile.Write(path, stream =>
        {
            Span<byte> length = stackalloc byte[8];
            BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
            stream.Write(length);
            stream.Write(header);
            foreach ((_, TensorData tensor) in ordered) stream.Write(tensor.Bytes.Span);
        });
    }

    private static byte[] WriteHeader(KeyValuePair<string, TensorData>[] tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (metadata is not null)
            {
                json.WriteStartObject("__metadata__");
                foreach ((string key, string value) in metadata) json.WriteString(key, value);
                json.WriteEndObject();
            }

            long position = 0;
            foreach ((string name, TensorData tensor) in tensors)
            {
                json.WriteStartObject(name);
                json.WriteString("dtype", NameOf(tensor.Type));
                json.WriteStartArray("shape");
                foreach (long side in tensor.Shape) json.WriteNumberValue(side);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(position);
                json.WriteNumberValue(position += tensor.Bytes.Length);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        // Spaces bring the tensors to a multiple of eight bytes, so that a reader may map them.
        while (buffer.Length % 8 != 0) buffer.WriteByte((byte)' ');
        return buffer.ToArray();
    }

    private static List<Entry> ParseHeader(byte[] header)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(header, new JsonDocumentOptions { MaxDepth = 8 });
            var entries = new List<Entry>();
            foreach (JsonProperty property in document.RootElement.EnumerateObject().Where(p => p.Name != "__metadata__"))
            {
                long[] shape = [.. property.Value.GetProperty("shape").EnumerateArray().Select(s => s.GetInt64())];
                long[] offsets = [.. property.Value.GetProperty("data_offsets").EnumerateArray().Select(o => o.GetInt64())];
                if (offsets.Length != 2) throw new WeightsException($"'{property.Name}' has no two offsets.");
                entries.Add(new Entry(property.Name, TypeOf(property.Value.GetProperty("dtype").GetString()), shape, offsets[0], offsets[1]));
            }

            return entries;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new WeightsException("The safetensors header is damaged.", e);
        }
    }

    private static ElementType TypeOf(string? name) => name switch
    {
        "F64" => ElementType.Float64,
        "F32" => ElementType.Float32,
        "F16" => ElementType.Float16,
        "BF16" => ElementType.BFloat16,
        "I64" => ElementType.Int64,
        "I32" => ElementType.Int32,
        "I16" => ElementType.Int16,
        "I8" => ElementType.Int8,
        "U8" => ElementType.UInt8,
        "BOOL" => ElementType.Bool,
        _ => throw new WeightsException($"The element type '{name}' is not supported. Save the weights as F32, F16 or BF16."),
    };

    private static string NameOf(ElementType type) => type switch
    {
        ElementType.Float64 => "F64",
        ElementType.Float32 => "F32",
        ElementType.Float16 => "F16",
        ElementType.BFloat16 => "BF16",
        ElementType.Int64 => "I64",
        ElementType.Int32 => "I32",
        ElementType.Int16 => "I16",
        ElementType.Int8 => "I8",
        ElementType.UInt8 => "U8",
        ElementType.Bool => "BOOL",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, null),
    };

    private sealed record Entry(string Name, ElementType Type, long[] Shape, long Begin, long End);
}
