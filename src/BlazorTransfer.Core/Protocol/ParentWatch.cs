using System.Diagnostics;

namespace BlazorTransfer.Core.Protocol;

/// <summary>
/// Ends a worker's command together with the process that asked for it. That process keeps the command's standard input open, and the
/// system closes it however the process ends, a kill included. Nobody reads the answer then.
/// </summary>
public static class ParentWatch
{
    /// <summary>The environment variable that asks for it, with the value 1; people at a console may close the input as they
    /// like.</summary>
    public const string Variable = "BLAZORTRANSFER_END_WITH_INPUT";

    /// <summary>Watches from now on, if the environment asks for it.</summary>
    public static void StartIfAsked()
    {
        if (Environment.GetEnvironmentVariable(Variable) == "1")
            new Thread(KillAtEndOfInput) { IsBackground = true, Name = nameof(ParentWatch) }.Start();
    }

    private static void KillAtEndOfInput()
    {
        using Stream input = Console.OpenStandardInput();
        byte[] ignored = new byte[256];
        while (input.Read(ignored) > 0) { }

        // A kill rather than an exit: an exit waits for native threads that may be at work for minutes.
        using Process self = Process.GetCurrentProcess();
        self.Kill();
    }
}
