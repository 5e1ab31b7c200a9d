using BlazorTransfer.Imaging;

namespace BlazorTransfer.Benchmarks;

/// <summary>The sample data set as files.</summary>
internal static class SampleData
{
    /// <returns>The folder, with a folder for each class.</returns>
    public static string DrawInto(string folder)
    {
        foreach (SampleImage image in new SampleDatasetGenerator().Draw())
        {
            string path = Path.Combine(folder, image.Name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, image.Jpeg);
        }

        return folder;
    }
}
