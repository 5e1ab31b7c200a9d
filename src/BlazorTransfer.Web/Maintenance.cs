using BlazorTransfer.Web.Features.Runs;

namespace BlazorTransfer.Web;

/// <summary>Commands for the person who runs the installation.</summary>
internal static class Maintenance
{
    public static int Rebuild(IServiceProvider services)
    {
        int count = services.GetRequiredService<RunRebuild>().Rebuild();
        Console.WriteLine($"Rebuilt {count} runs from their folders.");
        return 0;
    }
}
