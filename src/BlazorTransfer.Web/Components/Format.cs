using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Web.Localization;

namespace BlazorTransfer.Web.Components;

/// <summary>Numbers, times and dates as people read them, with their units, in the language of the page.</summary>
internal static class Format
{
    private const string CpuStart = "CPU, ";
    private const string CpuEnd = " threads";

    public static string Bytes(long bytes) =>
        bytes switch
        {
            >= 1L << 30 => $"{bytes / (double)(1L << 30):F1} GB",
            >= 1L << 20 => $"{bytes / (double)(1L << 20):F1} MB",
            >= 1L << 10 => $"{bytes / (double)(1L << 10):F0} KB",
            _ => Texts<CommonTexts>.Get("Bytes", bytes),
        };

    public static string Duration(TimeSpan? time) =>
        time switch
        {
            null => "–",
            { TotalHours: >= 1 } t => Texts<CommonTexts>.Get("Hours", (int)t.TotalHours, t.Minutes),
            { TotalMinutes: >= 1 } t => Texts<CommonTexts>.Get("Minutes", t.Minutes, t.Seconds),
            { } t => Texts<CommonTexts>.Get("Seconds", Math.Max(0, (int)Math.Ceiling(t.TotalSeconds))),
        };

    /// <summary>A short time: milliseconds below a second.</summary>
    public static string Seconds(double seconds) => seconds < 1 ? $"{seconds * 1000:F0} ms" : $"{seconds:F1} s";

    public static string Percent(double? fraction) => fraction is { } f ? f.ToString("P1") : "–";

    /// <summary>A device, which the worker describes in English, in the language of the page.</summary>
    /// <param name="description">Such as <c>CPU, 8 threads</c>, or the choice that leaves it to the worker.</param>
    public static string Device(string? description) =>
        description switch
        {
            null => "",
            DeviceSpec.Auto => Texts<CommonTexts>.Get("Automatic"),
            _ when description.StartsWith(CpuStart, StringComparison.Ordinal) && description.EndsWith(CpuEnd, StringComparison.Ordinal) =>
                Texts<CommonTexts>.Get("CpuThreads", description[CpuStart.Length..^CpuEnd.Length]),
            _ => description,
        };

    /// <summary>A day, such as 28 Nov 2026.</summary>
    public static string Date(DateTimeOffset time) => time.ToString("d", Languages.Current);

    /// <summary>In words how long ago, for lists.</summary>
    public static string Ago(DateTimeOffset then, DateTimeOffset now) =>
        (now - then) switch
        {
            { TotalMinutes: < 1 } => Texts<CommonTexts>.Get("JustNow"),
            { TotalHours: < 1 } t => Texts<CommonTexts>.Get("MinutesAgo", (int)t.TotalMinutes),
            { TotalDays: < 1 } t => Texts<CommonTexts>.Get("HoursAgo", (int)t.TotalHours),
            { TotalDays: < 30 } t => (int)t.TotalDays == 1
                ? Texts<CommonTexts>.Get("DayAgo")
                : Texts<CommonTexts>.Get("DaysAgo", (int)t.TotalDays),
            _ => Date(then),
        };
}
