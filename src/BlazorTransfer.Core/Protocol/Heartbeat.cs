using System.Globalization;
using System.Text;

namespace BlazorTransfer.Core.Protocol;

/// <summary>
/// A sign that a worker lives: a counter in a small file of its run folder. Only the content counts, since the times of files are another
/// clock on another machine.
/// </summary>
/// <param name="Attempt">Number of the attempt that counts.</param>
/// <param name="Count">How often it has counted.</param>
public sealed record Heartbeat(int Attempt, long Count)
{
    /// <summary>Pause between two beats.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(3);

    /// <summary>Writes over the one before, in one piece of always the same length: on a full disk too, and never half of it.</summary>
    public void Write(string path)
    {
        using var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, 0);
        file.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Attempt:D10} {Count:D19}\n")));
    }

    /// <summary>The last one; null where there is none that can be read.</summary>
    public static Heartbeat? TryRead(string path)
    {
        try
        {
            if (!File.Exists(path))
                return null;
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            string[] parts = new StreamReader(file, Encoding.ASCII).ReadToEnd().Split(' ');
            return
                parts.Length == 2
                && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int attempt)
                && long.TryParse(parts[1].AsSpan().TrimEnd('\n'), NumberStyles.None, CultureInfo.InvariantCulture, out long count)
                ? new Heartbeat(attempt, count)
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
