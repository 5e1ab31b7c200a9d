using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using BlazorTransfer.Core.Diagnostics;

namespace BlazorTransfer.Training.Diagnostics;

/// <summary>Asks NVIDIA's driver for its GPUs: TorchSharp tells their number only.</summary>
public static class GpuProbe
{
    private const string Query = "index,name,memory.total,memory.free,driver_version,compute_cap";
    private const long Mebibyte = 1 << 20;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <summary>The GPUs; none where there is no driver, or where it does not answer.</summary>
    public static IReadOnlyList<GpuInfo> Read()
    {
        var start = new ProcessStartInfo("nvidia-smi", [$"--query-gpu={Query}", "--format=csv,noheader,nounits"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> output = process.StandardOutput.ReadToEndAsync(),
                errors = process.StandardError.ReadToEndAsync();
            if (!process.WaitForExit(Limit))
            {
                process.Kill(entireProcessTree: true);
                return [];
            }

            Task.WaitAll(output, errors);
            return process.ExitCode == 0 ? Parse(output.Result) : [];
        }
        catch (Win32Exception)
        {
            // The program is not installed, so there is no driver.
            return [];
        }
    }

    /// <summary>Reads nvidia-smi's table; a line of another form is skipped, since a driver may print notes.</summary>
    /// <param name="table">Lines of comma-separated values, memory in MiB.</param>
    public static IReadOnlyList<GpuInfo> Parse(string table) => [.. table.Split('\n').Select(ParseLine).OfType<GpuInfo>()];

    private static GpuInfo? ParseLine(string line)
    {
        string[] cells = line.Split(',', StringSplitOptions.TrimEntries);
        return
            cells.Length == 6
            && int.TryParse(cells[0], NumberStyles.None, CultureInfo.InvariantCulture, out int index)
            && long.TryParse(cells[2], NumberStyles.None, CultureInfo.InvariantCulture, out long total)
            && long.TryParse(cells[3], NumberStyles.None, CultureInfo.InvariantCulture, out long free)
            ? new GpuInfo(
                index,
                cells[1],
                new Capacity(free * Mebibyte, total * Mebibyte),
                cells[5].Contains('.', StringComparison.Ordinal) ? cells[5] : null,
                cells[4]
            )
            : null;
    }
}
