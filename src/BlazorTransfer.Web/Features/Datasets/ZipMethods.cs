using BlazorTransfer.Core.Messages;

namespace BlazorTransfer.Web.Features.Datasets;

/// <summary>Compression methods of zips (APPNOTE.TXT 4.4.5).</summary>
internal static class ZipMethods
{
    /// <summary>Stands for the method of content that is encrypted with AES.</summary>
    public const ushort Encrypted = 99;

    private const ushort Stored = 0;
    private const ushort Deflate = 8;
    private const ushort Deflate64 = 9;

    /// <summary>Why content compressed by this method cannot be read; null where it can.</summary>
    public static Message? WhyRefused(ushort method) =>
        method is Stored or Deflate or Deflate64
            ? null
            : Message.Of(
                "skipped.compression",
                $"It is compressed with {Name(method)}, which is not supported. Make the zip again with the usual method, Deflate."
            );

    private static string Name(ushort method) =>
        method switch
        {
            1 => "Shrink",
            6 => "Implode",
            12 => "bzip2",
            14 => "LZMA",
            93 => "Zstandard",
            95 => "XZ",
            98 => "PPMd",
            _ => $"method {method}",
        };
}
