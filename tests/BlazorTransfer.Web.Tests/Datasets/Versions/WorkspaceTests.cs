using System.Security.Claims;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Datasets.Changes;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Datasets.Versions;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace BlazorTransfer.Web.Tests.Datasets.Versions;

public sealed class WorkspaceTests
{
    [Fact]
    public async Task Change_OfOneViewer_IsSeenByOthers_AndOthersAreNotified()
    {
        using VersionedData data = await VersionedData.CreateAsync();
        ClaimsPrincipal vera = await data.App.PrincipalAsync(await data.App.CreateUserAsync("Vera"));
        data.App.SetRole(data.Project.Id, "Vera", ProjectRole.Viewer);
        int notified = 0;
        IDisposable subscription = data.Workspaces.Subscribe(vera, data.Project.Id, data.DatasetId, () => notified++);
        // A page that fails must not keep others from hearing of the change.
        using IDisposable failing = data.Workspaces.Subscribe(
            vera,
            data.Project.Id,
            data.DatasetId,
            () => throw new InvalidOperationException("at its end")
        );

        data.Change(new SamplesLabelled([data.Keys[0]], ["b"]));
        subscription.Dispose();
        data.Workspaces.Undo(data.Ada, data.Project.Id, data.DatasetId);

        Assert.Equal(1, notified);
        WorkingCopy seen = data.Workspaces.Open(vera, data.Project.Id, data.DatasetId);
        Assert.Same(data.Copy, seen);
        Assert.Equal((2, true), (seen.LastChange, seen.Summary.IsEmpty));
        Assert.Throws<ForbiddenException>(() => data.Workspaces.Change(vera, data.Project.Id, data.DatasetId, new ClassAdded("c")));
    }

    [Fact]
    public async Task RefusedChange_IsNotWritten()
    {
        using VersionedData data = await VersionedData.CreateAsync();

        RefusedException refused = Assert.Throws<RefusedException>(() => data.Change(new SamplesLabelled([data.Keys[0]], ["wasp"])));
        Assert.Equal("There is no class 'wasp'. Add the class first.", refused.Message);
        Assert.Throws<NotFoundException>(() => data.Change(new VersionRestored(2)));
        Assert.Throws<RefusedException>(() => data.Workspaces.Undo(data.Ada, data.Project.Id, data.DatasetId));

        Assert.Equal(0, data.Copy.LastChange);
        Assert.False(File.Exists(FileOf(data)));
    }

    [Fact]
    public async Task Change_OfAllThatMatch_NamesThemAtThatMoment()
    {
        using VersionedData data = await VersionedData.CreateAsync();
        var isA = new SampleFilter { Class = "a" };

        data.Workspaces.ChangeMatching(data.Ada, data.Project.Id, data.DatasetId, isA, new SamplesTagged([], "light", "warm"));
        data.Change(new SamplesLabelled([data.Keys[0]], ["b"]));

        Assert.Equal(2, data.Copy.Query(new SampleFilter { Tag = new SampleTag("light", "warm") }, SampleOrder.Imported, 0, 9).Total);
        Assert.Equal(
            [(1, 1), (1, 2)],
            data.Workspaces.History(data.Ada, data.Project.Id, data.DatasetId, data.Keys[0]).Select(c => (c.Version, c.Entry.Change.Number))
        );
    }

    [Fact]
    public async Task ChangesOfManyAtOnce_AreAllThere_AfterAKillInTheMiddleOfAnother()
    {
        const int each = 20;
        using VersionedData data = await VersionedData.CreateAsync();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 4),
            async (person, _) =>
            {
                await Task.Yield();
                for (int i = 0; i < each; i++)
                    data.Change(new ClassAdded($"{person} {i}"));
            }
        );
        Assert.Equal(Enumerable.Range(1, 4 * each), data.Copy.Changes().Select(c => c.Change.Number));
        await File.AppendAllTextAsync(FileOf(data), "{\"number\":81,\"type\":\"class-");
        data.Workspaces.Drop(data.DatasetId);

        Assert.Equal((4 * each, 2 + (4 * each)), (data.Copy.LastChange, data.Copy.Classes.Count));
        data.Change(new ClassAdded("next"));

        data.Workspaces.Drop(data.DatasetId);
        Assert.Equal((4 * each) + 1, data.Copy.LastChange);
    }

    [Fact]
    public async Task WorkingCopy_ThatNobodyAsksFor_IsDropped_UnlessSomebodyWatches()
    {
        using VersionedData data = await VersionedData.CreateAsync();
        var clock = new FakeTimeProvider();
        using var workspaces = new DatasetWorkspaces(
            data.App.Get<DocumentCollection<Dataset>>(),
            data.App.Get<ProjectAccess>(),
            data.App.Get<DataFolder>(),
            clock,
            NullLogger<DatasetWorkspaces>.Instance
        );
        IDisposable page = workspaces.Subscribe(data.Ada, data.Project.Id, data.DatasetId, () => { });
        workspaces.Open(data.Ada, data.Project.Id, data.DatasetId);

        clock.Advance(2 * DatasetWorkspaces.IdleTime);
        Assert.Equal(1, workspaces.OpenCount);
        page.Dispose();
        clock.Advance(2 * DatasetWorkspaces.IdleTime);
        Assert.Equal(0, workspaces.OpenCount);

        Assert.Equal(1, workspaces.Change(data.Ada, data.Project.Id, data.DatasetId, new ClassAdded("c")).Number);
    }

    private static string FileOf(VersionedData data) => new VersionFiles(data.App.Get<DataFolder>(), data.DatasetId).Changes(1);
}
