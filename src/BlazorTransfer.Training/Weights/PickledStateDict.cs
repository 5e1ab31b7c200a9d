namespace BlazorTransfer.Training.Weights;

/// <summary>Turns what a pickle describes into tensors, with every claim checked against the bytes that are there.</summary>
internal static class PickledStateDict
{
    private static readonly string[] Wrappers = ["state_dict", "model_state_dict", "model", "net", "state_dict_ema"];

    public static IReadOnlyDictionary<string, TensorData> Read(object? root, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> storages)
    {
        var tensors = new Dictionary<string, TensorData>(StringComparer.Ordinal);
        // Views may share a storage, but not so often that a small file becomes a large one in memory.
        long left = 2 * storages.Values.Sum(s => (long)s.Length) + (1 << 16);
        foreach ((string name, object? value) in Unwrap(root))
        {
            if (value is not PickledTensor tensor)
                continue;
            long count = TensorData.Count(tensor.Shape);
            int size = tensor.Storage.Type.Size();
            if (count > left / size)
                throw new WeightsException("The tensors claim far more bytes than the file has.");
            left -= count * size;
            tensors.Add(name, new TensorData(tensor.Storage.Type, tensor.Shape, Bytes(name, tensor, count, storages)));
        }

        return tensors;
    }

    private static Dictionary<string, object?> Unwrap(object? root)
    {
        // A dictionary may contain itself, so the search has an end.
        for (int depth = 0; depth <= Wrappers.Length; depth++)
        {
            if (root is not Dictionary<string, object?> dictionary)
                break;
            string? wrapper = dictionary.Values.Any(v => v is PickledTensor) ? null : Wrappers.FirstOrDefault(dictionary.ContainsKey);
            if (wrapper is null)
                return dictionary;
            root = dictionary[wrapper];
        }

        throw new WeightsException("The file holds no state dictionary. Save it with torch.save(model.state_dict(), …).");
    }

    private static ReadOnlyMemory<byte> Bytes(
        string name,
        PickledTensor tensor,
        long count,
        IReadOnlyDictionary<string, ReadOnlyMemory<byte>> storages
    )
    {
        int size = tensor.Storage.Type.Size();
        if (!storages.TryGetValue(tensor.Storage.Key, out ReadOnlyMemory<byte> bytes))
            throw new WeightsException($"The data of '{WeightsLimits.Shown(name)}' is missing.");
        long elements = bytes.Length / size;
        if (bytes.Length % size != 0 || tensor.Storage.Count != elements)
            throw new WeightsException($"The data of '{WeightsLimits.Shown(name)}' has another length than its description says.");
        if (count == 0)
            return ReadOnlyMemory<byte>.Empty;
        if (tensor.Shape.Count != tensor.Strides.Count || tensor.Offset < 0 || tensor.Strides.Any(s => s < 0 || s > elements))
            throw new WeightsException($"The description of '{WeightsLimits.Shown(name)}' is damaged.");
        Int128 last = tensor.Offset;
        for (int d = 0; d < tensor.Shape.Count; d++)
            last += (Int128)(tensor.Shape[d] - 1) * tensor.Strides[d];
        if (last >= elements)
            throw new WeightsException($"The data of '{WeightsLimits.Shown(name)}' leaves its storage.");
        if (IsContiguous(tensor))
            return bytes.Slice((int)(tensor.Offset * size), (int)(count * size));
        if (count * size > WeightsLimits.TensorBytes)
            throw new WeightsException($"'{WeightsLimits.Shown(name)}' is larger than 2 GB.");
        return Gather(tensor, bytes.Span, size, count);
    }

    private static bool IsContiguous(PickledTensor tensor)
    {
        long expected = 1;
        for (int d = tensor.Shape.Count - 1; d >= 0; d--)
        {
            if (tensor.Shape[d] != 1 && tensor.Strides[d] != expected)
                return false;
            expected *= tensor.Shape[d];
        }

        return true;
    }

    private static byte[] Gather(PickledTensor tensor, ReadOnlySpan<byte> storage, int size, long count)
    {
        byte[] result = GC.AllocateUninitializedArray<byte>((int)(count * size));
        long[] index = new long[tensor.Shape.Count];
        for (long i = 0; i < count; i++)
        {
            long from = tensor.Offset;
            for (int d = 0; d < index.Length; d++)
                from += index[d] * tensor.Strides[d];
            storage.Slice((int)(from * size), size).CopyTo(result.AsSpan((int)(i * size)));
            for (int d = index.Length - 1; d >= 0 && ++index[d] == tensor.Shape[d]; d--)
                index[d] = 0;
        }

        return result;
    }
}
