namespace BlazorTransfer.Imaging;

/// <summary>The file formats whose pictures are taken in.</summary>
public enum ImageFormat
{
    Jpeg,
    Png,
    WebP,
    Bmp,
    Gif,
    Tiff,
    Tga,

    /// <summary>PBM, PGM and PPM, the portable anymaps.</summary>
    Pnm,
}

public static class ImageFormatExtensions
{
    /// <summary>The extension under which files of the format are stored, with its dot.</summary>
    public static string Extension(this ImageFormat format) => Of(format).Extension;

    /// <summary>The media type to serve files of the format under.</summary>
    public static string MediaType(this ImageFormat format) => Of(format).MediaType;

    /// <summary>Whether browsers show such files. Of the others, a JPEG is shown.</summary>
    public static bool IsShownByBrowsers(this ImageFormat format) => Of(format).IsShown;

    /// <summary>The format's name for people.</summary>
    public static string Title(this ImageFormat format) => Of(format).Title;

    private static (string Title, string Extension, string MediaType, bool IsShown) Of(ImageFormat format) =>
        format switch
        {
            ImageFormat.Jpeg => ("JPEG", ".jpg", "image/jpeg", true),
            ImageFormat.Png => ("PNG", ".png", "image/png", true),
            ImageFormat.WebP => ("WebP", ".webp", "image/webp", true),
            ImageFormat.Bmp => ("BMP", ".bmp", "image/bmp", true),
            ImageFormat.Gif => ("GIF", ".gif", "image/gif", true),
            ImageFormat.Tiff => ("TIFF", ".tif", "image/tiff", false),
            ImageFormat.Tga => ("TGA", ".tga", "image/x-tga", false),
            ImageFormat.Pnm => ("PNM", ".pnm", "image/x-portable-anymap", false),
            _ => throw new ArgumentOutOfRangeException(nameof(format), format, null),
        };
}
