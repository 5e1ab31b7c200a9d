using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Web.Localization;

namespace BlazorTransfer.Web.Features.Runs;

/// <summary>Names of the figure that stands for a run: accuracy, or mAP where an image may have several labels.</summary>
internal static class MainMetricNames
{
    public static string Of(LabelKind kind) => Texts<RunTexts>.Get(kind == LabelKind.MultiLabel ? "Map" : "Accuracy");

    public static string OfFinalEpoch(LabelKind kind) =>
        Texts<RunTexts>.Get(kind == LabelKind.MultiLabel ? "MapFinalEpoch" : "AccuracyFinalEpoch");

    public static string OfTest(LabelKind kind) => Texts<RunTexts>.Get(kind == LabelKind.MultiLabel ? "TestMap" : "TestAccuracy");

    public static string ByEpoch(LabelKind kind) =>
        Texts<RunTexts>.Get(kind == LabelKind.MultiLabel ? "ValidationMapByEpoch" : "ValidationAccuracyByEpoch");

    /// <summary>Of runs that are shown together.</summary>
    public static LabelKind KindOf(IEnumerable<Run> runs) =>
        runs.Any(r => r.Kind == LabelKind.MultiLabel) ? LabelKind.MultiLabel : LabelKind.SingleLabel;
}
