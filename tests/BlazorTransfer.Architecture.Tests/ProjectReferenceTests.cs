namespace BlazorTransfer.Architecture.Tests;

/// <summary>Which project may use which: the table of CONTRIBUTING.</summary>
public sealed class ProjectReferenceTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Core"] = [],
        ["Imaging"] = ["Core"],
        ["Training"] = ["Core", "Imaging"],
        ["Worker"] = ["Core", "Imaging", "Training"],
        ["Web"] = ["Core", "Imaging"],
    };

    // Libtorch may crash its process, so only the worker has it.
    private static readonly string[] MayUseTorch = ["Training", "Worker"];

    public static TheoryData<string> Projects => [.. SourceProject.AllNames];

    [Theory]
    [MemberData(nameof(Projects))]
    public void Project_UsesAllowedProjectsOnly(string name)
    {
        Assert.Contains(name, Allowed.Keys);
        Assert.Empty(new SourceProject(name).UsedProjects().Except(Allowed[name]));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void TorchSharp_IsUsedByTrainingAndWorkerOnly(string name)
    {
        bool uses = new SourceProject(name).UsedAssemblies().Any(a => a.StartsWith("TorchSharp", StringComparison.Ordinal));

        Assert.True(!uses || MayUseTorch.Contains(name), $"{name} uses TorchSharp.");
    }

    [Fact]
    public void References_AreFound()
    {
        Assert.Equal(["Core", "Imaging"], new SourceProject("Training").UsedProjects());
        Assert.Contains("TorchSharp", new SourceProject("Training").UsedAssemblies());
    }
}
