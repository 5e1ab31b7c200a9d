using System.Globalization;
using System.Net.Sockets;

namespace BlazorTransfer.Reliability;

/// <summary>
/// Measures the managed memory of another process after full collections. The runtime of that process loads this assembly at its start
/// (<c>DOTNET_STARTUP_HOOKS</c>), so that the application itself needs no door for it.
/// </summary>
internal static class MemoryProbe
{
    private const string HookVariable = "DOTNET_STARTUP_HOOKS";
    private const string SocketVariable = "BLAZORTRANSFER_MEMORY_PROBE";

    /// <summary>What to add to the environment of a process that is to be measured.</summary>
    public static IReadOnlyList<(string Name, string Value)> Environment(string socket) =>
        [(HookVariable, typeof(MemoryProbe).Assembly.Location), (SocketVariable, socket)];

    /// <summary>Lets the process collect all garbage.</summary>
    /// <returns>Bytes of the objects that are left.</returns>
    public static async Task<long> CollectAsync(string socket)
    {
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await client.ConnectAsync(new UnixDomainSocketEndPoint(socket));
        await using var stream = new NetworkStream(client);
        using var reader = new StreamReader(stream);
        return long.Parse((await reader.ReadLineAsync())!, CultureInfo.InvariantCulture);
    }

    /// <summary>Called in the process to measure, before its own code.</summary>
    public static void Serve()
    {
        if (System.Environment.GetEnvironmentVariable(SocketVariable) is not { Length: > 0 } path)
            return;
        // Workers are not measured.
        System.Environment.SetEnvironmentVariable(HookVariable, null);
        System.Environment.SetEnvironmentVariable(SocketVariable, null);
        File.Delete(path);
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        new Thread(() => Answer(listener)) { IsBackground = true, Name = nameof(MemoryProbe) }.Start();
    }

    private static void Answer(Socket listener)
    {
        while (true)
        {
            using Socket client = listener.Accept();
            for (int i = 0; i < 3; i++)
            {
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                GC.WaitForPendingFinalizers();
            }

            client.Send(System.Text.Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{GC.GetTotalMemory(true)}\n")));
        }
    }
}
