using BlazorTransfer.Imaging;
using BlazorTransfer.Web.Components.Shared;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Jobs;
using BlazorTransfer.Web.Localization;
using BlazorTransfer.Web.Security;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.Guide;

/// <summary>
/// Leads to the experiment of a guide page. It needs a project that the user edits and the sample data set; where one of them is missing,
/// it is made here.
/// </summary>
public sealed partial class GuideExperimentPage
{
    private readonly CancellationTokenSource _closed = new();
    private IReadOnlyList<Project> _projects = [];
    private Project? _chosen;
    private DatasetImport? _import;
    private string? _error;
    private bool _isViewer;
    private bool _isPreparing;

    /// <summary>One of <see cref="Components.GuideTopics"/>.</summary>
    [Parameter]
    public string Topic { get; set; } = "";

    [Inject]
    private ProjectService Projects { get; set; } = null!;

    [Inject]
    private DatasetService Datasets { get; set; } = null!;

    [Inject]
    private DatasetImports Imports { get; set; } = null!;

    [Inject]
    private JobService Jobs { get; set; } = null!;

    private IReadOnlyList<Choice<Project>> Choices =>
        [.. _projects.Select(p => new Choice<Project>(p, p.Name)), new Choice<Project>(null, T["NewProject"])];

    protected override async Task OnInitializedAsync()
    {
        await base.OnInitializedAsync();
        IReadOnlyList<Project> all = Projects.List(User);
        _projects = [.. all.Where(p => p.RoleOf(UserClaims.IdOf(User)) >= ProjectRole.Editor)];
        _isViewer = all.Count > 0;
        _chosen = _projects.FirstOrDefault();
        if (_projects.SelectMany(p => Datasets.List(User, p.Id)).FirstOrDefault(IsSample) is { } sample)
            Open(sample.ProjectId, sample.Id);
    }

    public void Dispose()
    {
        _closed.Cancel();
        _closed.Dispose();
    }

    // Names can be changed, so the sample data set is known by its images.
    private static bool IsSample(Dataset dataset) =>
        dataset.Latest.Images == new SampleDatasetGenerator().Count
        && dataset.Latest.Tags?.Any(t => t.Name == SampleDatasetGenerator.LightingTag) == true;

    private void Open(string projectId, string datasetId)
    {
        // No button appears for the moment until the other page is there.
        _isPreparing = true;
        Navigation.NavigateTo(GuideLibrary.ExperimentAddress(Topic, projectId, datasetId), replace: true);
    }

    private async Task PrepareAsync()
    {
        // A second click can arrive before the browser has removed the button.
        if (_isPreparing)
            return;
        (_isPreparing, _error) = (true, null);
        _isPreparing = await AttemptAsync(() =>
        {
            Project project = _chosen ?? Projects.Create(User, T["ProjectName"]);
            _chosen = project;
            _import =
                Imports.List(User, project.Id).FirstOrDefault(i => i.IsSample && !i.State.IsFinal())
                ?? Imports.StartSample(User, project.Id);
        });
        if (_isPreparing)
            _ = FollowAsync(_import!);
    }

    /// <summary>Shows the progress of the import, and opens the experiment once the data set is there.</summary>
    private async Task FollowAsync(DatasetImport import)
    {
        try
        {
            await foreach (int _ in Jobs.WatchAsync(User, import.ProjectId, _closed.Token))
            {
                DatasetImport now = Imports.Get(User, import.ProjectId, import.Id);
                await InvokeAsync(() => Observe(now));
                if (now.State.IsFinal())
                    return;
            }
        }
        catch (OperationCanceledException) { }
        catch (Exception e)
        {
            await DispatchExceptionAsync(e);
        }
    }

    private void Observe(DatasetImport import)
    {
        _import = import;
        if (import.State == JobState.Succeeded)
        {
            Open(import.ProjectId, import.DatasetId);
            return;
        }

        if (import.State.IsFinal())
            (_isPreparing, _error) = (false, EngineTexts.Of(import.Error) ?? T["ImportCancelled"]);
        StateHasChanged();
    }
}
