using System.Diagnostics;
using BlazorTransfer.Core.Protocol;

namespace BlazorTransfer.Core.Tests.Protocol;

public sealed class WorkerProcessRecordTests
{
    private readonly WorkerProcessRecord _self = WorkerProcessRecord.OfThisProcess();

    [Fact]
    public void R17_Process_WhileTheClockWasSet_IsFound()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Other systems tell the start of a process by the clock alone.");

        using Process? found = (_self with { StartTime = _self.StartTime.AddDays(1) }).Find();

        Assert.Equal(Environment.ProcessId, found?.Id);
    }

    [Fact]
    public void R17_AnotherProcess_WithTheSameId_IsNotTakenForIt()
    {
        Assert.Null((_self with { StartMark = "another boot/1" }).Find());
        Assert.Null((_self with { ProcessId = 1 }).Find());
    }

    [Fact]
    public void Record_OfAnEarlierVersion_IsJudgedByTheTime()
    {
        WorkerProcessRecord earlier = _self with { StartMark = null };

        using Process? found = earlier.Find();
        Assert.Equal(Environment.ProcessId, found?.Id);
        Assert.Null((earlier with { StartTime = earlier.StartTime.AddHours(-1) }).Find());
    }
}
