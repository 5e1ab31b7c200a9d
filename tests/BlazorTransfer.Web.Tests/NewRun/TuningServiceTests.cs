using System.Security.Claims;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Tuning;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.NewRun;
using BlazorTransfer.Web.Features.Projects;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Refusals;

namespace BlazorTransfer.Web.Tests.NewRun;

public sealed class TuningServiceTests : IAsyncLifetime
{
    private readonly TestApp _app = new();
    private ClaimsPrincipal _ada = null!;
    private Project _project = null!;
    private Dataset _dataset = null!;

    private TuningService Tuning => _app.Get<TuningService>();

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
    public async Task LearningRateAndBatchSize_AreFound_AndLeaveNothingBehind()
    {
        var events = new List<TuningEvent>();

        LearningRateReport rate = await Tuning.FindLearningRateAsync(_ada, _project.Id, NewRequest(), events.Add, CancellationToken.None);
        BatchSizeReport batch = await Tuning.FindBatchSizeAsync(_ada, _project.Id, NewRequest(), _ => { }, CancellationToken.None);

        Assert.Equal((3.2e-4, 32), (rate.Suggestion.Rate, batch.Suggestion.BatchSize));
        Assert.Equal(rate.Points, events.OfType<LearningRateTried>().Select(e => e.Point));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_app.DataFolder, "jobs")));
        Assert.Empty(_app.Get<RunService>().List(_ada, _project.Id));
    }

    [Fact]
    public async Task ViewersAndStrangers_AreRefused()
    {
        ClaimsPrincipal vera = await _app.PrincipalAsync(await _app.CreateUserAsync("Vera")),
            eve = await _app.PrincipalAsync(await _app.CreateUserAsync("Eve"));
        _app.SetRole(_project.Id, "Vera", ProjectRole.Viewer);

        await Assert.ThrowsAsync<ForbiddenException>(() => FindAsync(vera, NewRequest()));
        await Assert.ThrowsAsync<NotFoundException>(() => FindAsync(eve, NewRequest()));
        await Assert.ThrowsAsync<ForbiddenException>(() => FindAsync(new ClaimsPrincipal(), NewRequest()));
        await Assert.ThrowsAsync<ForbiddenException>(() =>
            Tuning.FindBatchSizeAsync(vera, _project.Id, NewRequest(), _ => { }, CancellationToken.None)
        );
    }

    [Fact]
    public async Task SecondOfTheSamePerson_IsRefused_UntilTheFirstIsCancelled()
    {
        using var cancel = new CancellationTokenSource();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task first = Tuning.FindLearningRateAsync(_ada, _project.Id, NewRequest("hang"), _ => begun.TrySetResult(), cancel.Token);
        await begun.Task.WaitAsync(TestApp.HangLimit);

        Assert.Contains(
            "running",
            (await Assert.ThrowsAsync<RefusedException>(() => FindAsync(_ada, NewRequest()))).Message,
            StringComparison.Ordinal
        );
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.WaitAsync(TestApp.HangLimit));

        Assert.Equal(3.2e-4, (await FindAsync(_ada, NewRequest())).Suggestion.Rate);
    }

    [Fact]
    public async Task EndOfTheApplication_EndsTheWorker()
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task first = Tuning.FindLearningRateAsync(_ada, _project.Id, NewRequest("hang"), _ => begun.TrySetResult(), CancellationToken.None);
        await begun.Task.WaitAsync(TestApp.HangLimit);

        _app.Dispose();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.WaitAsync(TestApp.HangLimit));
    }

    [Theory]
    [InlineData("report-failure", "cannot be read any more")]
    [InlineData("abort", "smaller batch size")]
    public async Task WorkerThatFails_IsToldInWords(string behaviour, string words) =>
        Assert.Contains(
            words,
            (await Assert.ThrowsAsync<RefusedException>(() => FindAsync(_ada, NewRequest(behaviour)))).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public async Task RequestThatCouldNotBeSubmitted_IsRefusedAlike()
    {
        RunRequest request = NewRequest() with { Parameters = new Dictionary<string, ParameterValue> { ["epochs"] = 0 } };

        RefusedException submitted = await Assert.ThrowsAsync<RefusedException>(() =>
            _app.Get<RunService>().SubmitAsync(_ada, _project.Id, request)
        );
        Assert.Equal(submitted.Message, (await Assert.ThrowsAsync<RefusedException>(() => FindAsync(_ada, request))).Message);
    }

    private Task<LearningRateReport> FindAsync(ClaimsPrincipal user, RunRequest request) =>
        Tuning.FindLearningRateAsync(user, _project.Id, request, _ => { }, CancellationToken.None);

    private RunRequest NewRequest(string behaviour = "succeed") =>
        new()
        {
            DatasetId = _dataset.Id,
            DatasetVersion = 1,
            Backbone = "fake",
            Method = "fake-method",
            Parameters = new Dictionary<string, ParameterValue> { ["behaviour"] = behaviour },
        };
}
