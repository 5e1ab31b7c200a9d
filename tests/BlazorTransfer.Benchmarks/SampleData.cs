using BlazorTransfer.Imaging;

namespace BlazorTransfer.Benchmarks;

/// <summary>The sample data set as files.</summary>
internal static class SampleData
{
    /// <returns>The folder, with a folder for each class.</returns>
    public static string DrawInto(string folder) => DrawInto(folder, image => image.Name);

    /// <returns>The folder, with a folder for each light, and in it one for each class.</returns>
    public static string DrawDomainsInto(string folder) => DrawInto(folder, image => Path.Combine(image.Lighting, image.Name));

    private static string DrawInto(string folder, Func<SampleImage, string> name)
    {
        foreach (SampleImage image in new SampleDatasetGenerator().Draw())
        {
            string path = Path.Combine(folder, name(image));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, image.Jpeg);
        }

        return folder;
    }
}
