using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Tests.Storage;

/// <summary>The commands that make a damaged data folder work again, as processes.</summary>
public sealed class RebuildTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("blazortransfer-rebuild-").FullName;

    private string Database => Path.Combine(_folder, "blazortransfer.db");

    public void Dispose() => TestFolder.Delete(_folder);

    [Fact]
    public async Task R10_DeletedDatabase_IsMadeAgain_DocumentByDocument()
    {
        Dictionary<string, SortedDictionary<string, string>> before = await FillAsync();
        // A kind of document that this folder has none of would not be compared.
        Assert.All(before, collection => Assert.True(collection.Value.Count > 0, $"No document of '{collection.Key}' is tried."));
        File.Delete(Database);

        (int refused, _, string error) = await WebCommand.RunAsync(_folder);
        Assert.Equal(1, refused);
        Assert.Contains("the file is missing or empty", error, StringComparison.Ordinal);
        Assert.Contains("'BlazorTransfer.Web restore' returns to the newest whole backup", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);

        (int exitCode, string output, string failure) = await WebCommand.RunAsync(_folder, "rebuild");
        Assert.True(exitCode == 0, output + failure);
        AssertSame(before, Read());
        await AssertVeraSignsInAsync();
    }

    [Fact]
    public async Task DamagedDatabase_IsToldAtStart_SetAside_AndRebuilt()
    {
        Dictionary<string, SortedDictionary<string, string>> before = await FillAsync();
        byte[] bytes = await File.ReadAllBytesAsync(Database);
        bytes.AsSpan(8192).Clear();
        await File.WriteAllBytesAsync(Database, bytes);

        (int refused, _, string error) = await WebCommand.RunAsync(_folder);
        Assert.Equal(1, refused);
        Assert.Contains($"The database {Database} is damaged", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);

        (int exitCode, string output, string failure) = await WebCommand.RunAsync(_folder, "rebuild");
        Assert.True(exitCode == 0, output + failure);
        AssertSame(before, Read());
        Assert.Equal(bytes, await File.ReadAllBytesAsync(Assert.Single(Directory.GetFiles(_folder, "blazortransfer.db.replaced-*"))));
    }

    [Fact]
    public async Task BackupAndRestore_ReturnToTheStateOfTheBackup_AndRebuildAddsWhatIsNewer()
    {
        Dictionary<string, SortedDictionary<string, string>> before = await FillAsync();
        (int made, string output, string error) = await WebCommand.RunAsync(_folder, "backup");
        Assert.True(made == 0, output + error);
        using (var app = new TestApp(_folder))
        {
            User ada = app.Get<DocumentCollection<User>>().All().Single(u => u.UserName == "Ada");
            app.Get<ProjectService>().Create(await app.PrincipalAsync(ada), "Newer");
            (int inUse, _, string words) = await WebCommand.RunAsync(_folder, "restore");
            Assert.Equal(1, inUse);
            Assert.Contains("in use by another BlazorTransfer", words, StringComparison.Ordinal);
        }

        string newest = Directory.GetFiles(Path.Combine(_folder, "backups"), "*.db").Order(StringComparer.Ordinal).Last();
        (int unknown, _, string refusal) = await WebCommand.RunAsync(_folder, "restore", "no-such-backup.db");
        Assert.Equal(1, unknown);
        Assert.Contains(Path.GetFileName(newest), refusal, StringComparison.Ordinal);
        (int restored, output, error) = await WebCommand.RunAsync(_folder, "restore");
        Assert.True(restored == 0, output + error);
        AssertSame(before, Read());

        (int rebuilt, output, error) = await WebCommand.RunAsync(_folder, "rebuild");
        Assert.True(rebuilt == 0, output + error);
        Assert.Equal(before["projects"].Count + 1, Read()["projects"].Count);
    }

    private async Task<Dictionary<string, SortedDictionary<string, string>>> FillAsync()
    {
        using var app = new TestApp(_folder);
        await SampleFolder.FillAsync(app);
        return Documents(app);
    }

    private Dictionary<string, SortedDictionary<string, string>> Read()
    {
        using var app = new TestApp(_folder);
        return Documents(app);
    }

    /// <summary>Each document of each collection, as it is stored.</summary>
    private static Dictionary<string, SortedDictionary<string, string>> Documents(TestApp app) =>
        app.Get<IEnumerable<DocumentSchema>>()
            .ToDictionary(
                schema => schema.Collection,
                schema =>
                    app.Get<DocumentStore>()
                        .Read(db => new SortedDictionary<string, string>(
                            db.GetCollection(schema.Collection).FindAll().ToDictionary(d => d["_id"].AsString, d => d.ToString()),
                            StringComparer.Ordinal
                        ))
            );

    private static void AssertSame(
        Dictionary<string, SortedDictionary<string, string>> expected,
        Dictionary<string, SortedDictionary<string, string>> actual
    )
    {
        Assert.Equal(expected.Keys.Order(), actual.Keys.Order());
        Assert.All(expected, collection => Assert.Equal(collection.Value, actual[collection.Key]));
    }

    private async Task AssertVeraSignsInAsync()
    {
        using var app = new TestApp(_folder);
        using HttpClient vera = await app.SignInAsync("Vera");
        Assert.Contains("Flowers", await vera.GetStringAsync("/api/v1/projects"), StringComparison.Ordinal);
    }
}
