using BlazorTransfer.Reliability;

/// <summary>Where the runtime enters an assembly that <c>DOTNET_STARTUP_HOOKS</c> names; its name and place are the runtime's.</summary>
internal static class StartupHook
{
    public static void Initialize() => MemoryProbe.Serve();
}
