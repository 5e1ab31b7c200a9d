namespace BlazorTransfer.Web.Components;

/// <summary>Numbers as people read them, with their units.</summary>
internal static class Format
{
    public static string Bytes(long bytes) =>
        bytes switch
        {
            >= 1L << 30 => $"{bytes / (double)(1L << 30):F1} GB",
            >= 1L << 20 => $"{bytes / (double)(1L << 20):F1} MB",
            >= 1L << 10 => $"{bytes / (double)(1L << 10):F0} KB",
            _ => $"{bytes} bytes",
        };

    public static string Duration(TimeSpan? time) =>
        time switch
        {
            null => "–",
            { TotalHours: >= 1 } t => $"{(int)t.TotalHours} h {t.Minutes} min",
            { TotalMinutes: >= 1 } t => $"{t.Minutes} min {t.Seconds} s",
            { } t => $"{Math.Max(0, (int)Math.Ceiling(t.TotalSeconds))} s",
        };

    /// <summary>A short time: milliseconds below a second.</summary>
    public static string Seconds(double seconds) => seconds < 1 ? $"{seconds * 1000:F0} ms" : $"{seconds:F1} s";

    public static string Percent(double? fraction) => fraction is { } f ? f.ToString("P1") : "–";

    public static string Count(long count, string singular, string? plural = null) =>
        $"{count:N0} {(count == 1 ? singular : plural ?? singular + "s")}";

    /// <summary>In words how long ago, for lists.</summary>
    public static string Ago(DateTimeOffset then, DateTimeOffset now) =>
        (now - then) switch
        {
            { TotalMinutes: < 1 } => "just now",
            { TotalHours: < 1 } t => $"{(int)t.TotalMinutes} min ago",
            { TotalDays: < 1 } t => $"{(int)t.TotalHours} h ago",
            { TotalDays: < 30 } t => Count((int)t.TotalDays, "day") + " ago",
            _ => then.ToString("yyyy-MM-dd"),
        };
}
