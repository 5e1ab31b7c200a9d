namespace BlazorTransfer.Core.Datasets.Export;

/// <summary>Names of exported images: as people brought them, where those names are unlike and an import accepts them.</summary>
internal sealed class ExportNames
{
    public const string Images = "images";
    private const int ShownHash = 12;
    private const int LongestName = 100;

    // Some file systems take upper and lower case for the same.
    private readonly HashSet<string> _given = new(StringComparer.OrdinalIgnoreCase);

    public static string FolderOf(Split split) =>
        split switch
        {
            Split.Train => "train",
            Split.Validation => "val",
            Split.Test => "test",
            _ => throw new ArgumentOutOfRangeException(nameof(split), split, null),
        };

    /// <summary>Whether a class can be the name of a folder that an import reads as this class.</summary>
    public static bool IsFolder(string name) =>
        !name.Contains('/') && !name.Contains('\\') && !name.StartsWith('.') && name != "__MACOSX" && ImportName.WhyRefused(name) is null;

    public string NameOf(string folder, Sample sample)
    {
        string ending = Path.GetExtension(sample.File),
            own = Path.GetFileNameWithoutExtension(sample.Name.Split('/')[^1]);
        if (own.Length is 0 or > LongestName || own.StartsWith('.') || own.Trim() != own || ImportName.WhyRefused(own) is not null)
            own = sample.Sha256[..Math.Min(ShownHash, sample.Sha256.Length)];
        string name = $"{folder}/{own}{ending}";
        for (int i = 2; !_given.Add(CanonicalForm.Of(name)); i++)
            name = $"{folder}/{own}-{i}{ending}";
        return name;
    }
}
