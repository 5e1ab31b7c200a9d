using System.Security.Claims;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.NewRun;
using BlazorTransfer.Web.Features.Projects;
using Bunit;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Tests.Datasets;

public sealed class DatasetWarningPageTests : PageTests
{
    private static readonly string[] Expected =
    [
        "The class 'c' has no training images, so it cannot be learned. Add training images, or remove the class. "
            + "Its validation or test image counts as a mistake.",
        "There are 3 validation images. With fewer than 20, the validation accuracy is mostly chance. Add images, or use cross-validation.",
    ];

    [Fact]
    public async Task DatasetPage_OfAClassWithoutTrainingImages_ShowsTheWarnings()
    {
        (ClaimsPrincipal ada, Project project, Dataset dataset) = await ImportAsync();

        IRenderedComponent<IComponent> page = Open<DatasetPage>(ada, ("ProjectId", project.Id), ("DatasetId", dataset.Id));

        Assert.Equal(Expected, page.FindAll(".bt-note[role=note]").Select(n => n.TextContent));
    }

    [Fact]
    public async Task NewRunForm_OfAClassWithoutTrainingImages_ShowsTheWarnings()
    {
        (ClaimsPrincipal ada, Project project, _) = await ImportAsync();

        IRenderedComponent<IComponent> form = Open<NewRunPage>(ada, ("ProjectId", project.Id));

        await form.WaitForAssertionAsync(
            () => Assert.Equal(Expected, form.FindAll(".bt-note[role=note]").Select(n => n.TextContent)),
            TimeSpan.FromSeconds(60)
        );
    }

    private async Task<(ClaimsPrincipal User, Project Project, Dataset Dataset)> ImportAsync()
    {
        ClaimsPrincipal ada = await App.PrincipalAsync(await App.CreateUserAsync("Ada"));
        Project project = App.Get<ProjectService>().Create(ada, "Project");
        Dataset dataset = await App.ImportDatasetAsync(
            ada,
            project.Id,
            [
                ("train/a/1.jpg", TestZip.Jpeg(11)),
                ("train/b/2.jpg", TestZip.Jpeg(61)),
                ("val/a/3.jpg", TestZip.Jpeg(121)),
                ("val/b/4.jpg", TestZip.Jpeg(171)),
                ("val/c/5.jpg", TestZip.Jpeg(221)),
            ]
        );
        return (ada, project, dataset);
    }
}
