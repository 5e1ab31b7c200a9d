using System.Globalization;
using MetadataExtractor;
using MetadataExtractor.Formats.Exif;

namespace BlazorTransfer.Imaging;

/// <summary>What the camera wrote into an image's file (EXIF 2.32), as far as people look for it; what it did not write is null.</summary>
public sealed record ExifFacts
{
    // A file can hold any text; a page shows a line of it.
    private const int LongestText = 120;

    /// <summary>Maker and model.</summary>
    public string? Camera { get; init; }
    public string? Lens { get; init; }
    public DateTime? TakenAt { get; init; }

    /// <summary>Exposure time in seconds.</summary>
    public double? ExposureSeconds { get; init; }

    /// <summary>The f-number of the aperture.</summary>
    public double? Aperture { get; init; }

    /// <summary>Sensitivity (ISO).</summary>
    public int? Iso { get; init; }

    /// <summary>Focal length in millimetres.</summary>
    public double? FocalLength { get; init; }

    /// <summary>Latitude and longitude in degrees.</summary>
    public double? Latitude { get; init; }

    /// <inheritdoc cref="Latitude"/>
    public double? Longitude { get; init; }
    public string? Software { get; init; }

    private static ExifFacts None { get; } = new();

    /// <summary>Reads a file. One without EXIF, or with a damaged one, has no facts.</summary>
    public static ExifFacts Read(string path)
    {
        try
        {
            return Of(ImageMetadataReader.ReadMetadata(path));
        }
        catch (Exception e) when (e is ImageProcessingException or IOException or ArgumentException or OverflowException)
        {
            return None;
        }
    }

    private static ExifFacts Of(IReadOnlyList<MetadataExtractor.Directory> directories)
    {
        ExifIfd0Directory? main = directories.OfType<ExifIfd0Directory>().FirstOrDefault();
        ExifSubIfdDirectory? details = directories.OfType<ExifSubIfdDirectory>().FirstOrDefault();
        GeoLocation? place = directories.OfType<GpsDirectory>().FirstOrDefault()?.GetGeoLocation();
        return new ExifFacts
        {
            Camera = CameraOf(main),
            Lens = Text(details, ExifDirectoryBase.TagLensModel),
            TakenAt =
                details is not null && details.TryGetDateTime(ExifDirectoryBase.TagDateTimeOriginal, out DateTime taken) ? taken : null,
            ExposureSeconds = Number(details, ExifDirectoryBase.TagExposureTime),
            Aperture = Number(details, ExifDirectoryBase.TagFNumber),
            Iso = Number(details, ExifDirectoryBase.TagIsoEquivalent) is { } iso and <= int.MaxValue ? (int)iso : null,
            FocalLength = Number(details, ExifDirectoryBase.TagFocalLength),
            Latitude = place?.Latitude,
            Longitude = place?.Longitude,
            Software = Text(main, ExifDirectoryBase.TagSoftware),
        };
    }

    // Many makers write their name into the model too.
    private static string? CameraOf(ExifIfd0Directory? main)
    {
        string? make = Text(main, ExifDirectoryBase.TagMake),
            model = Text(main, ExifDirectoryBase.TagModel);
        return model is null || make is null || model.StartsWith(make, StringComparison.OrdinalIgnoreCase)
            ? model ?? make
            : $"{make} {model}";
    }

    private static string? Text(MetadataExtractor.Directory? directory, int tag)
    {
        string text = new([.. (directory?.GetString(tag) ?? "").Where(c => !char.IsControl(c)).Take(LongestText)]);
        return string.IsNullOrWhiteSpace(text) ? null : text.Trim();
    }

    private static double? Number(MetadataExtractor.Directory? directory, int tag) =>
        directory is not null && directory.TryGetDouble(tag, out double value) && double.IsFinite(value) && value > 0 ? value : null;

    /// <summary>The exposure time as cameras show it, such as <c>1/250 s</c>.</summary>
    public static string Exposure(double seconds) =>
        seconds < 0.5
            ? string.Create(CultureInfo.InvariantCulture, $"1/{Math.Round(1 / seconds)} s")
            : string.Create(CultureInfo.InvariantCulture, $"{seconds:0.#} s");
}
