namespace BlazorTransfer.Imaging;

/// <summary>
/// What one file may cost. A 1.5 MB PNG can unfold to 1.5 GB of pixels, so the limits are checked on the header, before
/// any pixel is decoded.
/// </summary>
/// <param name="MaximumBytes">Largest file.</param>
/// <param name="MaximumPixels">Largest width times height.</param>
/// <param name="MinimumSide">Smallest width and height.</param>
public sealed record ImageLimits(long MaximumBytes, long MaximumPixels, int MinimumSide)
{
    /// <summary>64 MiB and 50 megapixels: more than a full-frame camera gives.</summary>
    public static ImageLimits Default { get; } = new(MaximumBytes: 64L << 20, MaximumPixels: 50_000_000, MinimumSide: 1);
}
