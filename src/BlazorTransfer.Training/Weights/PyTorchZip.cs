namespace BlazorTransfer.Training.Weights;

/// <summary>PyTorch's format since 1.6: a zip with <c>data.pkl</c> and one uncompressed entry for each storage under
/// <c>data/</c>.</summary>
internal static class PyTorchZip
{
    // A description takes about 200 bytes a tensor.
    private const long MaximumPickle = 32 << 20;
    private const string PickleName = "data.pkl";

    public static WeightsContent Read(Stream stream)
    {
        var zip = new StoredZip(stream);
        IReadOnlyList<StoredEntry> entries = zip.Entries();
        if (entries.Any(e => e.Name.Contains("/code/", StringComparison.Ordinal) || IsNamed(e, "constants.pkl")))
            throw new WeightsException(
                "pytorch.torchscript",
                $"It is a TorchScript program, which is never run here. Save torch.save(model.state_dict(), …) or safetensors instead."
            );
        StoredEntry[] pickles = [.. entries.Where(e => IsNamed(e, PickleName))];
        if (pickles.Length == 0)
            throw new WeightsException("pytorch.no-data", $"The zip file holds no PyTorch state dictionary (no data.pkl).");
        // Which of them is meant would depend on the reader.
        if (pickles.Length > 1)
            throw new WeightsException("pytorch.two-data", $"The zip file holds more than one data.pkl.");
        if (pickles[0].Length > MaximumPickle)
            throw new WeightsException("pytorch.large-description", $"The description of the tensors is larger than allowed.");
        string root = pickles[0].Name[..^PickleName.Length],
            data = root + "data/";
        if (entries.FirstOrDefault(e => e.Name == root + "byteorder") is { } order && !IsLittle(order))
            throw new WeightsException("pytorch.big-endian", $"The file was written on a big-endian machine.");
        object? value = new PickleReader(zip.Read(pickles[0])).Read();
        Dictionary<string, ReadOnlyMemory<byte>> storages = entries
            .Where(e => e.Name.StartsWith(data, StringComparison.Ordinal))
            .ToDictionary(e => e.Name[data.Length..], e => (ReadOnlyMemory<byte>)zip.Read(e), StringComparer.Ordinal);
        return PickledStateDict.Read(value, storages);

        bool IsLittle(StoredEntry entry) => entry.Length == 6 && zip.Read(entry).AsSpan().SequenceEqual("little"u8);
    }

    private static bool IsNamed(StoredEntry entry, string name) =>
        entry.Name == name || entry.Name.EndsWith("/" + name, StringComparison.Ordinal);
}
