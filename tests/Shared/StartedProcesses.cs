using System.Runtime.CompilerServices;

namespace BlazorTransfer.Tests;

/// <summary>Settings of the runtime for the programs that the tests start.</summary>
internal static class StartedProcesses
{
    /// <summary>These programs run for seconds: measuring which code to optimise again costs more than it brings.</summary>
    [ModuleInitializer]
    internal static void WithoutProfiles() => Environment.SetEnvironmentVariable("DOTNET_TieredPGO", "0");
}
