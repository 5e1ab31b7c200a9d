using System.Net;
using System.Security.Claims;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Jobs;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Tests.Datasets;

public sealed class DatasetImportTests : IAsyncLifetime
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
    public async Task Zip_WithGoodAndBadFiles_BecomesADataSetThatListsWhatWasLeftOut()
    {
        DatasetImport import = await ImportAsync([
            .. TestZip.TwoClasses(),
            ("a/broken.jpg", [0xFF, 0xD8, 0xFF, 0xE0, 1, 2]),
            ("a/notes.txt", "hello"u8.ToArray()),
            ("top.jpg", TestZip.Jpeg(33)),
        ]);

        Assert.Equal(JobState.Succeeded, import.State);
        Dataset dataset = Assert.Single(_app.Get<DatasetService>().List(_user, _project.Id));
        Assert.Equal((4, 2, 3), (dataset.Latest.Images, dataset.Latest.Of(Split.Train), dataset.Latest.Rejected));
        Assert.Equal(
            ["a/broken.jpg", "a/notes.txt", "top.jpg"],
            _app.Get<DatasetService>().Rejected(_user, _project.Id, dataset.Id, 1).Select(r => r.Name).Order(StringComparer.Ordinal)
        );
        Assert.Empty(Directory.GetFiles(Path.Combine(_app.DataFolder, "uploads")));
    }

    [Fact]
    public async Task Zip_WithoutClasses_FailsWithAdviceAndLeavesNothing()
    {
        DatasetImport import = await ImportAsync([("1.jpg", TestZip.Jpeg(1)), ("2.jpg", TestZip.Jpeg(90))]);

        Assert.Equal(JobState.Failed, import.State);
        Assert.Contains("folder named after its class", import.Error, StringComparison.Ordinal);
        Assert.Empty(_app.Get<DatasetService>().List(_user, _project.Id));
        DatasetImport shown = Assert.Single(_app.Get<DatasetImports>().List(_user, _project.Id));
        _app.Get<DatasetImports>().Dismiss(_user, _project.Id, shown.Id);
        Assert.Empty(_app.Get<DatasetImports>().List(_user, _project.Id));
    }

    [Fact]
    public async Task DeletedDataSet_TakesItsImagesAlongUnlessAnotherHasThem()
    {
        Dataset first = await DatasetAsync(TestZip.TwoClasses());
        Dataset second = await DatasetAsync([
            .. TestZip.TwoClasses().Take(2),
            ("c/1.jpg", TestZip.Jpeg(230)),
            ("c/2.jpg", TestZip.Jpeg(250)),
        ]);
        Assert.Equal(6, StoredImages());

        _app.Get<DatasetService>().Delete(_user, _project.Id, first.Id);

        Assert.Equal(4, StoredImages());
        foreach (Sample sample in _app.Get<DatasetService>().Manifest(_user, _project.Id, second.Id, 1).Samples)
            Assert.True(
                File.Exists(
                    (await _app.Get<DatasetService>().ImageAsync(_user, _project.Id, second.Id, sample.Sha256, thumbnail: true)).Path
                )
            );
        _app.Get<ProjectService>().Delete(_user, _project.Id);
        Assert.Equal(0, StoredImages());
    }

    [Fact]
    public async Task Upload_CutOff_LeavesNoFile()
    {
        using HttpClient client = await _app.SignInAsync("Ben");
        string id = await TestApp.CreateProjectAsync(client);
        using var content = new StreamContent(new BrokenStream());

        await Assert.ThrowsAnyAsync<Exception>(() => client.PostAsync($"/api/v1/projects/{id}/datasets/uploads?name=x", content));

        await TestApp.WaitForAsync(() => Directory.GetFiles(Path.Combine(_app.DataFolder, "uploads")).Length == 0);
    }

    [Theory]
    [InlineData("", HttpStatusCode.BadRequest)]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345678901234567890x", HttpStatusCode.BadRequest)]
    public async Task Upload_WithAnImpossibleName_IsRefused(string name, HttpStatusCode expected)
    {
        using HttpClient client = await _app.SignInAsync("Ben");
        string id = await TestApp.CreateProjectAsync(client);
        using var content = new ByteArrayContent([1]);

        using HttpResponseMessage answer = await client.PostAsync($"/api/v1/projects/{id}/datasets/uploads?name={name}", content);

        Assert.Equal(expected, answer.StatusCode);
    }

    [Fact]
    public async Task Upload_OnANearlyFullDisk_IsRefusedWithAdvice()
    {
        using var full = new TestApp(null, ("MinimumFreeBytes", (1L << 49).ToString(System.Globalization.CultureInfo.InvariantCulture)));
        using HttpClient client = await full.SignInAsync("Ben");
        string id = await TestApp.CreateProjectAsync(client);
        using var content = new ByteArrayContent([1]);

        using HttpResponseMessage answer = await client.PostAsync($"/api/v1/projects/{id}/datasets/uploads?name=x", content);

        Assert.Equal(HttpStatusCode.InsufficientStorage, answer.StatusCode);
        Assert.Contains("nearly full", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using HttpResponseMessage health = await client.GetAsync("/health/ready");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, health.StatusCode);
    }

    [Fact]
    public async Task Weights_AreJudgedByTheWorkerAndKeptOnce()
    {
        using HttpClient client = await _app.SignInAsync("Ben");

        using (HttpResponseMessage garbage = await PostWeightsAsync("garbage"))
        {
            Assert.Equal(HttpStatusCode.BadRequest, garbage.StatusCode);
            Assert.Contains("neither safetensors nor", await garbage.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        using (HttpResponseMessage good = await PostWeightsAsync("weights of a kind"))
            Assert.Equal(HttpStatusCode.Created, good.StatusCode);
        using (HttpResponseMessage twice = await PostWeightsAsync("weights of a kind"))
            Assert.Equal(HttpStatusCode.BadRequest, twice.StatusCode);
        using (HttpResponseMessage misfit = await PostWeightsAsync("weights of another network"))
            Assert.Equal(HttpStatusCode.BadRequest, misfit.StatusCode);
        Assert.Single(Directory.GetFiles(Path.Combine(_app.DataFolder, "weights"), "*.weights"));
        Assert.Empty(Directory.GetFiles(Path.Combine(_app.DataFolder, "uploads")));

        async Task<HttpResponseMessage> PostWeightsAsync(string content) =>
            await client.PostAsync("/api/v1/weights/uploads?name=../../my.pth", new StringContent(content));
    }

    private int StoredImages() =>
        Directory.EnumerateFiles(Path.Combine(_app.DataFolder, "images"), "*", SearchOption.AllDirectories).Count();

    private async Task<Dataset> DatasetAsync(IEnumerable<(string, byte[])> files) =>
        _app.Get<DatasetService>().Get(_user, _project.Id, (await ImportAsync(files)).DatasetId);

    private async Task<DatasetImport> ImportAsync(IEnumerable<(string Name, byte[] Content)> files)
    {
        string zip = TestZip.Write(Path.Combine(_app.DataFolder, "uploads", $"{Ids.New()}.zip"), files);
        DatasetImport import = _app.Get<DatasetImports>().StartZip(_user, _project.Id, "Data", zip);
        await _app.WaitForJobAsync(import.Id);
        Assert.False(File.Exists(zip));
        return _app.Get<DatasetImports>().Get(_user, _project.Id, import.Id);
    }

    private sealed class BrokenStream : MemoryStream
    {
        private int _reads;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            ++_reads > 3 ? throw new IOException("The line was cut.") : ValueTask.FromResult(buffer.Length);
    }
}
