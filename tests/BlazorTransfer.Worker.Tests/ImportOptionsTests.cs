using System.Text;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Imaging;

namespace BlazorTransfer.Worker.Tests;

/// <summary>What <c>train</c> says of the images before it trains; the device that these calls name does not exist, so none does.</summary>
public sealed class ImportOptionsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("blazortransfer-options-").FullName;

    private string Images => Path.Combine(_folder, "images");

    public void Dispose() => TestFolder.Delete(_folder);

    [Fact]
    public void Train_WithATableThatIsNotUtf8_AsksForItsEncodingAndUsesIt()
    {
        for (int i = 1; i <= 4; i++)
            Write($"{i}.jpg", (byte)(50 * i));
        File.WriteAllBytes(
            Path.Combine(Images, "labels.csv"),
            Encoding.Latin1.GetBytes("file,class\n1.jpg,\u00C41\n2.jpg,\u00C41\n3.jpg,\u00D61\n4.jpg,\u00D61\n")
        );

        (int code, _, string errors) = Train("--layout", "table");
        Assert.Equal((int)WorkerExitCode.BadInput, code);
        Assert.Contains("windows-1252", errors, StringComparison.Ordinal);
        Assert.Contains("--encoding", errors, StringComparison.Ordinal);

        (code, string output, _) = Train("--layout", "table", "--encoding", "windows-1252");
        Assert.Equal((int)WorkerExitCode.DeviceUnavailable, code);
        Assert.Contains("\u00C41, \u00D61", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("7")]
    [InlineData("1")]
    [InlineData("nothing")]
    public void Train_WithALayoutThatDoesNotExist_IsRefused(string layout)
    {
        Write("a/1.jpg", 50);

        (int code, _, string errors) = Train("--layout", layout);

        Assert.Equal((int)WorkerExitCode.Usage, code);
        Assert.Contains("--layout", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Train_WithAClassThatHasNoTrainingImage_Warns(bool asJson)
    {
        foreach (string name in new[] { "train/a/1", "train/b/2", "val/a/3", "val/b/4", "val/c/5" })
            Write($"{name}.jpg", (byte)(40 * (name[^1] - '0')));

        (_, string output, string errors) = Train(asJson ? ["--json"] : []);

        string text = (asJson ? errors : output).ReplaceLineEndings(" ");
        Assert.Contains("The class 'c' has no training images", text, StringComparison.Ordinal);
    }

    private (int Code, string Output, string Errors) Train(params string[] options) =>
        WorkerProcess.Run([
            "train",
            "--data",
            Images,
            "--weights",
            "random",
            "--device",
            "cuda:7",
            "--force",
            "--out",
            Path.Combine(_folder, "run"),
            .. options,
        ]);

    private void Write(string name, byte shade)
    {
        string path = Path.Combine(Images, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var image = new RgbImage(16, 16);
        Array.Fill(image.Pixels, shade);
        using FileStream file = File.Create(path);
        JpegEncoder.Encode(image, file, 90);
    }
}
