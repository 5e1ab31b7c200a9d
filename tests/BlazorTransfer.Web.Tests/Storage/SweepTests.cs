using System.Diagnostics;
using System.Security.Claims;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Tests.Storage;

/// <summary>What a killed process leaves behind.</summary>
public sealed class SweepTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("blazortransfer-sweep-").FullName;

    public void Dispose() => TestFolder.Delete(_folder);

    [Fact]
    public void R14_Start_DeletesUnfinishedFiles_AndRunFoldersThatWereNeverComplete()
    {
        using (var first = new TestApp(_folder))
            _ = first.Factory.Services;
        string[] unfinished =
        [
            .. new[] { "", "images/ab", "datasets/d1", "weights", "thumbnails/ab", "documents/projects", "backups" }.Select(f =>
                Path.Combine(_folder, f, $"x.{Guid.NewGuid():N}.tmp")
            ),
            Path.Combine(_folder, "backups", "blazortransfer-20261127T090000Z.db.tmp"),
            Path.Combine(_folder, "runs", "run1", "job.json"),
        ];
        string[] kept = [Path.Combine(_folder, "weights", "copied-by-somebody.tmp"), Path.Combine(_folder, "images", "ab", "x.jpg")];
        foreach (string file in unfinished.Concat(kept))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, "");
        }

        using var app = new TestApp(_folder);
        _ = app.Factory.Services;

        Assert.All(unfinished, file => Assert.False(File.Exists(file), file));
        Assert.All(kept, file => Assert.True(File.Exists(file), file));
        Assert.False(Directory.Exists(Path.Combine(_folder, "runs", "run1")));
    }

    [Fact]
    public async Task R14_RunsThatHaveEnded_KeepNoUnfinishedFiles()
    {
        string[] unfinished;
        using (var first = new TestApp(_folder))
        {
            ClaimsPrincipal user = await first.PrincipalAsync(await first.CreateUserAsync("Ada"));
            (Project project, Dataset data) = await first.CreateProjectWithDataAsync(user);
            Run ended = await first.WaitForEndAsync((await first.SubmitAsync(user, project, data, "succeed")).Id);
            Run atWork = await first.SubmitAsync(user, project, data, "wait-for-cancel");
            await first.WaitForRunAsync(atWork.Id, r => r.Status == RunStatus.Running);
            RunFolder folder = first.Get<DataFolder>().Run(atWork.Id);
            unfinished =
            [
                Path.Combine(first.Get<DataFolder>().Run(ended.Id).Path, $"cancel.{Guid.NewGuid():N}.tmp"),
                Path.Combine(folder.Checkpoints, $"best.safetensors.{Guid.NewGuid():N}.tmp"),
            ];
            Array.ForEach(unfinished, file => File.WriteAllText(file, ""));

            // The worker is killed while it saves; the other file is what an earlier end of the application left.
            KillWorker(folder);
            await first.WaitForEndAsync(atWork.Id);
            await TestApp.WaitForAsync(() => !File.Exists(unfinished[1]));
            Assert.True(File.Exists(unfinished[0]));
        }

        using var app = new TestApp(_folder);
        _ = app.Factory.Services;

        Assert.All(unfinished, file => Assert.False(File.Exists(file), file));
    }

    private static void KillWorker(RunFolder folder)
    {
        using Process worker = ProtocolJson.TryRead<WorkerProcessRecord>(folder.WorkerProcess)!.Find()!;
        worker.Kill();
    }
}
