using System.Security.Claims;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Jobs;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Tests.Datasets;

/// <summary>Imports of small zips that reports of faults led to, with the right answers.</summary>
public sealed class ReportedImportTests : IAsyncLifetime
{
    private readonly TestApp _app = new();
    private ClaimsPrincipal _user = null!;
    private Project _project = null!;

    public async ValueTask InitializeAsync()
    {
        _user = await _app.PrincipalAsync(await _app.CreateUserAsync("Ada"));
        _project = _app.Get<ProjectService>().Create(_user, "Project");
    }

    public ValueTask DisposeAsync()
    {
        _app.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task GbkNames_WithoutAChoice_FailInWords()
    {
        DatasetImport import = await ImportAsync("02", "gbk-names.zip");

        Assert.Equal(JobState.Failed, import.State);
        Assert.Contains("not UTF-8", import.Error, StringComparison.Ordinal);
        Assert.Contains("gb18030", import.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GbkNames_WithTheirEncoding_GiveThreeClassesOfFour()
    {
        DatasetImport import = await ImportAsync("02", "gbk-names.zip", encodings: ImportEncodings.Parse("gbk", null));

        Assert.Equal([("cat", 4), ("\u72D7", 4), ("\u9A6C", 4)], ClassesOf(import));
    }

    [Fact]
    public async Task WesternTable_WithItsEncoding_GivesThreeClassesOfFour()
    {
        DatasetImport refused = await ImportAsync("03", "cp1252-labels.zip", ImportLayout.Table);
        Assert.Contains("labels.csv: the text is not UTF-8", refused.Error, StringComparison.Ordinal);

        DatasetImport import = await ImportAsync(
            "03",
            "cp1252-labels.zip",
            ImportLayout.Table,
            ImportEncodings.Parse(null, "windows-1252")
        );

        Assert.Equal([("plain", 4), ("\u00C41", 4), ("\u00D61", 4)], ClassesOf(import));
    }

    [Fact]
    public async Task BackslashNames_GiveTwoClassesOfFour() =>
        Assert.Equal([4, 4], ClassesOf(await ImportAsync("08", "backslash.zip")).Select(c => c.Images));

    [Theory]
    [InlineData("leadingslash.zip", "starts with '/'")]
    [InlineData("bzip2.zip", "bzip2")]
    [InlineData("encrypted.zip", "encrypted")]
    public async Task UnusableEntries_FailWithTheirOwnReason(string file, string words)
    {
        DatasetImport import = await ImportAsync("08", file);

        Assert.Equal(JobState.Failed, import.State);
        Assert.Contains("8 files were skipped", import.Error, StringComparison.Ordinal);
        Assert.Contains(words, import.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WrongChecksum_SkipsThatFile()
    {
        DatasetImport import = await ImportAsync("09", "crc-mismatch.zip");

        Assert.Equal(7, ClassesOf(import).Sum(c => c.Images));
        RejectedFile rejected = Assert.Single(_app.Get<DatasetService>().Rejected(_user, _project.Id, import.DatasetId, 1));
        Assert.Equal("a/1.jpg", rejected.Name);
        Assert.Contains("damaged", rejected.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ClassNamedLikeASplit_IsAClassAndIsReported()
    {
        DatasetImport import = await ImportAsync("15", "valid-invalid.zip");

        Assert.Equal([("invalid", 4), ("valid", 4)], ClassesOf(import));
        Assert.Contains(
            "'valid' is read as a class",
            Assert.Single(_app.Get<DatasetService>().Get(_user, _project.Id, import.DatasetId).Latest.Notes),
            StringComparison.Ordinal
        );
    }

    private IEnumerable<(string Label, int Images)> ClassesOf(DatasetImport import)
    {
        Assert.True(import.State == JobState.Succeeded, import.Error);
        return _app.Get<DatasetService>().Get(_user, _project.Id, import.DatasetId).Latest.Classes.Select(c => (c.Label, c.Total));
    }

    private async Task<DatasetImport> ImportAsync(
        string report,
        string file,
        ImportLayout layout = ImportLayout.Classes,
        ImportEncodings? encodings = null
    )
    {
        string source = SharedFiles.Path("data", "reports", report, file);
        string zip = Path.Combine(_app.DataFolder, "uploads", $"{Ids.New()}.zip");
        File.Copy(source, zip);
        File.SetAttributes(zip, FileAttributes.Normal);
        DatasetImport import = _app.Get<DatasetImports>().StartZip(_user, _project.Id, "Data", zip, new ImportOptions(layout), encodings);
        await _app.WaitForJobAsync(import.Id);
        return _app.Get<DatasetImports>().Get(_user, _project.Id, import.Id);
    }
}
