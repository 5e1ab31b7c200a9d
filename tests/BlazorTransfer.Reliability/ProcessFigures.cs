using System.Globalization;

namespace BlazorTransfer.Reliability;

/// <summary>What the system says of a process.</summary>
/// <param name="ResidentBytes">Memory in use.</param>
/// <param name="Handles">Open files, sockets and the like.</param>
/// <param name="Threads">Threads.</param>
internal sealed record ProcessFigures(long ResidentBytes, int Handles, int Threads)
{
    public static ProcessFigures Of(int processId)
    {
        Dictionary<string, string> status = File.ReadAllLines($"/proc/{processId}/status")
            .Select(line => line.Split(':', 2))
            .Where(parts => parts.Length == 2)
            .ToDictionary(parts => parts[0], parts => parts[1].Trim());
        return new ProcessFigures(
            long.Parse(status["VmRSS"].Split(' ')[0], CultureInfo.InvariantCulture) << 10,
            Directory.GetFileSystemEntries($"/proc/{processId}/fd").Length,
            int.Parse(status["Threads"], CultureInfo.InvariantCulture)
        );
    }

    /// <summary>The most memory that the process ever used, in bytes.</summary>
    public static long PeakBytes(int processId) =>
        long.Parse(
            File.ReadAllLines($"/proc/{processId}/status")
                .First(line => line.StartsWith("VmHWM", StringComparison.Ordinal))
                .Split(':')[1]
                .Trim()
                .Split(' ')[0],
            CultureInfo.InvariantCulture
        ) << 10;

    /// <summary>Lets <see cref="PeakBytes"/> count from now on.</summary>
    public static void ForgetPeak(int processId) => File.WriteAllText($"/proc/{processId}/clear_refs", "5");

    public static long BytesOf(string path) => File.Exists(path) ? new FileInfo(path).Length : 0;
}
