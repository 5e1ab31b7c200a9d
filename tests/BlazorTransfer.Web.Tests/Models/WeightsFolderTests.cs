using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using BlazorTransfer.Web.Features.Models;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Tests.Models;

/// <summary>Files that somebody copies into the weights folder, by hand and at any moment.</summary>
public sealed class WeightsFolderTests : IDisposable
{
    private readonly TestApp _app = NewApp();

    public void Dispose() => _app.Dispose();

    [Fact]
    public async Task CopiedFile_IsTakenInUnderItsNameAndBelongsToNobody()
    {
        Write("my net.pth", "weights of a net");

        await SettleAsync(_app);

        BackboneWeights entry = Assert.Single(Entered);
        Assert.Equal(("my net.pth", Hash("weights of a net"), ""), (entry.Name, entry.Sha256, entry.ImportedBy));
        Assert.Equal([entry.File, $"{entry.File}.json"], Files());
        ClaimsPrincipal ben = await _app.PrincipalAsync(await _app.CreateUserAsync("Ben")),
            admin = await _app.PrincipalAsync(await _app.CreateUserAsync("Root", isAdmin: true));
        Assert.Throws<ForbiddenException>(() => Library.Remove(ben, entry.Id));
        Library.Remove(admin, entry.Id);
        Assert.Empty(Files());
    }

    [Fact]
    public async Task HalfCopiedFile_IsLeftAloneUntilItStaysTheSame()
    {
        for (int i = 0; i < 4; i++)
        {
            File.AppendAllText(PathOf("big.safetensors"), "weights, more of them; ");
            await Folder.LookAsync();
            Assert.Equal(["big.safetensors"], Folder.Waiting);
            Assert.Empty(Entered);
        }

        await Folder.LookAsync();

        Assert.Equal(Hash(string.Concat(Enumerable.Repeat("weights, more of them; ", 4))), Assert.Single(Entered).Sha256);
        Assert.Empty(Folder.Waiting);
    }

    [Theory]
    [InlineData(".net.pth.Xy12")]
    [InlineData("net.pth.part")]
    [InlineData("net.pth.crdownload")]
    [InlineData("net.pth.TMP")]
    [InlineData("net.pth~")]
    public async Task FileWithATemporaryName_IsNotLookedAt(string name)
    {
        Write(name, "weights");

        await SettleAsync(_app);

        Assert.Empty(Entered);
        Assert.Equal((0, 0), (Folder.Waiting.Count, Folder.Refused.Count));
        Assert.Equal([name], Files());
    }

    [Fact]
    public async Task RefusedFiles_StayWhereTheyAre_AndAreToldByNameWithTheReason()
    {
        Write("notes.txt", "no weights");
        Write("other.pth", "weights of another network");
        Write("twice.pth", "weights");
        Write("twice-again.pth", "weights");
        File.CreateSymbolicLink(PathOf("link.pth"), PathOf("twice.pth"));

        await SettleAsync(_app);

        Assert.Equal(["link.pth", "notes.txt", "other.pth", "twice.pth"], Folder.Refused.Select(r => r.File));
        Assert.Contains("link", Reason("link.pth"), StringComparison.Ordinal);
        Assert.Contains("neither safetensors nor", Reason("notes.txt"), StringComparison.Ordinal);
        Assert.Contains("fits none of the known networks", Reason("other.pth"), StringComparison.Ordinal);
        Assert.Equal(["conv.weight"], Folder.Refused.Single(r => r.File == "other.pth").Mismatch!.Missing);
        Assert.Contains("here already, as 'twice-again.pth'", Reason("twice.pth"), StringComparison.Ordinal);

        // Another file of that name is another matter; one that is gone is none.
        Write("notes.txt", "weights after all");
        File.Delete(PathOf("other.pth"));
        await SettleAsync(_app);
        Assert.Contains(Entered, w => w.Name == "notes.txt");
        Assert.Equal(["link.pth", "twice.pth"], Folder.Refused.Select(r => r.File));
    }

    [Fact]
    public async Task LookNow_JudgesAgainWhatWasRefused()
    {
        Write("net.pth", "weights");
        Write("net2.pth", "weights");
        await SettleAsync(_app);
        ClaimsPrincipal admin = await _app.PrincipalAsync(await _app.CreateUserAsync("Root", isAdmin: true));
        Assert.Single(Folder.Refused);
        Library.Remove(admin, Library.List(admin).Single().Id);

        await Folder.LookNowAsync(admin, CancellationToken.None);

        Assert.Equal(("net2.pth", 0), (Library.List(admin).Single().Name, Folder.Refused.Count));
        await Assert.ThrowsAsync<ForbiddenException>(() =>
            Folder.LookNowAsync(new ClaimsPrincipal(new ClaimsIdentity()), CancellationToken.None)
        );
    }

    [Fact]
    public async Task FilesOfAnEarlierInstallation_AreThereAgainAfterTheStart()
    {
        Write("net.pth", "weights");
        await SettleAsync(_app);
        BackboneWeights before = Assert.Single(Entered);
        _app.Get<DocumentCollection<BackboneWeights>>().Remove(before.Id);

        await SettleAsync(_app);

        BackboneWeights after = Assert.Single(Entered);
        Assert.Equal((before.Sha256, before.File), (after.Sha256, after.File));
        Assert.True(File.Exists(Library.PathOf(after)));
    }

    [Fact]
    public async Task Application_LooksByItself()
    {
        using TestApp app = NewApp("00:00:00.2");
        File.WriteAllText(Path.Combine(app.DataFolder, "weights", "net.pth"), "weights");

        _ = app.Get<WeightsFolder>();

        await TestApp.WaitForAsync(() => app.Get<DocumentCollection<BackboneWeights>>().Count() == 1);
    }

    private WeightsFolder Folder => _app.Get<WeightsFolder>();

    private WeightsLibrary Library => _app.Get<WeightsLibrary>();

    // A day: the tests look themselves.
    private static TestApp NewApp(string pause = "1.00:00:00")
    {
        var app = new TestApp(null, ("WeightsFolderPause", pause));
        _ = app.Get<DataFolder>();
        return app;
    }

    private static async Task SettleAsync(TestApp app)
    {
        await app.Get<WeightsFolder>().LookAsync();
        await app.Get<WeightsFolder>().LookAsync();
    }

    private IReadOnlyList<BackboneWeights> Entered => _app.Get<DocumentCollection<BackboneWeights>>().All();

    private string Reason(string file) => Folder.Refused.Single(r => r.File == file).Reason;

    private string PathOf(string name) => Path.Combine(_app.DataFolder, "weights", name);

    private void Write(string name, string content) => File.WriteAllText(PathOf(name), content);

    private string[] Files() =>
        [.. Directory.GetFiles(Path.Combine(_app.DataFolder, "weights")).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    private static string Hash(string content) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)));
}
