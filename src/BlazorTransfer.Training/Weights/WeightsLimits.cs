namespace BlazorTransfer.Training.Weights;

/// <summary>What no honest file of weights exceeds. Every reader checks it before it allocates or compares anything.</summary>
internal static class WeightsLimits
{
    // Names are hashed, compared and shown; torchvision's longest has 60 characters.
    private const int NameLength = 1024;
    private const int ShownLength = 60;

    /// <summary>libtorch itself allows 64 dimensions; a weight has five at most.</summary>
    public const int Dimensions = 32;

    /// <summary>Bytes of one tensor: what one array holds.</summary>
    public static long TensorBytes => Array.MaxLength;

    /// <exception cref="WeightsException">The name is longer than any tensor's.</exception>
    public static string CheckName(string name) =>
        name.Length <= NameLength
            ? name
            : throw new WeightsException("weights.long-name", $"The file has a name of {name.Length} characters, '{Shown(name)}'.");

    /// <summary>A text of the file's, fit for a sentence: cut, and without what would break a line of a log.</summary>
    public static string Shown(string text)
    {
        string printable = string.Concat(text.Take(ShownLength).Select(c => char.IsControl(c) ? '?' : c));
        return text.Length <= ShownLength ? printable : printable + "…";
    }
}
