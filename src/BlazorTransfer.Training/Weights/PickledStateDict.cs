namespace BlazorTransfer.Training.Weights;

/// <summary>Turns what a pickle describes into tensors, with every claim checked against the bytes that are there.</summary>
internal static class PickledStateDict
{
    private static readonly string[] Wrappers = ["state_dict", "model_state_dict", "model", "net", "state_dict_ema"];

    public static IReadOnlyDictionary<string, TensorData> Read(object? root, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> storages)
    {
        var tensors = new Dictionary<string, TensorData>(StringComparer.Ordinal);
        long total = 0, available = storages.Values.Sum(s => (long)s.Length);
        foreach ((object key, object? value) in Unwrap(root))
        {
            if (key is not string name || value is not PickledTensor tensor) continue;
            // Views may share a storage, but not so often that a small file becomes a large one in memory.
            total += TensorData.Count(tensor.Shape) * tensor.Storage.Type.Size();
            if (total > 2 * available + (1 << 20)) throw new WeightsException("The tensors claim far more bytes than the file has.");
            tensors[name] = Materialise(name, tensor, storages);
        }

        return tensors;
    }

    private static Dictionary<object, object?> Unwrap(object? root)
    {
        if (root is not Dictionary<object, object?> dictionary)
            throw new WeightsException("The file holds no state dictionary. Save it with torch.save(model.state_dict(), …).");
        if (dictionary.Values.Any(v => v is PickledTensor)) return dictionary;
        string? wrapper = Wrappers.FirstOrDefault(dictionary.ContainsKey);
        return wrapper is null ? dictionary : Unwrap(dictionary[wrapper]);
    }

    private static TensorData Materialise(string name, PickledTensor tensor, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> storages)
    {
        int size = tensor.Storage.Type.Size();
        if (!storages.TryGetValue(tensor.Storage.Key, out ReadOnlyMemory<byte> bytes)) throw new WeightsException($"The data of '{name}' is missing.");
        long elements = bytes.Length / size, count = TensorData.Count(tensor.Shape);
        if (tensor.Shape.Count != tensor.Strides.Count || tensor.Offset < 0) throw new WeightsException($"The description of '{name}' is damaged.");
        long last = tensor.Offset;
        for (int d = 0; d < tensor.Shape.Count && count > 0; d++)
        {
            if (tensor.Strides[d] < 0 || tensor.Strides[d] > elements) throw new WeightsException($"The description of '{name}' is damaged.");
            last += (tensor.Shape[d] - 1) * tensor.Strides[d];
        }

        if (count > 0 && (last < 0 || last >= elements)) throw new WeightsException($"The data of '{name}' leaves its storage.");
        if (IsContiguous(tensor)) return new TensorData(tensor.Storage.Type, tensor.Shape, bytes.Slice((int)(tensor.Offset * size), (int)(count * size)));
        return new TensorData(tensor.Storage.Type, tensor.Shape, Gather(tensor, bytes.Span, size, count));
    }

    private static bool IsContiguous(PickledTensor tensor)
    {
        long expected = 1;
        for (int d = tensor.Shape.Count - 1; d >= 0; d--)
        {
            if (tensor.Shape[d] != 1 && tensor.Strides[d] != expected) return false;
            expected *= tensor.Shape[d];
        }

        return true;
    }

    private static byte[] Gather(PickledTensor tensor, ReadOnlySpan<byte> storage, int size, long count)
    {
        byte[] result = new byte[count * size];
        long[] index = new long[tensor.Shape.Count];
        for (long i = 0; i < count; i++)
        {
            long from = tensor.Offset;
            for (int d = 0; d < index.Length; d++) from += index[d] * tensor.Strides[d];
            storage.Slice((int)(from * size), size).CopyTo(result.AsSpan((int)(i * size)));
            for (int d = index.Length - 1; d >= 0 && ++index[d] == tensor.Shape[d]; d--) index[d] = 0;
        }

        return result;
    }
}
