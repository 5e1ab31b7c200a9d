using System.Net;
using System.Security.Claims;
using System.Text;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Jobs;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;
using Bunit;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Tests.Datasets;

/// <summary>What an upload will become, from the request to the data set: it is shown, changed and confirmed before anything is
/// stored.</summary>
public sealed class ImportPreviewTests : PageTests, IAsyncLifetime
{
    private HttpClient _client = null!;
    private ClaimsPrincipal _user = null!;
    private string _project = "";

    private PendingUploads Pending => App.Get<PendingUploads>();

    private string[] StoredImages => Directory.GetFiles(Path.Combine(App.DataFolder, "images"), "*", SearchOption.AllDirectories);

    public async ValueTask InitializeAsync()
    {
        _client = await App.SignInAsync("Ben");
        _project = await TestApp.CreateProjectAsync(_client);
        _user = await App.PrincipalAsync(App.Get<DocumentCollection<User>>().All().Single(u => u.UserName == "Ben"));
    }

    [Fact]
    public async Task Upload_OfCocoImages_ShowsThemBeforeAnythingIsStored()
    {
        PendingUpload upload = await UploadAsync(Folder("coco-small"));

        ImportPreview preview = upload.Preview!;
        Assert.Equal((ImportLayout.Coco, ImportLayout.Coco), (preview.Recognised, preview.Options.Layout));
        Assert.Equal((40, 51), (preview.Samples, preview.Classes.Count));
        Assert.Equal("person", preview.Classes[0].Label);
        Assert.Equal(8, preview.First.Count);
        Assert.Empty(StoredImages);
        using HttpResponseMessage image = await _client.GetAsync($"/api/v1/projects/{_project}/datasets/uploads/{upload.Id}/images/0");
        Assert.Equal("image/jpeg", image.Content.Headers.ContentType!.MediaType);
        using HttpResponseMessage none = await _client.GetAsync($"/api/v1/projects/{_project}/datasets/uploads/{upload.Id}/images/8");
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);

        Pending.Change(_user, _project, upload.Id, new ImportOptions(ImportLayout.Coco, BoxUse.Crops, Margin: 0.1));
        PendingUpload changed = Assert.Single(Pending.List(_user, _project));
        Assert.Equal((upload.Id, 288, 51), (changed.Id, changed.Preview!.Samples, changed.Preview.Classes.Count));
        Assert.Empty(StoredImages);

        DatasetImport import = Pending.Confirm(_user, _project, upload.Id);
        await App.WaitForJobAsync(import.Id);

