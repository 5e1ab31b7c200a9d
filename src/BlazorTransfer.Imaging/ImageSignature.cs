using System.Text;
using BlazorTransfer.Core.Messages;

namespace BlazorTransfer.Imaging;

/// <summary>
/// Tells formats apart by their first bytes, never by the file's name. Only the accepted formats reach a decoder;
/// for the others that people try, the answer names the format, so that the sentence can say what to do.
/// </summary>
internal static class ImageSignature
{
    /// <summary>Enough bytes to tell every format below.</summary>
    private const int TextWindow = 512;

    /// <summary>Returns the accepted format, or a sentence about what the file is instead.</summary>
    public static (ImageFormat? Format, Message? Rejection) Recognise(ReadOnlySpan<byte> file) =>
        file switch
        {
            [] => (null, Message.Of("image.empty", $"The file is empty. Copy it again from its source.")),
            [0xFF, 0xD8, 0xFF, ..] => (ImageFormat.Jpeg, null),
            [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => (ImageFormat.Png, null),
            _ when HasRiffType(file, "WEBP"u8) => (ImageFormat.WebP, null),
            // "BM" alone also begins texts, so the size of the header that follows is checked too.
            [(byte)'B', (byte)'M', _, _, _, _, _, _, _, _, _, _, _, _, 12 or 40 or 52 or 56 or 64 or 108 or 124, 0, 0, 0, ..] => (
                ImageFormat.Bmp,
                null
            ),
            [(byte)'G', (byte)'I', (byte)'F', (byte)'8', (byte)'7' or (byte)'9', (byte)'a', ..] => (ImageFormat.Gif, null),
            [(byte)'I', (byte)'I', 42 or 43, 0, ..] or [(byte)'M', (byte)'M', 0, 42 or 43, ..] => (ImageFormat.Tiff, null),
            [(byte)'P', >= (byte)'1' and <= (byte)'6', (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' or (byte)'#', ..] => (
                ImageFormat.Pnm,
                null
            ),
            _ when TgaHeader.Fits(file) => (ImageFormat.Tga, null),
            _ => (null, Message.Of("image.save-as", $"{Name(file)} Save it as JPEG or PNG and import it again.")),
        };

    private static Message Name(ReadOnlySpan<byte> file) =>
        file switch
        {
            [_, _, _, _, (byte)'f', (byte)'t', (byte)'y', (byte)'p', ..] => Message.Of(
                "image.heic",
                $"HEIC, HEIF, AVIF and video files are not supported."
            ),
            [0, 0, 1, 0, ..] or [0, 0, 2, 0, ..] => Message.Of("image.icon", $"Icon files are not supported."),
            [(byte)'8', (byte)'B', (byte)'P', (byte)'S', ..] => Message.Of("image.photoshop", $"Photoshop documents are not supported."),
            [(byte)'%', (byte)'P', (byte)'D', (byte)'F', ..] => Message.Of("image.pdf", $"PDF documents are not supported."),
            [0xFF, 0x0A, ..] or [0, 0, 0, 0x0C, (byte)'J', (byte)'X', (byte)'L', ..] => Message.Of(
                "image.jpeg-xl",
                $"JPEG XL pictures are not supported."
            ),
            _ when LooksLikeSvg(file) => Message.Of("image.svg", $"SVG drawings are not supported."),
            _ => Message.Of(
                "image.unknown",
                $"This is not a picture in a format that is understood (JPEG, PNG, WebP, BMP, GIF, TIFF, TGA or PNM)."
            ),
        };

    private static bool HasRiffType(ReadOnlySpan<byte> file, ReadOnlySpan<byte> type) =>
        file.Length >= 12 && file.StartsWith("RIFF"u8) && file[8..12].SequenceEqual(type);

    private static bool LooksLikeSvg(ReadOnlySpan<byte> file) =>
        Encoding.UTF8.GetString(file[..Math.Min(file.Length, TextWindow)]).Contains("<svg", StringComparison.OrdinalIgnoreCase);
}
