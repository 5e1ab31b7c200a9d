using System.Text.Json;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Training.Tests.Runs;

namespace BlazorTransfer.Worker.Tests;

/// <summary><c>evaluate</c> and <c>predict</c> where some of the files cannot be used: named, and the others answered.</summary>
public sealed class SkippedFilesTests : IDisposable
{
    private static readonly Preprocessing Small = Preprocessing.ImageNet.WithInput(32);

    private readonly SmallRun _small = new();

    public void Dispose() => _small.Dispose();

    [Fact]
    public void Evaluate_WithTwoDamagedFiles_NamesThemInTextJsonAndExitCode()
    {
        string data = SharedFiles.Path("data", "reports", "11", "data"),
            model = _small.Teacher("resnet20_cifar", ["a", "b"], Small).File;

        (int code, string text, string errors) = WorkerProcess.Run("evaluate", "--model", model, "--data", data);
        Assert.True((WorkerExitCode)code == WorkerExitCode.FilesSkipped, errors);
        Assert.Contains("4 images: top-1", text, StringComparison.Ordinal);
        Assert.Matches("Skipped files: 2\n  a/cut.jpg: .+\n  b/zero.jpg: .+\n", text);

        (code, string json, errors) = WorkerProcess.Run("evaluate", "--model", model, "--data", data, "--json");
        Assert.True((WorkerExitCode)code == WorkerExitCode.FilesSkipped, errors);
        JsonElement result = JsonDocument.Parse(json).RootElement;
        Assert.Equal(4, result.GetProperty("images").GetInt32());
        Assert.Equal(
            ["a/cut.jpg", "b/zero.jpg"],
            result.GetProperty("skipped").EnumerateArray().Select(s => s.GetProperty("name").GetString())
        );
        Assert.All(result.GetProperty("skipped").EnumerateArray(), s => Assert.NotEmpty(s.GetProperty("reason").GetString()!));
    }

    /// <summary>Each class has one image, or there is one class: too little to train, and enough to measure a model.</summary>
    [Theory]
    [InlineData("a/1", "b/1")]
    [InlineData("a/1", "a/2")]
    [InlineData("a/1")]
    public void Evaluate_OfFewImages_UsesThemAll(params string[] images)
    {
        string data = Path.Combine(_small.Folder, "few"),
            model = _small.Teacher("resnet20_cifar", ["a", "b"], Small).File;
        foreach ((string image, string source) in images.Zip(Directory.EnumerateFiles(_small.Images, "*.jpg", SearchOption.AllDirectories)))
        {
            string target = Path.Combine(data, image + ".jpg");
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(source, target);
        }

        (int code, string json, string errors) = WorkerProcess.Run("evaluate", "--model", model, "--data", data, "--json");

        Assert.True((WorkerExitCode)code == WorkerExitCode.Success, errors);
        Assert.Equal(images.Length, JsonDocument.Parse(json).RootElement.GetProperty("images").GetInt32());
    }

    [Fact]
    public void Predict_WithADamagedFileBetweenTwoGoodOnes_AnswersBothAndNamesIt()
    {
        string folder = SharedFiles.Path("data", "reports", "12"),
            model = _small.Teacher("resnet20_cifar", ["a", "b"], Small).File;
        string[] images = [.. new[] { "good1.png", "bad.jpg", "good2.png" }.Select(n => Path.Combine(folder, n))];

        (int code, string text, string errors) = WorkerProcess.Run(["predict", "--model", model, .. images]);
        Assert.Equal(WorkerExitCode.FilesSkipped, (WorkerExitCode)code);
        Assert.Equal([images[0], images[2]], Lines(text).Select(l => l.Split('\t')[0]));
        Assert.StartsWith($"Skipped {images[1]}: ", Assert.Single(Lines(errors)), StringComparison.Ordinal);

        (code, string json, errors) = WorkerProcess.Run(["predict", "--model", model, "--json", .. images]);
        Assert.Equal((WorkerExitCode.FilesSkipped, ""), ((WorkerExitCode)code, errors));
        JsonElement[] answers = [.. Lines(json).Select(l => JsonDocument.Parse(l).RootElement)];
        Assert.Equal(images, answers.Select(a => a.GetProperty("image").GetString()));
        Assert.Equal([true, false, true], answers.Select(a => a.TryGetProperty("top", out _)));
        Assert.NotEmpty(answers[1].GetProperty("error").GetString()!);
    }

    /// <summary>A file that is absent, an empty folder and text: each is its own line, and the codes tell some from none.</summary>
    [Fact]
    public void Predict_WithOtherThingsThanImages_NamesEachAndTellsSomeFromNone()
    {
        string model = _small.Teacher("resnet20_cifar", ["a", "b"], Small).File,
            text = Path.Combine(_small.Folder, "text.jpg"),
            good = Directory.EnumerateFiles(_small.Images, "*.jpg", SearchOption.AllDirectories).First();
        File.WriteAllText(text, "this is no image");
        string[] bad =
        [
            Path.Combine(_small.Folder, "absent.jpg"),
            Directory.CreateDirectory(Path.Combine(_small.Folder, "empty")).FullName,
            text,
        ];

        (int code, string output, string errors) = WorkerProcess.Run(["predict", "--model", model, .. bad, good]);
        Assert.Equal(WorkerExitCode.FilesSkipped, (WorkerExitCode)code);
        Assert.Single(Lines(output));
        Assert.Equal(bad.Select(b => $"Skipped {b}"), Lines(errors).Select(l => l[..l.IndexOf(": ", StringComparison.Ordinal)]));

        (code, output, errors) = WorkerProcess.Run(["predict", "--model", model, .. bad]);
        Assert.Equal((WorkerExitCode.BadInput, "", 3), ((WorkerExitCode)code, output, Lines(errors).Length));
    }

    [Fact]
    public void Predict_WithAFolder_AnswersAllItsImagesByName()
    {
        string model = _small.Teacher("resnet20_cifar", ["a", "b"], Small).File;
        string[] images = Directory.GetFiles(_small.Images, "*.jpg", SearchOption.AllDirectories);
        Array.Sort(images, StringComparer.Ordinal);

        (int code, string output, string errors) = WorkerProcess.Run("predict", "--model", model, _small.Images);

        Assert.True((WorkerExitCode)code == WorkerExitCode.Success, errors);
        Assert.Equal(images, Lines(output).Select(l => l.Split('\t')[0]));
    }

    [Fact]
    public void Help_ListsEveryExitCode()
    {
        (_, string help, _) = WorkerProcess.Run("--help");

        foreach (WorkerExitCode code in Enum.GetValues<WorkerExitCode>())
            Assert.Matches($"\n *{(int)code}  \\w+", help);
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
