using System.Reflection;

namespace BlazorTransfer.Training.Foundation;

/// <summary>The version of this build, for reports and for the names of cached features.</summary>
public static class EngineVersion
{
    public static string Current { get; } =
        typeof(EngineVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]
        ?? "0";
}
