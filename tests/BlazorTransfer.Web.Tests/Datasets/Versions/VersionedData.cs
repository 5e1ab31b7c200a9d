using System.Security.Claims;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Datasets.Changes;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Datasets.Versions;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Jobs;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Tests.Datasets.Versions;

/// <summary>The application with a data set of four images in two classes, and an editor.</summary>
internal sealed class VersionedData : IDisposable
{
    private VersionedData(TestApp app) => App = app;

    public TestApp App { get; private set; }

    public ClaimsPrincipal Ada { get; private set; } = null!;

    public Project Project { get; private set; } = null!;

    public string DatasetId { get; private set; } = "";

    public DatasetWorkspaces Workspaces => App.Get<DatasetWorkspaces>();

    public DatasetVersions Versions => App.Get<DatasetVersions>();

    public Dataset Dataset => App.Get<DocumentCollection<Dataset>>().Find(DatasetId)!;

    public WorkingCopy Copy => Workspaces.Open(Ada, Project.Id, DatasetId);

    /// <summary>Keys of all images, excluded or not, in the order of the data set.</summary>
    public IReadOnlyList<string> Keys => Copy.Keys(SampleFilter.All);

    public static async Task<VersionedData> CreateAsync(
        IEnumerable<(string, byte[])>? files = null,
        ImportLayout layout = ImportLayout.Classes
    )
    {
        var data = new VersionedData(new TestApp());
        data.Ada = await data.App.PrincipalAsync(await data.App.CreateUserAsync("Ada"));
        data.Project = data.App.Get<ProjectService>().Create(data.Ada, "Project");
        data.DatasetId = (await data.App.ImportDatasetAsync(data.Ada, data.Project.Id, files, layout)).Id;
        return data;
    }

    public DatasetChange Change(DatasetChange change) => Workspaces.Change(Ada, Project.Id, DatasetId, change);

    /// <summary>Publishes the working copy, and says how that ended.</summary>
    public Task<BackgroundJob> PublishAsync(string note = "") => App.WaitForJobAsync(Versions.Publish(Ada, Project.Id, DatasetId, note).Id);

    public void Dispose() => App.Dispose();
}
