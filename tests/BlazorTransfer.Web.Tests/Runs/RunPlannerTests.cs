using System.Security.Claims;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Refusals;

namespace BlazorTransfer.Web.Tests.Runs;

/// <summary>Checks of a request that are made before a run exists.</summary>
public sealed class RunPlannerTests : IAsyncLifetime
{
    private readonly TestApp _app = new();
    private ClaimsPrincipal _ada = null!;
    private Project _project = null!;
    private Dataset _dataset = null!;

    public async ValueTask InitializeAsync()
    {
        _ada = await _app.PrincipalAsync(await _app.CreateUserAsync("Ada"));
        (_project, _dataset) = await _app.CreateProjectWithDataAsync(_ada);
    }

    public ValueTask DisposeAsync()
    {
        _app.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Plan_ImagesBelowTheNetworksMinimum_IsRefusedInTheWordsOfTheForm()
    {
        RefusedException refused = await Assert.ThrowsAsync<RefusedException>(() => PlanAsync(imageSize: 7));

        Assert.Equal(
            "Fake needs images of at least 8 pixels, and the image size is 7. Choose a larger image size, such as 224, or another network.",
            refused.Message
        );
    }

    [Theory]
    [InlineData(8)]
    [InlineData(0)]
    public async Task Plan_SmallestImagesOrTheNetworksOwn_IsAccepted(int imageSize) => Assert.Single(await PlanAsync(imageSize));

    [Fact]
    public async Task Plan_TagThatNoImageHas_IsRefusedBeforeTheRunIsQueued()
    {
        RefusedException refused = await Assert.ThrowsAsync<RefusedException>(() =>
            PlanAsync(imageSize: 0, only: new SampleTag("domain", "sketch"))
        );

        Assert.Equal($"'{_dataset.Name}' has no images with domain=sketch.", refused.Message);
    }

    private Task<IReadOnlyList<(RunSubmission Submission, JobSpec Job)>> PlanAsync(int imageSize, SampleTag? only = null) =>
        _app.Get<RunPlanner>()
            .PlanAsync(
                _ada,
                _project.Id,
                new RunRequest
                {
                    DatasetId = _dataset.Id,
                    DatasetVersion = 1,
                    Only = only,
                    Backbone = "fake",
                    Method = "fake-method",
                    Parameters = new Dictionary<string, ParameterValue> { [ParameterNames.ImageSize] = imageSize },
                }
            );
}