        DatasetManifest manifest = App.Get<DatasetService>().Manifest(_user, _project, import.DatasetId, 1);
        Assert.Equal(288, manifest.Samples.Count);
        Assert.Equal(40, StoredImages.Length);
        Assert.Empty(Pending.List(_user, _project));
        await RegionIsServedAsync(import.DatasetId, manifest.Samples[0]);
        await ReportListsAllAsync(import.DatasetId, manifest);
    }

    [Fact]
    public async Task Upload_AsMultiLabel_KeepsAllClassesOfAnImage()
    {
        PendingUpload upload = await UploadAsync(Folder("voc-small"));

        DatasetImport import = Pending.Confirm(_user, _project, upload.Id);
        await App.WaitForJobAsync(import.Id);

        DatasetManifest manifest = App.Get<DatasetService>().Manifest(_user, _project, import.DatasetId, 1);
        Assert.Equal(LabelKind.MultiLabel, manifest.Kind);
        Assert.Equal((60, 3), (manifest.Samples.Count, manifest.Classes.Count));
    }

    [Fact]
    public async Task Upload_ReadInAnotherWay_SaysWhatIsMissingAndStartsNothing()
    {
        PendingUpload upload = await UploadAsync(TestZip.TwoClasses());
        Assert.Equal(ImportLayout.Classes, upload.Preview!.Options.Layout);

        Pending.Change(_user, _project, upload.Id, new ImportOptions(ImportLayout.Table));

        Assert.Contains("no labels.csv", Assert.Single(Pending.List(_user, _project)).Preview!.Problem!.English, StringComparison.Ordinal);
        Assert.Throws<RefusedException>(() => Pending.Confirm(_user, _project, upload.Id));
        Assert.Throws<RefusedException>(() => Pending.Change(_user, _project, upload.Id, new ImportOptions(Margin: double.NaN)));
        Pending.Change(_user, _project, upload.Id, new ImportOptions());
        await App.WaitForJobAsync(Pending.Confirm(_user, _project, upload.Id).Id);
        Assert.Single(App.Get<DatasetService>().List(_user, _project));
    }

    [Theory]
    [InlineData("not a zip at all")]
    [InlineData("")]
    public async Task Upload_ThatIsNoZip_FailsAsAnImportWithTheReason(string content)
    {
        using HttpResponseMessage answer = await PostAsync(Encoding.ASCII.GetBytes(content));

        if (content.Length == 0)
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        else
            await TestApp.WaitForAsync(() => App.Get<DatasetImports>().List(_user, _project).Any(i => i.State == JobState.Failed));
        Assert.Empty(Pending.List(_user, _project));
    }

    /// <summary>What tears an import apart is refused with words, and nothing of it is left.</summary>
    [Theory]
    [InlineData("instances.json", """{"images":[{"id":1,"file_name":"1.jpg"}],"annotations":[{"bbox":[NaN]}],"categories":[]}""")]
    [InlineData("data.yaml", "names: &a [*a]")]
    [InlineData("Annotations/1.xml", "<!DOCTYPE a [<!ENTITY x \"y\">]><annotation><filename>&x;</filename></annotation>")]
    public async Task Import_OfHostileAnnotations_LeavesNothingBehind(string name, string content)
    {
        PendingUpload upload = await UploadAsync([
            (name, Encoding.UTF8.GetBytes(content)),
            ("1.jpg", TestZip.Jpeg(10)),
            ("1.txt", "0 0.5 0.5 1 1"u8.ToArray()),
        ]);

        Assert.NotNull(upload.Preview!.Problem);
        string zip = TestZip.Write(
            Path.Combine(App.DataFolder, "uploads", $"{Ids.New()}.zip"),
            [(name, Encoding.UTF8.GetBytes(content)), ("1.jpg", TestZip.Jpeg(10)), ("1.txt", "0 0.5 0.5 1 1"u8.ToArray())]
        );
        DatasetImport import = App.Get<DatasetImports>().StartZip(_user, _project, "Data", zip, upload.Preview.Options);
        BackgroundJob job = await App.WaitForJobAsync(import.Id);

        Assert.Equal(JobState.Failed, job.State);
        Assert.NotNull(job.Error?.Code);
        Assert.Empty(StoredImages);
        Assert.Empty(App.Get<DatasetService>().List(_user, _project));
        Pending.Discard(_user, _project, upload.Id);
        Assert.Empty(Directory.GetFiles(Path.Combine(App.DataFolder, "uploads")));
    }

    [Fact]
    public async Task Page_ShowsTheRecognisedClasses_AndImportsThemOnConfirmation()
    {
        await UploadAsync(TestZip.TwoClasses());
        IRenderedComponent<IComponent> page = Open<DatasetsPage>(_user, ("ProjectId", _project));

        Assert.Contains("Check the import of x", page.Markup, StringComparison.Ordinal);
        Assert.Contains("Recognised by the file names", page.Markup, StringComparison.Ordinal);
        Assert.NotEmpty(page.FindAll("ul.first img"));
        page.Press(() => page.FindAll("button").Single(b => b.TextContent.Trim() == "Import images"));

        await TestApp.WaitForAsync(() => App.Get<DatasetService>().List(_user, _project).Count == 1);
        Assert.Empty(Pending.List(_user, _project));
    }

    protected override void Dispose(bool disposing)
    {
        _client?.Dispose();
        base.Dispose(disposing);
    }

    private async Task RegionIsServedAsync(string datasetId, Sample sample)
    {
        PixelArea r = sample.Region!.Value;
        string image = $"/api/v1/projects/{_project}/datasets/{datasetId}/images/{sample.Sha256}";
        foreach (string size in new[] { "thumbnail", "full" })
        {
            byte[] jpeg = await _client.GetByteArrayAsync($"{image}?size={size}&region={r.Left},{r.Top},{r.Width},{r.Height}");
            Imaging.RgbImage drawn = Imaging.ImageDecoder.DecodeRgb(jpeg);
            Assert.Equal((double)r.Width / r.Height, (double)drawn.Width / drawn.Height, 0.1 * r.Width / r.Height + 0.05);
        }

        // Not any region: each would be a file.
        foreach (string other in new[] { $"{r.Left},{r.Top},{r.Width},{r.Height + 1}", "-1,0,9,9", "0,0,99999,9", "x", "../.." })
        {
            using HttpResponseMessage refused = await _client.GetAsync($"{image}?region={Uri.EscapeDataString(other)}");
            Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);
        }
    }

    private async Task ReportListsAllAsync(string datasetId, DatasetManifest manifest)
    {
        using HttpResponseMessage report = await _client.GetAsync(
            $"/api/v1/projects/{_project}/datasets/{datasetId}/versions/1/import-report"
        );
        Assert.Equal("text/csv", report.Content.Headers.ContentType!.MediaType);
        string[] lines = (await report.Content.ReadAsStringAsync()).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(manifest.Samples.Count + 1, lines.Length);
    }

    private static IEnumerable<(string, byte[])> Folder(string name)
    {
        string root = SharedFiles.Path("data", name);
        return Directory
            .GetFiles(root, "*", SearchOption.AllDirectories)
            .Select(f => (Path.GetRelativePath(root, f), File.ReadAllBytes(f)));
    }

    private async Task<PendingUpload> UploadAsync(IEnumerable<(string, byte[])> files)
    {
        string zip = TestZip.Write(Path.Combine(App.DataFolder, $"{Ids.New()}.zip"), files);
        using HttpResponseMessage answer = await PostAsync(await File.ReadAllBytesAsync(zip));
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        return Assert.Single(Pending.List(_user, _project));
    }

    private async Task<HttpResponseMessage> PostAsync(byte[] body)
    {
        using var content = new ByteArrayContent(body);
        return await _client.PostAsync($"/api/v1/projects/{_project}/datasets/uploads?name=x&layout=auto&ask=true&preview=true", content);
    }
}
