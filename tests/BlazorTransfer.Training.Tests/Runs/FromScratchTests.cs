using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Models;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Training.Backbones;
using BlazorTransfer.Training.Export;
using BlazorTransfer.Training.Foundation;
using BlazorTransfer.Training.Methods;
using BlazorTransfer.Training.Weights;

namespace BlazorTransfer.Training.Tests.Runs;

public sealed class FromScratchTests : IDisposable
{
    private readonly SmallRun _small = new();

    public void Dispose() => _small.Dispose();

    [Theory]
    [InlineData(0, "64 64 64 64 64 64 64 64 64")]
    [InlineData(32, "32 32 32 48 48 48 64 64 64")]
    [InlineData(48, "48 48 48 48 48 48 64 64 64")]
    [InlineData(96, "64 64 64 64 64 64 64 64 64")]
    public void ImageSize_FromAFirstOne_GrowsOverTwoThirdsOfTheEpochs(int first, string expected)
    {
        (TransferMethod method, _) = TransferMethodRegistry.Create(
            "from-scratch",
            new Dictionary<string, ParameterValue> { ["first-image-size"] = first }
        );

        Assert.Equal(expected, string.Join(' ', Enumerable.Range(1, 9).Select(epoch => method.ImageSize(64, epoch, epochs: 9))));
    }

    [Fact]
    public void Execute_WithASizeOfItsOwn_TrainsAndDescribesThatSize()
    {
        (RunFolder folder, List<RunEvent> events) = _small.Execute(
            _small.Job("from-scratch", "resnet18_slim", null, ("epochs", 3), ("image-size", 64), ("first-image-size", 32))
        );

        Preprocessing written = ModelDescription.Load(ModelDescription.PathBeside(folder.BestCheckpoint)).Preprocessing;
        Assert.Equal((73, 64), (written.ResizeShorterSide, written.CropSize));
        // Nothing is transferred, and nobody needs to be warned of it: that is the method.
        Assert.Empty(events.OfType<MessageLogged>());
    }

    [Fact]
    public void Execute_WithWeights_RefusesThemAndSaysWhatToDo()
    {
        JobSpec job = _small.Job("from-scratch", "resnet18_slim", _small.Weights("resnet18_slim"), ("epochs", 1));

        TrainingException failure = Assert.Throws<TrainingException>(() => _small.Execute(job));

        Assert.Equal(WorkerExitCode.BadInput, failure.ExitCode);
        Assert.Contains("starts from random weights and takes no others", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("image-size", 32)]
    [InlineData("first-image-size", 62)]
    public void Execute_WithImagesBelowTheMinimum_NamesTheSizesAndTheNetworksOwn(string setting, int side)
    {
        TrainingException failure = Assert.Throws<TrainingException>(() =>
            _small.Execute(_small.Job("from-scratch", "alexnet", null, ("epochs", 1), (setting, side)))
        );

        Assert.Equal(WorkerExitCode.BadInput, failure.ExitCode);
        Assert.Contains(
            $"needs images of at least 63 pixels, and the image size is {side}. Choose a larger image size, such as 224",
            failure.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void BackboneFile_OfARun_IsHalfItsSizeAndStartsAnother_AlsoOneThatAsksItsHead()
    {
        JobSpec job = _small.Job("from-scratch", "resnet18_slim", null, ("epochs", 1), ("image-size", 32));
        (RunFolder folder, _) = _small.Execute(job);

        string backbone = BackboneFile.Write(folder, job);

        IReadOnlyDictionary<string, TensorData> whole = WeightsFile.Open(folder.BestCheckpoint),
            half = WeightsFile.Open(backbone);
        Assert.Equal(ElementType.Float16, half["layer4.1.conv2.weight"].Type);
        // Statistics of batch norms may be smaller than half precision can say.
        Assert.Equal(ElementType.Float32, half["bn1.running_var"].Type);
        Assert.Equal(["resnet18_slim"], WeightsLoader.FittingBackbones(half));
        Assert.InRange(new FileInfo(backbone).Length, 0, 0.51 * new FileInfo(folder.BestCheckpoint).Length);
        float[] exact = whole["layer1.0.conv1.weight"].ToSingles(),
            rounded = half["layer1.0.conv1.weight"].ToSingles();
        Assert.All(exact.Zip(rounded), pair => Assert.Equal(pair.First, pair.Second, Math.Abs(pair.First) / 1024 + 1e-6));
        _small.Execute(_small.Job("linear-probe", "resnet18_slim", backbone, ("epochs", 1), ("image-size", 32)));
        _small.Execute(_small.Job("co-tuning", "resnet18_slim", backbone, ("epochs", 1), ("image-size", 32)));
    }

    [Fact]
    public void BuiltInWeights_ThatComeWithTheProgram_AreWhatTheirCardsSay()
    {
        IReadOnlyList<(BuiltInWeights Card, string Path)> all = BuiltInWeights.Of(AppContext.BaseDirectory);

        Assert.NotEmpty(all);
        foreach ((BuiltInWeights card, string path) in all)
        {
            byte[] file = File.ReadAllBytes(path);
            // Kept in git: the small network. The others come with the restore.
            Assert.InRange(file.Length, 1, path.EndsWith(".safetensors", StringComparison.Ordinal) ? 12_000_000 : 70_000_000);
            Assert.Equal(card.Sha256, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(file)));
            Assert.Equal([card.Backbone], WeightsLoader.FittingBackbones(PretrainedFile.Open(path)));
            Assert.Equal(card.HeadClasses, WeightsLoader.HeadClasses(card.Backbone, PretrainedFile.Open(path)) ?? 0);
            if (card.LicenceFile is not null)
                Assert.Contains("Permission is hereby granted", card.LicenceText(path), StringComparison.Ordinal);
        }
    }
}
