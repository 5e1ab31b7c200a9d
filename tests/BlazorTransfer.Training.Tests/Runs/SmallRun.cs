using System.Collections.Concurrent;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Models;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Imaging;
using BlazorTransfer.Training.Backbones;
using BlazorTransfer.Training.Models;
using BlazorTransfer.Training.Runs;
using BlazorTransfer.Training.Weights;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Tests.Runs;

/// <summary>A folder with a few drawn images, weights and room for runs, deleted at the end.</summary>
internal sealed class SmallRun : IDisposable
{
    // Drawing images and networks takes longer than many tests that use them, so each is drawn once.
    private static readonly ConcurrentDictionary<int, IReadOnlyList<SampleImage>> DrawnImages = new();
    private static readonly ConcurrentDictionary<(string Backbone, int Classes), byte[]> DrawnWeights = new();

    private readonly string _folder = Directory.CreateTempSubdirectory("blazortransfer-").FullName;

    /// <param name="imagesPerClass">Of each of the four classes, half of them under either light.</param>
    public SmallRun(int imagesPerClass = 6)
    {
        foreach (SampleImage image in DrawnImages.GetOrAdd(imagesPerClass / 2, n => [.. new SampleDatasetGenerator(seed: 3, n).Draw()]))
        {
            string path = Path.Combine(Images, image.Name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, image.Jpeg);
        }
    }

    public string Folder => _folder;
    public string Images => Path.Combine(_folder, "images");
    public string Manifest => Path.Combine(_folder, "dataset.jsonl");

    /// <summary>A file with a network drawn from a seed: something to start from that is not random initialisation.</summary>
    public string Weights(string backbone, int classes = 10)
    {
        string path = Path.Combine(_folder, $"{backbone}.safetensors");
        if (DrawnWeights.TryGetValue((backbone, classes), out byte[]? drawn))
        {
            File.WriteAllBytes(path, drawn);
            return path;
        }

        manual_seed(11);
        using Backbone network = BackboneRegistry.Create(backbone, classes);
        using var model = new TransferModel(network, [.. Enumerable.Range(0, classes).Select(c => $"c{c}")], CPU);
        Safetensors.Write(path, model.Snapshot());
        DrawnWeights[(backbone, classes)] = File.ReadAllBytes(path);
        return path;
    }

    /// <summary>All weights and statistics of a job's network before its first step, its new head included.</summary>
    public static IReadOnlyDictionary<string, TensorData> Start(JobSpec job)
    {
        using var run = TrainingRun.Prepare(job, _ => { });
        return run.Model.Snapshot();
    }

    /// <summary>The tensors of a checkpoint that differ from those that its job started with, by name.</summary>
    public static string[] Changed(JobSpec job, string checkpoint)
    {
        IReadOnlyDictionary<string, TensorData> start = Start(job),
            end = WeightsFile.Open(checkpoint);
        Assert.Equal(start.Keys.Order(StringComparer.Ordinal), end.Keys.Order(StringComparer.Ordinal));
        // Of another shape, a tensor would count as changed whatever the run did.
        Assert.All(end, t => Assert.Equal(start[t.Key].Shape, t.Value.Shape));
        return
        [
            .. end.Where(t => !start[t.Key].Bytes.Span.SequenceEqual(t.Value.Bytes.Span)).Select(t => t.Key).Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>A finished model of these classes, drawn from a seed, with its description beside it.</summary>
    public TeacherSpec Teacher(string backbone, IReadOnlyList<string> classes, Preprocessing preprocessing)
    {
        string path = Path.Combine(_folder, $"teacher-{Guid.NewGuid():N}.safetensors");
        manual_seed(13);
        using Backbone network = BackboneRegistry.Create(backbone, classes.Count);
        using var model = new TransferModel(network, classes, CPU);
        Safetensors.Write(path, model.Snapshot());
        new ModelDescription
        {
            Backbone = backbone,
            Classes = classes,
            Preprocessing = preprocessing,
            Method = "fine-tuning",
            Epoch = 1,
            Metrics = new Dictionary<string, double>(),
        }.Save(ModelDescription.PathBeside(path));
        return new TeacherSpec(path);
    }

    /// <summary>The images under one light, <c>warm</c> or <c>cold</c>, of which every second one validates.</summary>
    public DataSpec Under(string light)
    {
        string path = Path.Combine(_folder, $"{light}.jsonl");
        DatasetManifest all = FolderImport.FromFolder(Images).Manifest;
        (
            all with
            {
                Samples =
                [
                    .. all
                        .Samples.Where(s => s.Name.Contains(light, StringComparison.Ordinal))
                        .Select((s, i) => s with { Split = i % 2 == 0 ? Split.Train : Split.Validation }),
                ],
            }
        ).Save(path);
        return new DataSpec(path, Images);
    }

    /// <summary>Writes a table beside the images that says something more of each; before the first job.</summary>
    public void WriteTable(string columns, Func<string, string> values)
    {
        IEnumerable<string> files = Directory
            .EnumerateFiles(Images, "*.jpg", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(Images, f).Replace('\\', '/'));
        File.WriteAllLines(
            Path.Combine(Images, "labels.csv"),
            files.Order(StringComparer.Ordinal).Select(f => $"{f},{values(f)}").Prepend($"file,{columns}")
        );
    }

    /// <summary>Under which light an image was drawn: each has it as a label beside its class.</summary>
    public static string LightOf(string name) => name.Contains("warm", StringComparison.Ordinal) ? "warm" : "cold";

    public JobSpec Job(string method, string backbone, string? weights, params (string Name, ParameterValue Value)[] parameters)
    {
        if (!File.Exists(Manifest))
        {
            DatasetManifest all = FolderImport.FromFolder(Images).Manifest;
            (
                all with
                {
                    Samples =
                    [
                        .. all.Samples.Select(s =>
                            s with
                            {
                                Tags = new Dictionary<string, string>(s.Tags) { ["lighting"] = LightOf(s.Name) },
                            }
                        ),
                    ],
                }
            ).Save(Manifest);
        }

        return new JobSpec
        {
            RunId = "test",
            Data = new DataSpec(Manifest, Images),
            Backbone = backbone,
            Weights = weights is null ? WeightsSpec.Random : new WeightsSpec(weights),
            Method = method,
            Parameters = parameters.ToDictionary(p => p.Name, p => p.Value),
            Device = "cpu",
        };
    }

    /// <summary>Trains in this process, as on a processor with or without bfloat16 instructions. Events come back in order;
    /// <paramref name="watch"/> sees each as it happens.</summary>
    public (RunFolder Folder, List<RunEvent> Events) Execute(
        JobSpec job,
        Action<RunEvent>? watch = null,
        CancellationToken cancel = default,
        bool processorHasBFloat16 = true,
        CancellationToken stop = default
    )
    {
        var folder = new RunFolder(Path.Combine(_folder, Guid.NewGuid().ToString("N")));
        folder.Create();
        job.Save(folder.Job);
        using var writer = new RunEventWriter(folder.Events);
        var events = new List<RunEvent>();
        TrainingRun.Execute(
            job,
            folder,
            e =>
            {
                events.Add(writer.Append(e));
                watch?.Invoke(e);
            },
            cancel,
            processorHasBFloat16,
            stop
        );
        return (folder, events);
    }

    public void Dispose() => TestFolder.Delete(_folder);
}
