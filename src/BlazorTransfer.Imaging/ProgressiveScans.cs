namespace BlazorTransfer.Imaging;

/// <summary>
/// Which coefficients the scans of a progressive JPEG have brought, and to which bit (ITU-T T.81, G.1.1.1). A file that was cut and closed
/// with an end marker lacks some, which its decoder does not say.
/// </summary>
/// <param name="components">Components of the frame.</param>
internal sealed class ProgressiveScans(int components)
{
    private const int Coefficients = 64;
    private const int Missing = -1;

    /// <summary>For each component that a scan named, the lowest bit that is there of each coefficient.</summary>
    private readonly Dictionary<byte, int[]> _lowestBits = [];

    public bool AreComplete => _lowestBits.Count == components && _lowestBits.Values.All(bits => bits.All(bit => bit == 0));

    /// <param name="header">A scan's header without its length: the number of components, two bytes for each, the first and the last
    /// coefficient, and in one byte the bits before and now.</param>
    public void Add(ReadOnlySpan<byte> header)
    {
        if (header.Length == 0 || header.Length != 4 + 2 * header[0])
            return;
        int first = header[^3],
            last = Math.Min((int)header[^2], Coefficients - 1),
            bit = header[^1] & 0xF;
        for (int c = 0; c < header[0]; c++)
        {
            if (!_lowestBits.TryGetValue(header[1 + 2 * c], out int[]? bits))
                Array.Fill(_lowestBits[header[1 + 2 * c]] = bits = new int[Coefficients], Missing);
            for (int k = first; k <= last; k++)
                bits[k] = bit;
        }
    }
}
