using System.Security.Claims;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Refusals;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace BlazorTransfer.Web.Tests.Jobs;

/// <summary>Work that comes while the application ends.</summary>
public sealed class StoppingTests
{
    [Fact]
    public async Task R36_JobWhileTheApplicationEnds_IsRefusedWith503()
    {
        using var app = new TestApp();
        ClaimsPrincipal user = await app.PrincipalAsync(await app.CreateUserAsync("Ada"));
        Project project = app.Get<ProjectService>().Create(user, "Project");
        app.Get<IHostApplicationLifetime>().StopApplication();

        StoppingException refusal = Assert.Throws<StoppingException>(() => app.Get<DatasetImports>().StartSample(user, project.Id));

        using ServiceProvider services = new ServiceCollection().AddLogging().BuildServiceProvider();
        var context = new DefaultHttpContext { RequestServices = services };
        Assert.True(await new AccessExceptionHandler().TryHandleAsync(context, refusal, TestContext.Current.CancellationToken));
        Assert.Equal(StatusCodes.Status503ServiceUnavailable, context.Response.StatusCode);
    }
}
