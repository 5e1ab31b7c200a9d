using System.Buffers.Binary;

namespace BlazorTransfer.Training.Weights;

/// <summary>
/// PyTorch's format before 1.6: five pickles one after another (magic number, protocol, system, the object, the storages' keys),
/// then for each storage the number of elements and the elements.
/// </summary>
internal static class PyTorchLegacy
{
    private const long Protocol = 1001;
    private static readonly Int128 Magic = new(0x1950, 0xa86a20f9469cfc6c);

    public static WeightsContent Read(Stream stream)
    {
        if (stream.Length > WeightsLimits.TensorBytes)
            throw new WeightsException(
                "pytorch.old-too-large",
                $"Files of PyTorch's old format are read up to 2 GB. Save it again with a current PyTorch."
            );
        byte[] bytes = GC.AllocateUninitializedArray<byte>((int)stream.Length);
        stream.ReadExactly(bytes);
        var reader = new PickleReader(bytes);
        if (reader.Read() is not Int128 magic || magic != Magic)
            throw new WeightsException("pytorch.other-pickle", $"It is a Python pickle, but no PyTorch file; pickles are never run here.");
        if (reader.Read() is not Protocol)
            throw new WeightsException("pytorch.version", $"The file's format version is unknown.");
        if (reader.Read() is not Dictionary<string, object?> system || system.GetValueOrDefault("little_endian") is not true)
            throw new WeightsException("pytorch.big-endian", $"The file was written on a big-endian machine.");
        object? root = reader.Read();
        if (reader.Read() is not List<object?> keys)
            throw new WeightsException("pytorch.list-damaged", $"The list of the file's data is damaged.");
        var sizes = new Dictionary<string, int>(StringComparer.Ordinal);
        CollectElementSizes(root, sizes);
        var storages = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        long position = reader.Position;
        foreach (
            string key in keys.Select(k =>
                k as string ?? throw new WeightsException("pytorch.list-damaged", $"The list of the file's data is damaged.")
            )
        )
        {
            if (position + 8 > bytes.Length)
                throw new WeightsException("weights.ends-early", $"The file ends before its data does.");
            long count = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan((int)position));
            // A storage that no tensor of the state dictionary uses has an unknown element size, so nothing after it can be found.
            if (!sizes.TryGetValue(key, out int size))
                throw new WeightsException("pytorch.extra-data", $"The file holds data that is no part of its state dictionary.");
            position += 8;
            if (count < 0 || count > (bytes.Length - position) / size)
                throw new WeightsException("weights.ends-early", $"The file ends before its data does.");
            if (!storages.TryAdd(key, bytes.AsMemory((int)position, (int)(count * size))))
                throw new WeightsException("pytorch.list-twice", $"The list of the file's data names one twice.");
            position += count * size;
        }

        return PickledStateDict.Read(root, storages);
    }

    private static void CollectElementSizes(object? value, Dictionary<string, int> sizes)
    {
        // Dictionaries may be nested (an optimizer beside the model) and, through the memo, contain themselves.
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        var pending = new Stack<object?>([value]);
        while (pending.TryPop(out object? next))
        {
            if (next is PickledTensor tensor)
                sizes[tensor.Storage.Key] = tensor.Storage.Type.Size();
            IEnumerable<object?> children = next switch
            {
                Dictionary<string, object?> dictionary when seen.Add(dictionary) => dictionary.Values,
                List<object?> list when seen.Add(list) => list,
                object?[] tuple when seen.Add(tuple) => tuple,
                _ => [],
            };
            foreach (object? child in children)
                pending.Push(child);
        }
    }
}
