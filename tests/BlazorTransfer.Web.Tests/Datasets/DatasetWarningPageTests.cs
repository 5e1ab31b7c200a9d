using System.Security.Claims;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.NewRun;
using BlazorTransfer.Web.Features.Projects;
using Bunit;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Tests.Datasets;

public sealed class DatasetWarningPageTests : PageTests
{
    [Fact]
    public async Task DatasetPageAndForm_OfAClassWithoutTrainingImages_ShowTheSameWarning()
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
        Assert.Equal(2, dataset.Latest.Warnings.Count);

        IRenderedComponent<IComponent> page = Open<DatasetPage>(ada, ("ProjectId", project.Id), ("DatasetId", dataset.Id));
        IRenderedComponent<IComponent> form = Open<NewRunPage>(ada, ("ProjectId", project.Id));

        Assert.Equal(dataset.Latest.Warnings, page.FindAll(".bt-note.warn").Select(n => n.TextContent));
        await form.WaitForAssertionAsync(
            () => Assert.Equal(dataset.Latest.Warnings, form.FindAll("[role=note]").Select(n => n.TextContent)),
            TimeSpan.FromSeconds(20)
        );
    }
}
