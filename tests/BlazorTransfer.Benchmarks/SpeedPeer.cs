using System.Diagnostics;
using System.Text.Json;

namespace BlazorTransfer.Benchmarks;

/// <summary>What <c>speed_peer.py</c> shall do.</summary>
/// <param name="Name">evaluate, train, cached, features, step, autocast-step or probe-epoch.</param>
/// <param name="Threads">libtorch's threads there.</param>
/// <param name="Files">The images of the first three and of the last.</param>
/// <param name="ChannelsLast">The memory format of features and steps.</param>
/// <param name="BFloat16">Features, or a step, of a network whose weights are in bfloat16.</param>
internal sealed record PeerTask(string Name, int Threads, IReadOnlyList<string> Files, bool ChannelsLast = false, bool BFloat16 = false)
{
    /// <summary>The images that an epoch validates on.</summary>
    public IReadOnlyList<string> Validation { get; init; } = [];
}

/// <summary>Seconds of some work.</summary>
/// <param name="Wall">By the clock.</param>
/// <param name="Processor">Of a core, all threads of the process together: what others do on the machine hardly changes it.</param>
internal sealed record Took(double Wall, double Processor)
{
    public static Took By(Action work)
    {
        long start = Stopwatch.GetTimestamp();
        TimeSpan processor = Environment.CpuUsage.TotalTime;
        work();
        return new Took(Stopwatch.GetElapsedTime(start).TotalSeconds, (Environment.CpuUsage.TotalTime - processor).TotalSeconds);
    }
}

/// <summary>The Python process on the other side of a <see cref="SpeedComparison"/>: idle while it is not asked.</summary>
internal sealed class SpeedPeer : IDisposable
{
    private readonly Process _python;

    private SpeedPeer(Process python, string versions) => (_python, Versions) = (python, versions);

    public string Versions { get; }

    /// <returns>Null, and a line on the console, where there is no Python with PyTorch.</returns>
    public static SpeedPeer? Start(string interpreter)
    {
        var start = new ProcessStartInfo(interpreter, [Path.Combine(AppContext.BaseDirectory, "speed_peer.py")])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        try
        {
            Process python = Process.Start(start)!;
            JsonElement greeting = JsonDocument.Parse(python.StandardOutput.ReadLine() ?? """{"missing":"it ended"}""").RootElement;
            if (!greeting.TryGetProperty("missing", out JsonElement missing))
                return new SpeedPeer(python, $"PyTorch {greeting.GetProperty("torch")}, torchvision {greeting.GetProperty("torchvision")}");
            Console.WriteLine($"Without a comparison with PyTorch: {interpreter} says '{missing}'.");
            python.Dispose();
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            Console.WriteLine($"Without a comparison with PyTorch: {e.Message}");
        }

        return null;
    }

    /// <summary>What it took.</summary>
    public Took Do(PeerTask task)
    {
        _python.StandardInput.WriteLine(JsonSerializer.Serialize(task, JsonSerializerOptions.Web));
        return JsonSerializer.Deserialize<Took>(
            _python.StandardOutput.ReadLine() ?? throw new InvalidOperationException("Python has ended."),
            JsonSerializerOptions.Web
        )!;
    }

    public void Dispose()
    {
        _python.StandardInput.Close();
        _python.WaitForExit();
        _python.Dispose();
    }
}
