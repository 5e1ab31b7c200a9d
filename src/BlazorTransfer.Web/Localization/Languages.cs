using System.Globalization;

namespace BlazorTransfer.Web.Localization;

/// <summary>
/// The languages of the pages, each with its forms of numbers and dates. English is the fallback of every text. The process runs without
/// the system's ICU library (ADR 26), so the forms stand here.
/// </summary>
internal static class Languages
{
    /// <summary>The browser's choice. Scripts set it too, and it holds nothing but the name of a language.</summary>
    public const string Cookie = "blazortransfer.language";

    private const string ChineseName = "zh-CN";

    public static CultureInfo English { get; } =
        new("en") { DateTimeFormat = { ShortDatePattern = "d MMM yyyy", LongTimePattern = "HH:mm:ss" } };

    public static CultureInfo Chinese { get; } =
        new(ChineseName)
        {
            NumberFormat = { PercentPositivePattern = 1, PercentNegativePattern = 1 },
            DateTimeFormat = { ShortDatePattern = "yyyy年M月d日", LongTimePattern = "HH:mm:ss" },
        };

    /// <summary>All languages, with what each is called by those who read it.</summary>
    public static IReadOnlyList<(CultureInfo Culture, string Name)> All { get; } = [(English, "English"), (Chinese, "简体中文")];

    // The culture of the page is a matter of this class alone; what programs read is written in the invariant one.
#pragma warning disable RS0030
    /// <summary>The language of the page that is drawn now; English where none is.</summary>
    public static CultureInfo Current => CultureInfo.CurrentUICulture;

    /// <summary>Makes English the language of all work that belongs to no page.</summary>
    public static void UseEnglishByDefault()
    {
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.DefaultThreadCurrentUICulture = English;
        CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = English;
    }

    /// <summary>Makes this the language of the calling asynchronous method, for work that belongs to a person and to no page.</summary>
    public static void Use(CultureInfo language) => CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = language;
#pragma warning restore RS0030

    /// <summary>The language of a name such as <c>zh-CN</c>, <c>zh_TW</c> or <c>en-GB</c>; null where there is none.</summary>
    public static CultureInfo? Find(string? name) =>
        name?.Split('-', '_')[0].ToLowerInvariant() switch
        {
            "en" => English,
            "zh" => Chinese,
            _ => null,
        };
}
