using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Tests.Datasets.Versions;

public sealed class VersionApiTests
{
    private static readonly (string, byte[])[] Named =
    [
        ("蚂蚁/1, the first.jpg", TestZip.Jpeg(10)),
        ("蚂蚁/שלום.jpg", TestZip.Jpeg(60)),
        ("bees; \"wild\"/1.jpg", TestZip.Jpeg(120)),
        ("bees; \"wild\"/2.jpg", TestZip.Jpeg(200)),
    ];

    [Fact]
    public async Task WorkingCopy_ThroughTheApi_IsQueriedChangedAndPublished()
    {
        using VersionedData data = await VersionedData.CreateAsync();
        using HttpClient client = await data.App.SignInAsync("Ada");
        string root = $"/api/v1/projects/{data.Project.Id}/datasets/{data.DatasetId}";

        await PostAsync("working-copy/changes", new { type = "class-add", name = "wasps" });
        await PostAsync(
            "working-copy/changes",
            new
            {
                type = "label",
                labels = new[] { "wasps" },
                matching = new { @class = "a", split = "train" },
            }
        );
        JsonElement page = await GetAsync("working-copy/samples?class=wasps&changed=true&order=name&count=1");
        Assert.Equal(1, page.GetProperty("total").GetInt32());
        Assert.True(page.GetProperty("samples")[0].GetProperty("isChanged").GetBoolean());
        JsonElement differences = await GetAsync("versions/1/differences?kind=relabelled");
        Assert.Equal("wasps", differences.GetProperty("differences")[0].GetProperty("after").GetProperty("labels")[0].GetString());
        Assert.Equal(2, (await GetAsync("working-copy")).GetProperty("nextUndo").GetInt32());
        await PostAsync("working-copy/undo", new { });
        await PostAsync("working-copy/redo", null);
        Assert.Equal(4, (await GetAsync("working-copy/changes")).GetArrayLength());
        string key = page.GetProperty("samples")[0].GetProperty("sample").GetProperty("key").GetString()!;
        Assert.Equal(
            "label",
            (await GetAsync($"working-copy/samples/history?key={key}"))[0].GetProperty("change").GetProperty("type").GetString()
        );
        JsonElement publication = await PostAsync("versions", new { note = "Wasps" });
        await data.App.WaitForJobAsync(publication.GetProperty("jobId").GetString()!);

        Assert.Equal("Wasps", (await GetAsync("versions"))[0].GetProperty("note").GetString());
        foreach (
            string wrong in new[]
            {
                "working-copy/samples?split=3",
                "working-copy/samples?tag=x",
                "working-copy/samples?count=0",
                "working-copy/samples?order=none",
                "versions/2/export?format=xml",
            }
        )
        {
            using HttpResponseMessage refused = await client.GetAsync($"{root}/{wrong}");
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        }

        async Task<JsonElement> GetAsync(string path) => await client.GetFromJsonAsync<JsonElement>($"{root}/{path}");

        async Task<JsonElement> PostAsync(string path, object? body)
        {
            using HttpResponseMessage answer = await client.PostAsJsonAsync($"{root}/{path}", body);
            string text = await answer.Content.ReadAsStringAsync();
            Assert.True(answer.IsSuccessStatusCode, text);
            return JsonSerializer.Deserialize<JsonElement>(text);
        }
    }

    [Theory]
    [InlineData("csv", ImportLayout.Table)]
    [InlineData("classFolders", ImportLayout.Classes)]
    public async Task ExportedVersion_ImportedAgain_HasTheSameHash(string format, ImportLayout layout)
    {
        (string, byte[]) table = (
            "labels.csv",
            Encoding.UTF8.GetBytes("file,material\n\"蚂蚁/1, the first.jpg\",木\n蚂蚁/שלום.jpg,\"stone, hard\"\n")
        );
        using VersionedData data = await VersionedData.CreateAsync([.. Named, table]);
        using HttpClient client = await data.App.SignInAsync("Ada");

        byte[] zip = await client.GetByteArrayAsync(
            $"/api/v1/projects/{data.Project.Id}/datasets/{data.DatasetId}/versions/1/export?format={format}"
        );

        string file = Path.Combine(data.App.DataFolder, "uploads", $"{Ids.New()}.zip");
        await File.WriteAllBytesAsync(file, zip);
        DatasetImport import = data.App.Get<DatasetImports>().StartZip(data.Ada, data.Project.Id, "Again", file, layout);
        await data.App.WaitForJobAsync(import.Id);
        Dataset again = data.App.Get<DatasetService>().Get(data.Ada, data.Project.Id, import.DatasetId);
        Assert.Equal(2, again.Latest.Tags!.Count);
        Assert.Equal(data.Dataset.Latest.Hash, again.Latest.Hash);
    }
}
