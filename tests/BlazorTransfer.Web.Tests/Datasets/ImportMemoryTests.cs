using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Web.Features.Datasets;

namespace BlazorTransfer.Web.Tests.Datasets;

/// <summary>What an import holds in memory does not grow with the size of the upload.</summary>
public sealed class ImportMemoryTests
{
    [Fact]
    public async Task R33_Import_ReadsFewFilesAhead()
    {
        const int fileBytes = 1 << 20;
        using var app = new TestApp();
        string[] names = [.. Enumerable.Range(0, 3 * (int)(ImageImporter.PortionBytes / fileBytes)).Select(i => $"a/{i}.jpg")];
        int read = 0,
            done = 0,
            mostAhead = 0;
        var source = new ImportSource(
            names,
            [],
            _ =>
            {
                read++;
                mostAhead = Math.Max(mostAhead, read - done);
                return (new byte[fileBytes], null);
            },
            _ => null,
            new ImportOptions()
        );

        await Assert.ThrowsAsync<ImportException>(() =>
            app.Get<ImageImporter>().ImportAsync(source, SplitPlan.Default, p => done = p.Done, TestContext.Current.CancellationToken)
        );

        Assert.Equal(names.Length, read);
        Assert.Equal(ImageImporter.PortionBytes / fileBytes, mostAhead);
        Assert.True(ImageImporter.PortionBytes <= Math.Max(2, Environment.ProcessorCount) * (4L << 20));
    }

    [Fact]
    public void R33_Read_OfAFileWhoseSizeIsStated_TakesItsSizeOnce()
    {
        using var folder = new TemporaryZip([("a/1.jpg", new byte[500_000])]);
        using var zip = new ZipImages(folder.Path, new ZipLimits());
        zip.Read("a/1.jpg");

        long before = GC.GetAllocatedBytesForCurrentThread();
        (byte[]? bytes, _) = zip.Read("a/1.jpg");
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(500_000, bytes!.Length);
        Assert.True(allocated < 900_000, $"{allocated:N0} bytes for a file of 500,000.");
    }

    private sealed class TemporaryZip(IEnumerable<(string, byte[])> files) : IDisposable
    {
        public string Path { get; } = TestZip.Write(System.IO.Path.GetTempFileName(), files);

        public void Dispose() => File.Delete(Path);
    }
}
