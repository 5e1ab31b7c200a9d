namespace BlazorTransfer.Imaging;

/// <summary>
/// A decoded picture, upright and opaque: <paramref name="Pixels"/> holds <paramref name="Height"/> rows of
/// <paramref name="Width"/> pixels of red, green and blue, without padding (HWC, <c>3 · Width · Height</c> bytes).
/// </summary>
public sealed record RgbImage(int Width, int Height, byte[] Pixels)
{
    /// <summary>Bytes of one pixel.</summary>
    public const int Channels = 3;

    /// <summary>A black picture of this size.</summary>
    public RgbImage(int width, int height)
        : this(width, height, new byte[checked(Channels * width * height)]) { }

    /// <summary>A picture whose pixels are whatever memory held: for those who write all of them, since clearing costs a good part of a
    /// resize.</summary>
    internal static RgbImage Undrawn(int width, int height) =>
        new(width, height, GC.AllocateUninitializedArray<byte>(checked(Channels * width * height)));

    public int ShorterSide => Math.Min(Width, Height);

    /// <summary>One row of pixels, <c>3 · Width</c> bytes.</summary>
    public Span<byte> Row(int y) => Pixels.AsSpan(Channels * Width * y, Channels * Width);
}
