using System.Net;
using System.Security.Claims;
using System.Text.Json;
using BlazorTransfer.Web.Features.SystemCheck;
using BlazorTransfer.Web.Jobs;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;
using Bunit;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Tests.SystemCheck;

/// <summary>The system check: for administrators only, on the page, in the API and in the service.</summary>
public sealed class SystemCheckTests : PageTests
{
    [Fact]
    public async Task Page_ForAnAdministrator_ShowsTheRecommendationsFirstAfterACheck()
    {
        IRenderedComponent<IComponent> page = Open<SystemCheckPage>(await AdminAsync());
        Assert.Contains("Not checked yet", page.Markup, StringComparison.Ordinal);

        page.FindAll("button").Single(b => b.TextContent.Trim() == "Check system").Click();
        await page.WaitForStateAsync(() => page.FindAll(".verdicts").Count > 0, TestApp.HangLimit);

        Assert.Equal(["Recommendations", "Machine", "GPUs", "Precisions"], page.FindAll("h2").Select(h => h.TextContent));
        Assert.Equal("Keep single precision on the CPU.", page.Find(".verdicts li").TextContent);
        Assert.Contains("Fake processor", page.Markup, StringComparison.Ordinal);
        Assert.Contains("Runs can use 1 of 1.", page.Markup, StringComparison.Ordinal);
        // A quarter of the speed, and beyond its tolerance.
        string[] slow = [.. page.FindAll("section:last-child tbody tr")[1].Children.Select(c => c.TextContent.Trim())];
        Assert.Equal(["CPU", "bfloat16", "Convolution", "40.00 ms", $"{0.25:0.0} ×", $"{0.5:P3}", "Wrong"], slow);
        Assert.Contains(page.FindAll("button"), b => b.TextContent.Trim() == "Check again");
        Assert.DoesNotContain(App.DataFolder, page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_OpenedLater_ShowsTheLastResult()
    {
        ClaimsPrincipal admin = await AdminAsync();
        await App.Get<SystemCheckService>().RunAsync(admin, CancellationToken.None);

        IRenderedComponent<IComponent> page = Open<SystemCheckPage>(admin);

        Assert.Contains("Checked just now", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SecondCheck_WhileOneRuns_IsRefused()
    {
        ClaimsPrincipal admin = await AdminAsync();
        SystemCheckService checks = App.Get<SystemCheckService>();

        Task<SystemCheckResult> first = checks.RunAsync(admin, CancellationToken.None);
        RefusedException refused = await Assert.ThrowsAsync<RefusedException>(() => checks.RunAsync(admin, CancellationToken.None));
        await first;

        Assert.Contains("being checked already", refused.Message, StringComparison.Ordinal);
        await checks.RunAsync(admin, CancellationToken.None);
    }

    [Fact]
    public async Task EverythingOfIt_ForSomebodyWhoIsNoAdministrator_DoesNotExist()
    {
        using HttpClient member = await App.SignInAsync("Ben");
        ClaimsPrincipal ben = await App.PrincipalAsync(App.Get<DocumentCollection<User>>().All().Single(u => u.UserName == "Ben"));

        Assert.Throws<NotFoundException>(() => App.Get<SystemCheckService>().Last(ben));
        await Assert.ThrowsAsync<NotFoundException>(() => App.Get<SystemCheckService>().RunAsync(ben, CancellationToken.None));
        Assert.Throws<NotFoundException>(() => Open<SystemCheckPage>(ben));
        using HttpResponseMessage read = await member.GetAsync("/api/v1/system"),
            check = await member.PostAsync("/api/v1/system/checks", null);
        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (read.StatusCode, check.StatusCode));
        Assert.Empty(App.Get<JobEngine>().List(""));
    }

    [Fact]
    public async Task Api_ForAnAdministrator_ReturnsTheCheckWithoutFoldersOfTheServer()
    {
        await App.CreateUserAsync("Ada", isAdmin: true);
        using HttpClient admin = await App.SignInAsync("Ada");
        Assert.Equal("{}", await admin.GetStringAsync("/api/v1/system"));

        using HttpResponseMessage check = await admin.PostAsync("/api/v1/system/checks", null);
        string checkedNow = await check.Content.ReadAsStringAsync(),
            kept = await admin.GetStringAsync("/api/v1/system");

        Assert.Equal(HttpStatusCode.OK, check.StatusCode);
        Assert.Equal(checkedNow, kept);
        JsonElement report = JsonDocument.Parse(kept).RootElement.GetProperty("report");
        Assert.Equal("Fake processor", report.GetProperty("processor").GetProperty("name").GetString());
        Assert.False(report.GetProperty("measurements")[1].GetProperty("isCorrect").GetBoolean());
        Assert.DoesNotContain(App.DataFolder, kept, StringComparison.Ordinal);
        Assert.DoesNotContain(TestApp.FakeWorkerFolder, kept, StringComparison.Ordinal);
        // The worker did report them.
        Assert.Equal(App.DataFolder, App.Get<DocumentCollection<SystemCheckResult>>().All().Single().Report.Folder);
    }

    private async Task<ClaimsPrincipal> AdminAsync() => await App.PrincipalAsync(await App.CreateUserAsync("Ada", isAdmin: true));
}
