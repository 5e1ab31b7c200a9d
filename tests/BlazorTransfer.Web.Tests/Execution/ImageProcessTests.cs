using System.Security.Claims;
using System.Text;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Imaging;
using BlazorTransfer.Web.Execution;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Projects;

namespace BlazorTransfer.Web.Tests.Execution;

public sealed class ImageProcessTests
{
    /// <summary>Files that crash the decoder, never end, or need all memory are skipped with a reason, and the rest is imported.</summary>
    [Fact]
    public async Task R40_AnImport_SurvivesFilesThatTheDecoderDoesNot()
    {
        using var app = new TestApp(settings: [("MaximumImageTime", "00:00:00.5"), ("MaximumImageMemoryBytes", $"{256L << 20}")]);
        ClaimsPrincipal user = await app.PrincipalAsync(await app.CreateUserAsync("Ada"));
        Project project = app.Get<ProjectService>().Create(user, "Project");
        (string, byte[])[] good = [.. TestZip.TwoClasses()];
        string folder = good[0].Item1[..good[0].Item1.LastIndexOf('/')];
        (string Name, string Reason)[] bad =
        [
            ("crash", "crashes the decoder"),
            ("hang", "more than 0.5 seconds"),
            // Nothing but Linux keeps the limit, and there the test would take all memory.
            .. OperatingSystem.IsLinux() ? [("eat memory", "more than 256 MB")] : Array.Empty<(string, string)>(),
        ];

        Dataset dataset = await app.ImportDatasetAsync(
            user,
            project.Id,
            [.. good, .. bad.Select(b => ($"{folder}/{b.Name}.jpg", Encoding.ASCII.GetBytes(b.Name)))]
        );

        Assert.Equal(good.Length, dataset.Latest.Images);
        IReadOnlyList<RejectedFile> rejected = app.Get<DatasetService>().Rejected(user, project.Id, dataset.Id, 1);
        Assert.Equal(bad.Length, rejected.Count);
        foreach ((string name, string reason) in bad)
            Assert.Contains(
                reason,
                rejected.Single(r => r.Name.EndsWith($"{name}.jpg", StringComparison.Ordinal)).Reason,
                StringComparison.Ordinal
            );
    }

    [Fact]
    public async Task Files_AskedAtOnce_GetTheirOwnAnswers()
    {
        using var app = new TestApp();
        var processes = app.Get<ImageProcesses>();
        byte[][] files = [.. Enumerable.Range(1, 40).Select(i => i % 5 == 0 ? [1, 2, 3] : TestZip.Jpeg(shade: 5, side: i))];

        ImageAnswer[] answers = await Task.WhenAll(files.Select(f => processes.VerifyAsync(f, CancellationToken.None)));

        for (int i = 1; i <= files.Length; i++)
        {
            ImageAnswer answer = answers[i - 1];
            Assert.Equal(i % 5 == 0 ? (0, 0, null) : (i, i, ImageFormat.Jpeg), (answer.Width, answer.Height, (ImageFormat?)answer.Format));
            Assert.Equal(i % 5 == 0, answer.Rejection is not null);
        }
    }

    [Fact]
    public async Task AFile_ThatFailsAfterOthersOnly_IsJudgedInAFreshProcess()
    {
        using var app = new TestApp();
        var processes = app.Get<ImageProcesses>();
        // More than there are processes, so that each is used.
        for (int i = 0; i < 8; i++)
            Assert.Null((await processes.VerifyAsync(TestZip.Jpeg(i), CancellationToken.None)).Rejection);

        ImageAnswer answer = await processes.VerifyAsync(Encoding.ASCII.GetBytes("crash if used"), CancellationToken.None);

        Assert.DoesNotContain("crashes the decoder", answer.Rejection, StringComparison.Ordinal);
        Assert.Contains("not a picture", answer.Rejection, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnImport_WithoutAWorker_FailsWithAReason_AndRejectsNoFile()
    {
        string empty = Directory.CreateTempSubdirectory("blazortransfer-").FullName;
        File.WriteAllText(Path.Combine(empty, "BlazorTransfer.Worker.dll"), "no program");
        using var app = new TestApp(settings: [("WorkerFolder", empty)]);

        InvalidOperationException refusal = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            app.Get<ImageProcesses>().VerifyAsync([1], CancellationToken.None)
        );

        Assert.Contains("decodes images", refusal.Message, StringComparison.Ordinal);
        TestFolder.Delete(empty);
    }
}
