using System.Globalization;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Runs;
using BlazorTransfer.Training.Methods;
using BlazorTransfer.Training.Runs;

namespace BlazorTransfer.Benchmarks;

/// <summary>A way to train that a comparison has a column or row for.</summary>
/// <param name="Name">What the table calls it.</param>
/// <param name="Method">The transfer method.</param>
/// <param name="Pretrained">From the pretrained weights, or from random ones.</param>
/// <param name="Parameters">What differs from the method's defaults.</param>
internal sealed record Way(string Name, string Method, bool Pretrained, (string Name, ParameterValue Value)[] Parameters)
{
    /// <summary>With other settings, as texts, as far as the method has them.</summary>
    public Way With((string Name, string Value)[] others)
    {
        IReadOnlyList<ParameterSpec> specs = TransferMethodRegistry.ParametersOf(TransferMethodRegistry.All.Single(m => m.Name == Method));
        return this with
        {
            Parameters =
            [
                .. Parameters,
                .. others
                    .Select(o => (o.Name, Spec: specs.FirstOrDefault(s => s.Name == o.Name), o.Value))
                    .Where(o => o.Spec is not null)
                    .Select(o => (o.Name, ParameterValue.Parse(o.Value, o.Spec!.Kind)!.Value)),
            ],
        };
    }
}

/// <summary>Whole runs whose figures are compared.</summary>
internal static class ComparedRun
{
    /// <summary>Validation top-1 after the last epoch: the best epoch is chosen on the same images and flatters.</summary>
    /// <param name="job">The run.</param>
    /// <param name="scratch">A folder in which the run leaves nothing behind.</param>
    public static double LastTop1(JobSpec job, string scratch) => LastEpoch(job, scratch)[MetricKeys.ValidationTop1];

    /// <summary>All metrics of the last epoch.</summary>
    /// <inheritdoc cref="LastTop1" path="/param"/>
    public static IReadOnlyDictionary<string, double> LastEpoch(JobSpec job, string scratch)
    {
        var run = new RunFolder(Path.Combine(scratch, Guid.NewGuid().ToString("N")));
        run.Create();
        IReadOnlyDictionary<string, double> last = new Dictionary<string, double>();
        TrainingRun.Execute(job, run, e => last = e is EpochCompleted epoch ? epoch.Metrics : last, CancellationToken.None);
        Directory.Delete(run.Path, recursive: true);
        return last;
    }

    /// <summary>Settings as a command line has them, NAME=VALUE.</summary>
    public static (string Name, string Value)[] Settings(string[]? typed) =>
        [.. (typed ?? []).Select(s => s.Split('=', 2)).Select(s => (s[0], s[1]))];

    /// <summary>The images of some samples, as a job names them.</summary>
    /// <param name="data">The samples.</param>
    /// <param name="images">The folder that their names are relative to.</param>
    /// <param name="scratch">Where the manifest goes.</param>
    public static DataSpec Save(DatasetManifest data, string images, string scratch)
    {
        string manifest = Path.Combine(scratch, "dataset.jsonl");
        data.Save(manifest);
        return new DataSpec(manifest, images);
    }

    /// <summary>Mean ± standard deviation, in percent.</summary>
    public static string Spread(double[] values)
    {
        double mean = values.Average(),
            deviation = values.Length < 2 ? 0 : Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1));
        return $"{Percent(mean)} ± {(100 * deviation).ToString("F1", CultureInfo.InvariantCulture)}";
    }

    public static string Percent(double value) => (100 * value).ToString("F1", CultureInfo.InvariantCulture);
}
