namespace BlazorTransfer.Training.Weights;

/// <summary>Turns what a pickle describes into tensors, with every claim checked against the bytes that are there.</summary>
internal static class PickledStateDict
{
    // Dictionaries inside one another; a checkpoint has four at most.
    private const int MostLevels = 8;
    private const int MostTensors = 100_000;
    private const int ShownKeys = 4;

    /// <exception cref="WeightsException">There is no state dictionary, or what it claims is not there.</exception>
    public static WeightsContent Read(object? root, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> storages)
    {
        Place[] places = [.. PlacesWithTensors(root)];
        if (places.Length == 0)
            throw new WeightsException(
                "pickle.no-state-dictionary",
                $"The file holds no state dictionary: there are no tensors in it, only {Shown(root)}. "
                    + $"Save it with torch.save(model.state_dict(), …)."
            );
        FoundStateDictionary found = StateDictionaryFinder.Find([.. places.Select(p => new TensorGroup(p.TensorNames, p.Path))]);
        var tensors = new Dictionary<string, TensorData>(StringComparer.Ordinal);
        // Views may share a storage, but not so often that a small file becomes a large one in memory.
        long left = 2 * storages.Values.Sum(s => (long)s.Length) + (1 << 16);
        foreach (string name in found.Names)
        {
            var tensor = (PickledTensor)places[found.Group].Dictionary[name]!;
            long count = TensorData.Count(tensor.Shape);
            int size = tensor.Storage.Type.Size();
            if (count > left / size)
                throw new WeightsException("weights.claims-bytes", $"The tensors claim far more bytes than the file has.");
            left -= count * size;
            tensors.Add(
                name[found.Prefix.Length..],
                new TensorData(tensor.Storage.Type, tensor.Shape, Bytes(name, tensor, count, storages))
            );
        }

        return new WeightsContent(tensors, found.Note);
    }

    /// <summary>All dictionaries that hold tensors themselves, the outer ones first.</summary>
    private static IEnumerable<Place> PlacesWithTensors(object? root)
    {
        // A dictionary may contain itself.
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        var pending = new Queue<(object? Value, Place? Outer, string Key, int Level)>([(root, null, "", 0)]);
        int tensors = 0;
        while (pending.TryDequeue(out var next))
        {
            if (next.Level > MostLevels || next.Value is null || !seen.Add(next.Value))
                continue;
            IEnumerable<(string Key, object? Value)> children = next.Value switch
            {
                Dictionary<string, object?> dictionary => dictionary.Where(d => IsContainer(d.Value)).Select(d => (d.Key, d.Value)),
                IReadOnlyList<object?> list => list.Index().Where(i => IsContainer(i.Item)).Select(i => ($"{i.Index}", i.Item)),
                _ => [],
            };
            var place = new Place(next.Value as Dictionary<string, object?> ?? [], next.Outer, next.Key);
            foreach ((string key, object? value) in children)
                pending.Enqueue((value, place, key, next.Level + 1));
            int own = place.Dictionary.Values.Count(v => v is PickledTensor);
            if ((tensors += own) > MostTensors)
                throw new WeightsException("weights.too-many-tensors", $"The file describes more than {MostTensors:N0} tensors.");
            if (own > 0)
                yield return place;
        }
    }

    // Tuples are arrays.
    private static bool IsContainer(object? value) => value is Dictionary<string, object?> or List<object?> or object?[];

    private static string Shown(object? root) =>
        root switch
        {
            Dictionary<string, object?> { Count: 0 } => "an empty dictionary",
            Dictionary<string, object?> dictionary => string.Join(
                ", ",
                dictionary.Keys.Take(ShownKeys).Select(k => $"'{WeightsLimits.Shown(k)}'")
            ) + (dictionary.Count > ShownKeys ? $" and {dictionary.Count - ShownKeys} other entries" : ""),
            List<object?> or object?[] => "a list",
            string or long or Int128 or double or bool => "a single value",
            PickledTensor => "a single tensor without a name",
            _ => "nothing",
        };

    private static ReadOnlyMemory<byte> Bytes(
        string name,
        PickledTensor tensor,
        long count,
        IReadOnlyDictionary<string, ReadOnlyMemory<byte>> storages
    )
    {
        int size = tensor.Storage.Type.Size();
        if (!storages.TryGetValue(tensor.Storage.Key, out ReadOnlyMemory<byte> bytes))
            throw new WeightsException("weights.data-missing", $"The data of '{WeightsLimits.Shown(name)}' is missing.");
        long elements = bytes.Length / size;
        if (bytes.Length % size != 0 || tensor.Storage.Count != elements)
            throw new WeightsException(
                "weights.data-length",
                $"The data of '{WeightsLimits.Shown(name)}' has another length than its description says."
            );
        if (count == 0)
            return ReadOnlyMemory<byte>.Empty;
        if (tensor.Shape.Count != tensor.Strides.Count || tensor.Offset < 0 || tensor.Strides.Any(s => s < 0 || s > elements))
            throw new WeightsException("weights.description-damaged", $"The description of '{WeightsLimits.Shown(name)}' is damaged.");
        Int128 last = tensor.Offset;
        for (int d = 0; d < tensor.Shape.Count; d++)
            last += (Int128)(tensor.Shape[d] - 1) * tensor.Strides[d];
        if (last >= elements)
            throw new WeightsException("weights.leaves-storage", $"The data of '{WeightsLimits.Shown(name)}' leaves its storage.");
        if (IsContiguous(tensor))
            return bytes.Slice((int)(tensor.Offset * size), (int)(count * size));
        if (count * size > WeightsLimits.TensorBytes)
            throw new WeightsException("weights.tensor-too-large", $"'{WeightsLimits.Shown(name)}' is larger than 2 GB.");
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

    /// <summary>A dictionary and the keys that lead to it.</summary>
    private sealed record Place(Dictionary<string, object?> Dictionary, Place? Outer, string Key)
    {
        public IReadOnlyList<string> TensorNames => [.. Dictionary.Where(d => d.Value is PickledTensor).Select(d => d.Key)];

        public string Path() =>
            Outer is null ? ""
            : Outer.Path() is { Length: > 0 } outer ? $"{outer}.{Key}"
            : Key;
    }
}
