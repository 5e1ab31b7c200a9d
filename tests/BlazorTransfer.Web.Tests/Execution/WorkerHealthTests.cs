using System.Net;
using BlazorTransfer.Web.Execution;
using Microsoft.Extensions.Time.Testing;

namespace BlazorTransfer.Web.Tests.Execution;

public sealed class WorkerHealthTests
{
    [Fact]
    public async Task R60_Readiness_NeedsAWorkerThatStarts()
    {
        using var app = new TestApp();
        using HttpClient client = app.Anonymous();
        await TestApp.WaitForAsync(() => StatusOf(client) == HttpStatusCode.OK);

        string empty = Directory.CreateTempSubdirectory("blazortransfer-worker-").FullName;
        await File.WriteAllTextAsync(Path.Combine(empty, "BlazorTransfer.Worker.dll"), "this is no program");
        using var broken = new TestApp(null, ("WorkerFolder", empty));
        using HttpClient other = broken.Anonymous();
        await TestApp.WaitForAsync(() => broken.Get<WorkerHealth>().CheckHealthAsync(new()).Result.Description?.Contains("cannot") == true);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, StatusOf(other));
        TestFolder.Delete(empty);
    }

    [Fact]
    public async Task Check_IsMadeOnce_AndAfterAFailureAgainOnceAMinute()
    {
        var clock = new FakeTimeProvider();
        int starts = 0;
        var results = new Queue<TaskCompletionSource>([new(), new()]);
        TaskCompletionSource first = results.ElementAt(0),
            second = results.ElementAt(1);
        var check = new StartCheck(
            _ =>
            {
                starts++;
                return results.Dequeue().Task;
            },
            clock
        );

        Assert.Null(check.Look());
        Assert.Null(check.Look());
        first.SetException(new InvalidOperationException("no libstdc++"));
        await TestApp.WaitForAsync(() => check.Look()?.IsFaulted == true);
        Assert.Equal(1, starts);

        clock.Advance(TimeSpan.FromMinutes(1));
        // Until it is known better, the worker cannot start.
        Assert.True(check.Look()!.IsFaulted);
        second.SetResult();
        await TestApp.WaitForAsync(() => check.Look()?.IsCompletedSuccessfully == true);
        clock.Advance(TimeSpan.FromDays(1));
        Assert.True(check.Look()!.IsCompletedSuccessfully);
        Assert.Equal(2, starts);
    }

    private static HttpStatusCode StatusOf(HttpClient client)
    {
        using HttpResponseMessage answer = client.GetAsync("/health/ready").GetAwaiter().GetResult();
        return answer.StatusCode;
    }
}
