namespace BlazorTransfer.Imaging;

/// <summary>The file formats whose pictures are taken in.</summary>
public enum ImageFormat
{
    Jpeg,
    Png,
    WebP,
    Bmp,
}

public static class ImageFormatExtensions
{
    /// <summary>The extension under which files of the format are stored, with its dot.</summary>
    public static string Extension(this ImageFormat format) =>
        format switch
        {
            ImageFormat.Jpeg => ".jpg",
            ImageFormat.Png => ".png",
            ImageFormat.WebP => ".webp",
            ImageFormat.Bmp => ".bmp",
            _ => throw new ArgumentOutOfRangeException(nameof(format), format, null),
        };

    /// <summary>The media type to serve files of the format under.</summary>
    public static string MediaType(this ImageFormat format) =>
        format switch
        {
            ImageFormat.Jpeg => "image/jpeg",
            ImageFormat.Png => "image/png",
            ImageFormat.WebP => "image/webp",
            ImageFormat.Bmp => "image/bmp",
            _ => throw new ArgumentOutOfRangeException(nameof(format), format, null),
        };
}
