using BlazorTransfer.Reliability;

namespace BlazorTransfer.Web.Tests.Reliability;

/// <summary>The suite of kills on a small budget: <c>tests/BlazorTransfer.Reliability</c> runs it at full length.</summary>
public sealed class KillTests
{
    private const int Times = 8;
    private const int Queue = 20;

    // One round of kills for all of these tests.
    private static readonly Lazy<Task<(KillSuite Suite, SuiteResult Result)>> Round = new(RunAsync);

    [LongFact]
    public async Task R01_KillsUnderLoad_LoseNothingAcknowledged()
    {
        (_, SuiteResult result) = await Round.Value;

        TestContext.Current.TestOutputHelper?.WriteLine(result.Table);
        Assert.Empty(result.Faults);
    }

    [LongFact]
    public async Task R02_Start_AfterEachKill_IsReady()
    {
        (KillSuite suite, _) = await Round.Value;

        // After each end, and once more when all is done. How soon depends on the machine: the command prints it.
        Assert.Equal(Times + 1, suite.RestartSeconds.Count);
    }

    [LongFact]
    public async Task R26_Queue_SurvivesKills_InOrder()
    {
        (KillSuite suite, SuiteResult result) = await Round.Value;

        Assert.DoesNotContain(result.Faults, f => f.StartsWith("Run ", StringComparison.Ordinal));
        Assert.True(suite.RunsBegun >= Queue / 2, $"Only {suite.RunsBegun} runs were begun.");
    }

    private static async Task<(KillSuite, SuiteResult)> RunAsync()
    {
        var suite = new KillSuite(new KillOptions { Times = Times, Queue = Queue });
        return (suite, await suite.RunAsync());
    }
}
