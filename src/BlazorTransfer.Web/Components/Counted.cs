using BlazorTransfer.Web.Localization;

namespace BlazorTransfer.Web.Components;

/// <summary>Numbers of things in the language of the page, such as "1 image" and "2 images".</summary>
internal static class Counted
{
    public static string Images(long count) => Of(count, "OneImage", "ManyImages");

    public static string Classes(long count) => Of(count, "OneClass", "ManyClasses");

    public static string Datasets(long count) => Of(count, "OneDataset", "ManyDatasets");

    public static string Runs(long count) => Of(count, "OneRun", "ManyRuns");

    private static string Of(long count, string one, string many) => Texts<CommonTexts>.Get(count == 1 ? one : many, count);
}
