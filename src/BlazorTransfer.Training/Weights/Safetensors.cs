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
    // The specification allows 100 MB; 1 MB names eight thousand tensors, and the largest of our networks has fifteen hundred.
    private const long MaximumHeader = 1 << 20;

    // Entries, their fields and the numbers in them.
    private const int HeaderDepth = 4;
    private const string Metadata = "__metadata__";

    /// <summary>Reads a header and checks all of it. Of a file, the tensors themselves are read when they are used: it has to stay
    /// open.</summary>
    /// <exception cref="WeightsException">The header is wrong, or the tensors overlap, leave gaps or leave the file.</exception>
    public static IReadOnlyDictionary<string, TensorData> Read(Stream stream)
    {
        Span<byte> length = stackalloc byte[8];
        stream.ReadExactly(length);
        ulong headerLength = BinaryPrimitives.ReadUInt64LittleEndian(length);
        if (headerLength > MaximumHeader || (long)headerLength > stream.Length - 8)
            throw new WeightsException("safetensors.long-header", $"The safetensors header is longer than allowed.");
        byte[] header = new byte[headerLength];
        stream.ReadExactly(header);
        List<Entry> entries = ParseHeader(header);
        long dataLength = stream.Length - 8 - (long)headerLength;
        CheckLayout(entries, dataLength);
        var tensors = new Dictionary<string, TensorData>(entries.Count, StringComparer.Ordinal);
        foreach (Entry entry in entries)
        {
            int size = (int)(entry.End - entry.Begin);
            ReadOnlyMemory<byte> bytes = stream is FileStream file
                ? new FileBytes(file, 8 + (long)headerLength + entry.Begin, size).Memory
                : ReadBytes(stream, size);
            tensors.Add(entry.Name, new TensorData(entry.Type, entry.Shape, bytes));
        }

        return tensors;
    }

    private static byte[] ReadBytes(Stream stream, int size)
    {
        byte[] bytes = GC.AllocateUninitializedArray<byte>(size);
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>Brings the entries into the order of their bytes, and checks that these are the data: all of it, each byte once.</summary>
    private static void CheckLayout(List<Entry> entries, long dataLength)
    {
        entries.Sort((a, b) => (a.Begin, a.End).CompareTo((b.Begin, b.End)));
        long position = 0;
        foreach (Entry entry in entries)
        {
            string name = WeightsLimits.Shown(entry.Name);
            if (entry.Begin != position)
                throw new WeightsException("safetensors.overlap", $"The bytes of '{name}' overlap others or leave a gap.");
            if (entry.End < entry.Begin || entry.End > dataLength)
                throw new WeightsException("safetensors.leaves-file", $"The bytes of '{name}' leave the file.");
            if (entry.End - entry.Begin > WeightsLimits.TensorBytes)
                throw new WeightsException("weights.tensor-too-large", $"'{name}' is larger than 2 GB.");
            long expected = TensorData.Count(entry.Shape);
            if (expected > dataLength || expected * entry.Type.Size() != entry.End - entry.Begin)
                throw new WeightsException("weights.shape-and-bytes", $"The shape of '{name}' does not fit its bytes.");
            position = entry.End;
        }

        if (position != dataLength)
            throw new WeightsException("safetensors.extra-bytes", $"There are bytes behind the last tensor.");
    }

    /// <summary>Writes atomically; larger element types first, as the format asks, then by name.</summary>
    public static void Write(
        string path,
        IReadOnlyDictionary<string, TensorData> tensors,
        IReadOnlyDictionary<string, string>? metadata = null
    )
    {
        KeyValuePair<string, TensorData>[] ordered =
        [
            .. tensors.OrderByDescending(t => t.Value.Type.Size()).ThenBy(t => t.Key, StringComparer.Ordinal),
        ];
        byte[] header = WriteHeader(ordered, metadata);
        AtomicFile.Write(
            path,
            stream =>
            {
                Span<byte> length = stackalloc byte[8];
                BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
                stream.Write(length);
                stream.Write(header);
                foreach ((_, TensorData tensor) in ordered)
                    stream.Write(tensor.Bytes.Span);
            }
        );
    }

    private static byte[] WriteHeader(KeyValuePair<string, TensorData>[] tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (metadata is not null)
            {
                json.WriteStartObject(Metadata);
                foreach ((string key, string value) in metadata)
                    json.WriteString(key, value);
                json.WriteEndObject();
            }

            long position = 0;
            foreach ((string name, TensorData tensor) in tensors)
            {
                json.WriteStartObject(name);
                json.WriteString("dtype", NameOf(tensor.Type));
                json.WriteStartArray("shape");
                foreach (long side in tensor.Shape)
                    json.WriteNumberValue(side);
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
        while (buffer.Length % 8 != 0)
            buffer.WriteByte((byte)' ');
        return buffer.ToArray();
    }

    private static List<Entry> ParseHeader(byte[] header)
    {
        // Padding may only follow, and what is no object has no entries.
        if (!header.AsSpan().StartsWith("{"u8))
            throw new WeightsException("safetensors.damaged", $"The safetensors header is damaged.");
        try
        {
            using JsonDocument document = JsonDocument.Parse(header, new JsonDocumentOptions { MaxDepth = HeaderDepth });
            var entries = new List<Entry>();
            var names = new HashSet<string>(StringComparer.Ordinal);
            foreach (JsonProperty property in document.RootElement.EnumerateObject())
            {
                if (!names.Add(property.Name))
                    throw new WeightsException("weights.twice", $"'{WeightsLimits.Shown(property.Name)}' is there twice.");
                if (property.Name == Metadata)
                    CheckMetadata(property.Value);
                else
                    entries.Add(ParseEntry(property));
            }

            return entries;
        }
        // A text that is no UTF-8 is an invalid operation.
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new WeightsException("safetensors.damaged", $"The safetensors header is damaged.", e);
        }
    }

    private static Entry ParseEntry(JsonProperty property)
    {
        string name = WeightsLimits.CheckName(property.Name);
        if (property.Value.EnumerateObject().CountBy(p => p.Name).Any(p => p.Value > 1))
            throw new WeightsException("safetensors.described-twice", $"'{WeightsLimits.Shown(name)}' is described twice.");
        if (
            !property.Value.TryGetProperty("dtype", out JsonElement type)
            || !property.Value.TryGetProperty("shape", out JsonElement shape)
            || !property.Value.TryGetProperty("data_offsets", out JsonElement offsets)
            || offsets.GetArrayLength() != 2
        )
            throw new WeightsException(
                "safetensors.not-described",
                $"'{WeightsLimits.Shown(name)}' is not described with its type, shape and two offsets."
            );
        if (shape.GetArrayLength() > WeightsLimits.Dimensions)
            throw new WeightsException("weights.dimensions", $"'{WeightsLimits.Shown(name)}' has {shape.GetArrayLength()} dimensions.");
        return new Entry(
            name,
            TypeOf(type.GetString()),
            [.. shape.EnumerateArray().Select(s => s.GetInt64())],
            offsets[0].GetInt64(),
            offsets[1].GetInt64()
        );
    }

    /// <summary>A flat map of texts, says the format. Nothing here uses it, but a file that breaks the format is not trusted in the
    /// rest.</summary>
    private static void CheckMetadata(JsonElement metadata)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (JsonProperty property in metadata.EnumerateObject())
        {
            if (property.Value.ValueKind != JsonValueKind.String)
                throw new WeightsException("safetensors.odd-metadata", $"The safetensors metadata holds something other than texts.");
            if (!texts.TryAdd(property.Name, property.Value.GetString()!))
                throw new WeightsException("safetensors.metadata-twice", $"The safetensors metadata says something twice.");
        }
    }

    private static ElementType TypeOf(string? name) =>
        name switch
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
            _ => throw new WeightsException(
                "safetensors.type",
                $"The element type '{WeightsLimits.Shown(name ?? "")}' is not supported. Save the weights as F32, F16 or BF16."
            ),
        };

    private static string NameOf(ElementType type) =>
        type switch
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
