using System.Text.Json;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;

namespace BlazorTransfer.Worker.Tests;

public sealed class ImportCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("blazortransfer-import-").FullName;

    public void Dispose() => TestFolder.Delete(_folder);

    [Fact]
    public void Import_OfVocImagesAsCrops_WritesManifestAndReport()
    {
        string manifest = Path.Combine(_folder, "manifest.jsonl"),
            report = Path.Combine(_folder, "report.csv");

        (int code, string output, string errors) = Import(
            "voc-small",
            "--boxes",
            "crops",
            "--margin",
            "0.1",
            "--out",
            manifest,
            "--report",
            report,
            "--json"
        );

        Assert.True(code == (int)WorkerExitCode.FilesSkipped, errors);
        DatasetManifest data = DatasetManifest.Load(manifest);
        using var document = JsonDocument.Parse(output);
        Assert.Equal(data.Samples.Count, document.RootElement.GetProperty("samples").GetInt32());
        Assert.Equal(60, document.RootElement.GetProperty("images").GetInt32());
        Assert.All(data.Samples, s => Assert.NotNull(s.Region));
        string[] lines = File.ReadAllLines(report);
        Assert.Equal(data.Samples.Count, lines.Count(l => l.Contains(",taken,", StringComparison.Ordinal)));
        Assert.Contains(lines, l => l.StartsWith("LICENSE,skipped,", StringComparison.Ordinal));
    }

    [Fact]
    public void Import_OfCocoImages_RecognisesThemAndCountsClasses()
    {
        (int code, string output, _) = Import("coco-small");

        Assert.Equal((int)WorkerExitCode.Success, code);
        Assert.Contains("40 samples of 40 images.", output, StringComparison.Ordinal);
        Assert.Contains("person", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--boxes", "1", "--boxes must be one of: multi-label, crops, image-class.")]
    [InlineData("--margin", "NaN", "--margin:")]
    [InlineData("--margin", "-1", "from 0 to 2")]
    [InlineData("--layout", "2", "--layout must be one of: auto,")]
    public void Import_WithAnOptionThatIsNoChoice_SaysWhatItMayBe(string option, string value, string words)
    {
        (int code, _, string errors) = WorkerProcess.Run(["import", "--data", _folder, option, value]);

        Assert.Equal((int)WorkerExitCode.Usage, code);
        Assert.Contains(words, errors, StringComparison.Ordinal);
    }

    private static (int Code, string Output, string Errors) Import(string set, params string[] options) =>
        WorkerProcess.Run(["import", "--data", SharedFiles.Path("data", set), .. options]);
}
