using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Training.Tests.Runs;

namespace BlazorTransfer.Training.Tests.LabelKinds;

/// <summary>The drawn images of <see cref="SmallRun"/> as a data set whose images have up to three labels.</summary>
internal static class SeveralLabels
{
    /// <summary>Labels of the data set, of which no image has the first.</summary>
    public static readonly string[] Labels = ["bright", "line", "spot", "warm"];

    /// <summary>The same job on images with several labels: what is drawn on it, and whether its light is warm.</summary>
    public static JobSpec With(SmallRun small, JobSpec job)
    {
        DatasetManifest single = DatasetManifest.Load(small.Manifest);
        string path = Path.Combine(small.Folder, "several.jsonl");
        new DatasetManifest(
            Labels,
            [.. single.Samples.Select((s, i) => s with { Label = null, Labels = LabelsOf(single, s), Split = (Split)(i % 3) })]
        )
        {
            Kind = LabelKind.MultiLabel,
        }.Save(path);
        return job with { Data = job.Data with { Manifest = path } };
    }

    /// <summary>Class 0 has no label of its own, class 1 a line, class 2 a spot, class 3 both.</summary>
    private static IReadOnlyList<string> LabelsOf(DatasetManifest data, Sample sample)
    {
        int number = data.Classes.ToList().IndexOf(sample.Label!);
        List<string> labels = [];
        if (number is 1 or 3)
            labels.Add("line");
        if (number is 2 or 3)
            labels.Add("spot");
        if (SmallRun.LightOf(sample.Name) == "warm")
            labels.Add("warm");
        return labels;
    }
}
