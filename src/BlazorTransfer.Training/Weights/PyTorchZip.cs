using System.IO.Compression;

namespace BlazorTransfer.Training.Weights;

/// <summary>PyTorch's format since 1.6: a zip with <c>data.pkl</c> and one uncompressed entry for each storage under <c>data/</c>.</summary>
internal static class PyTorchZip
{
    private const long MaximumPickle = 64 << 20;

    public static IReadOnlyDictionary<string, TensorData> Read(Stream stream)
    {
        using var zip = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
        if (zip.Entries.Any(e => e.FullName.Contains("/code/", StringComparison.Ordinal) || e.Name == "constants.pkl"))
            throw new WeightsException("It is a TorchScript program, which is never run here. Save torch.save(model.state_dict(), …) or safetensors instead.");
        ZipArchiveEntry pickle = zip.Entries.FirstOrDefault(e => e.Name == "data.pkl")
            ?? throw new WeightsException("The zip file holds no PyTorch state dictionary (no data.pkl).");
        if (pickle.Length > MaximumPickle) throw new WeightsException("The description of the tensors is larger than allowed.");
        string root = pickle.FullName[..^"data.pkl".Length];
        object? value = new PickleReader(Bytes(pickle)).Read();
        var storages = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        foreach (ZipArchiveEntry entry in zip.Entries.Where(e => e.FullName.StartsWith(root + "data/", StringComparison.Ordinal)))
            storages[entry.Name] = Bytes(entry);
        return PickledStateDict.Read(value, storages);
    }

    private static byte[] Bytes(ZipArchiveEntry entry)
    {
        // torch.save stores; a compressed entry could claim any size.
        if (entry.CompressedLength != entry.Length || entry.Length > int.MaxValue) throw new WeightsException($"The entry '{entry.Name}' is not stored as PyTorch stores it.");
        byte[] bytes = new byte[entry.Length];
        using Stream content = entry.Open();
        content.ReadExactly(bytes);
        return bytes;
    }
}
