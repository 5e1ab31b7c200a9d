using System.Net;
using System.Security.Claims;
using System.Text;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Tests.Datasets;

/// <summary>Uploads whose text is not UTF-8, from the request to the data set.</summary>
public sealed class EncodingChoiceTests : IAsyncLifetime
{
    private static readonly byte[] GbkDog = [0xB9, 0xB7];
    private static readonly byte[] GbkHorse = [0xC2, 0xED];
    private readonly TestApp _app = new();
    private HttpClient _client = null!;
    private ClaimsPrincipal _user = null!;
    private string _project = "";

    private string[] Uploads => Directory.GetFiles(Path.Combine(_app.DataFolder, "uploads"));

    public async ValueTask InitializeAsync()
    {
        _client = await _app.SignInAsync("Ben");
        _project = await TestApp.CreateProjectAsync(_client);
        _user = await _app.PrincipalAsync(_app.Get<DocumentCollection<User>>().All().Single(u => u.UserName == "Ben"));
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        _app.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Upload_ByAScriptWithoutAChoice_IsRefusedWithWhatToDo()
    {
        using HttpResponseMessage answer = await PostAsync("", withTable: false);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        string text = await answer.Content.ReadAsStringAsync();
        Assert.Contains("encoding=NAME", text, StringComparison.Ordinal);
        Assert.Contains("gb18030", text, StringComparison.Ordinal);
        Assert.Empty(Uploads);
    }

    [Fact]
    public async Task Upload_WithAnUnknownEncoding_IsRefused()
    {
        using HttpResponseMessage answer = await PostAsync("&encoding=klingon", withTable: false);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("shift-jis", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upload_WithAChoice_BecomesADataSet()
    {
        using HttpResponseMessage answer = await PostAsync("&encoding=gbk", withTable: true);

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        await DatasetHasBothClassesAsync();
    }

    [Fact]
    public async Task Upload_ByThePage_WaitsForTheChoiceOfNamesAndTable()
    {
        PendingUploads pending = _app.Get<PendingUploads>();
        using HttpResponseMessage answer = await PostAsync("&ask=true", withTable: true);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);

        PendingUpload names = Assert.Single(pending.List(_user, _project));
        Assert.False(names.Question!.IsTable);
        pending.Choose(_user, _project, names.Id, TextEncoding.Find("gb18030"));
        PendingUpload table = Assert.Single(pending.List(_user, _project));
        Assert.True(table.Question!.IsTable);
        Assert.Throws<NotFoundException>(() => pending.Choose(_user, _project, names.Id, TextEncoding.Find("gb18030")));
        pending.Choose(_user, _project, table.Id, TextEncoding.Find("gb18030"));

        Assert.Empty(pending.List(_user, _project));
        await DatasetHasBothClassesAsync();
        await TestApp.WaitForAsync(() => Uploads.Length == 0);
    }

    [Fact]
    public async Task Upload_ThatIsDiscarded_LeavesNoFile()
    {
        using HttpResponseMessage answer = await PostAsync("&ask=true", withTable: false);
        PendingUploads pending = _app.Get<PendingUploads>();
        PendingUpload upload = Assert.Single(pending.List(_user, _project));
        Assert.Single(Uploads);
        ClaimsPrincipal stranger = await _app.PrincipalAsync(await _app.CreateUserAsync("Eve"));
        Assert.ThrowsAny<Exception>(() => pending.Discard(stranger, _project, upload.Id));

        pending.Discard(_user, _project, upload.Id);

        Assert.Empty(Uploads);
        Assert.Empty(pending.List(_user, _project));
    }

    private async Task DatasetHasBothClassesAsync()
    {
        DatasetService datasets = _app.Get<DatasetService>();
        await TestApp.WaitForAsync(() => datasets.List(_user, _project).Count == 1);
        Assert.Equal(["\u72D7", "\u9A6C"], datasets.List(_user, _project)[0].Latest.Classes.Select(c => c.Label));
    }

    private async Task<HttpResponseMessage> PostAsync(string query, bool withTable)
    {
        string path = Path.Combine(_app.DataFolder, "made.zip");
        List<RawZipEntry> entries =
        [
            .. new[] { 1, 2 }.SelectMany(i =>
                new[]
                {
                    new RawZipEntry([.. GbkDog, .. Encoding.ASCII.GetBytes($"/{i}.jpg")], TestZip.Jpeg(10 * i)),
                    new RawZipEntry([.. GbkHorse, .. Encoding.ASCII.GetBytes($"/{i}.jpg")], TestZip.Jpeg(100 + 10 * i)),
                }
            ),
        ];
        if (withTable)
            entries.Add(new RawZipEntry("labels.csv"u8.ToArray(), [.. "file,colour\n"u8, .. GbkDog, .. "/1.jpg,"u8, .. GbkDog]));
        RawZip.Write(path, entries);
        using var content = new ByteArrayContent(await File.ReadAllBytesAsync(path));
        return await _client.PostAsync($"/api/v1/projects/{_project}/datasets/uploads?name=x{query}", content);
    }
}
