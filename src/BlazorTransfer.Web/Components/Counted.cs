using BlazorTransfer.Web.Localization;

namespace BlazorTransfer.Web.Components;

/// <summary>Numbers of things that many pages count, in the language of the page, such as "1 image" and "2 images".</summary>
internal static class Counted
{
    public static string Images(long count) => Texts<CommonTexts>.Count("Images", count);

    public static string Classes(long count) => Texts<CommonTexts>.Count("Classes", count);

    public static string Datasets(long count) => Texts<CommonTexts>.Count("Datasets", count);

    public static string Runs(long count) => Texts<CommonTexts>.Count("Runs", count);
}
