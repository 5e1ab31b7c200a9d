using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text.Json;
using BlazorTransfer.Imaging;

namespace BlazorTransfer.Reliability;

/// <summary>Uploads a large zip, and looks how much memory the web process takes for it.</summary>
internal sealed class LargeUpload(int megabytes)
{
    private const long Limit = 100_000_000;

    public async Task<MarkdownTable> RunAsync()
    {
        string folder = Directory.CreateTempSubdirectory("blazortransfer-upload-").FullName;
        try
        {
            string zip = Path.Combine(folder, "large.zip");
            Write(zip);
            return await UploadAsync(zip);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<MarkdownTable> UploadAsync(string zip)
    {
        await using WebAppProcess app = await WebAppProcess.StartAsync();
        using ApiSession session = await ApiSession.SetUpAsync(app);
        string project = await session.CreateProjectAsync("Upload");
        // What is loaded once is not what an upload takes.
        await session.ImportAsync(
            project,
            "Small",
            ApiSession.Zip(new SampleDatasetGenerator(seed: 1, imagesPerClassAndLighting: 1).Draw().Select(i => (i.Name, i.Jpeg)))
        );
        long before = ProcessFigures.Of(app.ProcessId).ResidentBytes;
        ProcessFigures.ForgetPeak(app.ProcessId);
        await using FileStream file = File.OpenRead(zip);
        using var content = new StreamContent(file);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/zip");
        JsonElement accepted = await session.PostAsync($"/api/v1/projects/{project}/datasets/uploads?name=Large", content);
        long received = ProcessFigures.PeakBytes(app.ProcessId);
        await session.WaitForJobAsync(project, accepted.GetProperty("importId").GetString()!);
        long imported = ProcessFigures.PeakBytes(app.ProcessId);
        var table = new MarkdownTable();
        table.Add("upload", $"{new FileInfo(zip).Length / 1e6:N0} MB");
        table.Check("memory taken while it was received, MB", $"{(received - before) / 1e6:0} (limit 100)", received - before < Limit);
        table.Check("memory taken until it was imported, MB", $"{(imported - before) / 1e6:0} (limit 100)", imported - before < Limit);
        return table;
    }

    /// <summary>A few images, and large files beside them that are none.</summary>
    private void Write(string path)
    {
        using var zip = new ZipArchive(File.Create(path), ZipArchiveMode.Create);
        foreach (SampleImage image in new SampleDatasetGenerator(seed: 2, imagesPerClassAndLighting: 2).Draw())
        {
            using Stream entry = zip.CreateEntry(image.Name, CompressionLevel.NoCompression).Open();
            entry.Write(image.Jpeg);
        }

        byte[] noise = new byte[1_000_000];
        var random = new Random(1);
        for (int i = 0; i < megabytes; i++)
        {
            random.NextBytes(noise);
            using Stream entry = zip.CreateEntry($"good/noise-{i}.jpg", CompressionLevel.NoCompression).Open();
            entry.Write(noise);
        }
    }
}
