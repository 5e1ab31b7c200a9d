using BlazorTransfer.Reliability;

namespace BlazorTransfer.Web.Tests.Reliability;

/// <summary>The suite of writes on a small budget.</summary>
public sealed class WriteTests
{
    [LongFact]
    public void R04_ManyWritersReadersAndDeletions_FailNothing_AndBoundTheFiles()
    {
        using var suite = new WriteSuite(new WriteOptions { Length = TimeSpan.FromSeconds(15), Documents = 5_000 });

        SuiteResult result = suite.Run();

        TestContext.Current.TestOutputHelper?.WriteLine(result.Table);
        Assert.Empty(result.Faults);
    }
}
