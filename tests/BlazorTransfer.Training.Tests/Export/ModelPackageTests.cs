using System.IO.Compression;
using System.Text.Json;
using System.Text.RegularExpressions;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Training.Evaluation;
using BlazorTransfer.Training.Export;
using BlazorTransfer.Training.Tests.Runs;

namespace BlazorTransfer.Training.Tests.Export;

public sealed class ModelPackageTests(PythonScripts python) : IDisposable, IClassFixture<PythonScripts>
{
    private readonly SmallRun _small = new();

    public void Dispose() => _small.Dispose();

    [Theory]
    [InlineData("mobilenet_v2", "")]
    [InlineData("squeezenet1_1", "")]
    [InlineData("resnet18", "")]
    [InlineData("efficientnet_b0", "")]
    [InlineData("mobilenet_v3_small", "")]
    [InlineData("googlenet", "")]
    // Torchvision wants to know the version of its file.
    [InlineData("mnasnet0_5", "")]
    [InlineData("resnet18_slim", "")]
    // With a hidden layer in the head: as an item of a sequence, and behind a map.
    [InlineData("mobilenet_v3_small", "hidden")]
    [InlineData("squeezenet1_1", "hidden")]
    // Found at once: likeness to landmarks, and the nearest of known images.
    [InlineData("mobilenet_v2", "kernel")]
    [InlineData("resnet18_slim", "neighbours")]
    // Further outputs behind the classes.
    [InlineData("resnet18_slim", "tasks")]
    public void Write_AndTheReadmesPythonCode_GiveTheModelsAnswersInPyTorch(string backbone, string head)
    {
        python.SkipWhereAbsent();
        string unpacked = Package(backbone, head);
        string[] images =
        [
            .. Directory.EnumerateFiles(_small.Images, "*.jpg", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Take(4),
        ];
        string code = Regex
            .Match(File.ReadAllText(Path.Combine(unpacked, "README.md")), "```python\n(.*?)```", RegexOptions.Singleline)
            .Groups[1]
            .Value;
        File.WriteAllText(Path.Combine(unpacked, "predict.py"), code);

        string output = python.Run(unpacked, "predict.py", images);

        using Predictor predictor = Predictor.Open(Path.Combine(unpacked, "model.safetensors"));
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(images.Length, lines.Length);
        foreach ((string image, string line) in images.Zip(lines))
        {
            float[] theirs = [.. JsonSerializer.Deserialize<float[]>(line[line.IndexOf('[', StringComparison.Ordinal)..])!];
            float[] ours = predictor.Outputs(image);
            // PIL and we round the resized image to bytes; a step of 1/255 in a few pixels is all that may differ.
            Assert.All(
                ours.Zip(theirs),
                pair => Assert.True(Math.Abs(pair.First - pair.Second) < 0.05, $"{image}: {pair.First} here, {pair.Second} in PyTorch")
            );
            Answer answer = predictor.Answer(image);
            Assert.StartsWith(
                string.Join(' ', [image, answer.Classes[0].Label, .. answer.LabelSets.Select(s => $"{s.Name}: {s.Top[0].Label}")]),
                line,
                StringComparison.Ordinal
            );
        }
    }

    [Fact]
    public void Write_HoldsEverythingThatTellsTheModelApart()
    {
        string unpacked = Package("squeezenet1_1");
        string[] exported = [.. ExporterRegistry.Exporters.Select(e => e.FileName)];

        Assert.Equal(
            new[] { "README.md", "labels.txt", "model.json", "preprocessing.json", "run.json" }
                .Concat(exported)
                .Order(StringComparer.Ordinal),
            Directory.GetFiles(unpacked).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)
        );
        Assert.Equal(["good", "pit", "scratch", "stain"], File.ReadAllLines(Path.Combine(unpacked, "labels.txt")));
        JsonElement run = JsonDocument.Parse(File.ReadAllText(Path.Combine(unpacked, "run.json"))).RootElement;
        Assert.Equal("squeezenet1_1", run.GetProperty("backbone").GetString());
        Assert.Equal(0, run.GetProperty("seed").GetInt32());
        Assert.Equal(1, run.GetProperty("settings").GetProperty("epochs").GetInt32());
        string readme = File.ReadAllText(Path.Combine(unpacked, "README.md"));
        foreach (string file in exported)
        {
            Assert.Contains($"\n| `{file}` | ", readme, StringComparison.Ordinal);
            Assert.InRange(run.GetProperty("exportProof").GetProperty("largestLogitDifference").GetProperty(file).GetDouble(), 0, 1e-5);
        }
    }

    [Fact]
    public void Write_WithoutItsCheckpoint_FailsAndLeavesNoPackage()
    {
        JobSpec job = _small.Job("linear-probe", "resnet20_cifar", null, ("epochs", 1));
        (RunFolder folder, _) = _small.Execute(job);
        File.WriteAllBytes(folder.BestCheckpoint, File.ReadAllBytes(folder.BestCheckpoint)[..1000]);

        Assert.ThrowsAny<IOException>(() => ModelPackage.Write(folder, job));

        Assert.Empty(Directory.GetFiles(folder.Artifacts));
    }

    private string Package(string backbone, string head = "")
    {
        // One at its own size, the others smaller than theirs.
        (string, ParameterValue) size = ("image-size", backbone == "squeezenet1_1" ? 0 : 96);
        JobSpec job = head switch
        {
            "kernel" => _small.Job("tca", backbone, _small.Weights(backbone), ("kernel", "gaussian"), size),
            "neighbours" => _small.Job(
                "tca",
                backbone,
                _small.Weights(backbone),
                ("classifier", "nearest-neighbours"),
                ("components", 6),
                ("neighbours", 3),
                size
            ),
            "tasks" => _small.Job("multi-task", backbone, _small.Weights(backbone), ("epochs", 1), size) with
            {
                LabelSets = [new("lighting", 0.5)],
            },
            _ => _small.Job("linear-probe", backbone, null, ("epochs", 1), ("head-width", head == "hidden" ? 8 : 0), size),
        };
        if (head is "kernel" or "neighbours")
            job = job with { Data = _small.Under("warm"), Target = new TargetSpec(_small.Under("cold")) };
        (RunFolder folder, _) = _small.Execute(job);
        ModelPackage.Write(folder, job);
        string unpacked = Path.Combine(_small.Folder, "unpacked");
        ZipFile.ExtractToDirectory(folder.ModelPackage, unpacked);
        return unpacked;
    }
}
