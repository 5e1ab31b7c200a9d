using BlazorTransfer.Imaging;
using BlazorTransfer.Web.Localization;

namespace BlazorTransfer.Web.Features.Workbench;

/// <summary>What a camera wrote into a file, in words.</summary>
internal static class ExifWords
{
    public static IEnumerable<(string Name, string Value)> Of(ExifFacts exif)
    {
        if (exif.Camera is { } camera)
            yield return (Text("Exif.Camera"), camera);
        if (exif.Lens is { } lens)
            yield return (Text("Exif.Lens"), lens);
        if (exif.TakenAt is { } taken)
            yield return (Text("Exif.TakenAt"), taken.ToString("g", Languages.Current));
        if (exif.ExposureSeconds is { } exposure)
            yield return (Text("Exif.Exposure"), ExifFacts.Exposure(exposure));
        if (exif.Aperture is { } aperture)
            yield return (Text("Exif.Aperture"), FormattableString.Invariant($"f/{aperture:0.#}"));
        if (exif.Iso is { } iso)
            yield return (Text("Exif.Iso"), $"ISO {iso}");
        if (exif.FocalLength is { } focal)
            yield return (Text("Exif.FocalLength"), FormattableString.Invariant($"{focal:0.#} mm"));
        if (exif is { Latitude: { } latitude, Longitude: { } longitude })
            yield return (Text("Exif.Place"), FormattableString.Invariant($"{latitude:0.0000}°, {longitude:0.0000}°"));
        if (exif.Software is { } software)
            yield return (Text("Exif.Software"), software);
    }

    private static string Text(string key) => Texts<WorkbenchTexts>.Get(key);
}
