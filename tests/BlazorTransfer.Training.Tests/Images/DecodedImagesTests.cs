using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Imaging;
using BlazorTransfer.Training.Inputs;
using BlazorTransfer.Training.Tests.Runs;

namespace BlazorTransfer.Training.Tests.Images;

/// <summary>No image is decoded twice, and where it was kept makes no difference.</summary>
public sealed class DecodedImagesTests : IDisposable
{
    private static readonly Preprocessing Shape = Preprocessing.ImageNet with { ResizeShorterSide = 73, CropSize = 61 };

    private readonly SmallRun _small = new();
    private readonly Sample[] _samples;

    public DecodedImagesTests()
    {
        FolderImport.FromFolder(_small.Images).Manifest.Save(_small.Manifest);
        _samples = [.. DatasetManifest.Load(_small.Manifest).Samples];
    }

    private FeatureCacheSpec Spill => new(Path.Combine(_small.Folder, "spill"), 1L << 30);

    public void Dispose() => _small.Dispose();

    [Fact]
    public void InMemory_OnDisk_OrNowhere_InputsAreTheSameToTheBit()
    {
        using DecodedImages memory = new(1L << 30),
            disk = new(0, Spill),
            both = new(200_000, Spill),
            none = new(0);

        float[][] expected = Inputs(none),
            again = Inputs(none);

        Assert.Equal(expected, again);
        foreach (DecodedImages kept in new[] { memory, disk, both })
        {
            Assert.Equal(expected, Inputs(kept));
            Assert.Equal(expected, Inputs(kept));
        }
    }

    [Theory]
    [InlineData(1L << 30, false)]
    [InlineData(0, true)]
    [InlineData(200_000, true)]
    public void SecondPass_NeedsNoFile(long memoryBytes, bool spills)
    {
        using DecodedImages kept = new(memoryBytes, spills ? Spill : null);
        float[][] first = Inputs(kept);

        TestFolder.Delete(_small.Images);

        Assert.Equal(first, Inputs(kept));
    }

    [Fact]
    public void EvaluatedInput_IsThatOfTheWholePicture()
    {
        using DecodedImages kept = new(1L << 30);
        var transforms = new ImageTransforms(Shape);
        var store = new ImageStore(_small.Images, Shape.ResizeShorterSide, kept);
        foreach (Sample sample in _samples)
        {
            float[] expected = new float[transforms.Length],
                actual = new float[transforms.Length];
            RgbImage whole = ImageDecoder.DecodeRgb(Path.Combine(_small.Images, sample.File));
            RgbImage crop = PilResize.CentreCrop(PilResize.ShorterSide(whole, Shape.ResizeShorterSide), Shape.CropSize);
            for (int y = 0; y < crop.Height; y++)
            for (int x = 0; x < crop.Width; x++)
            for (int c = 0; c < 3; c++)
                expected[(c * crop.Height + y) * crop.Width + x] = (crop.Row(y)[3 * x + c] / 255f - Shape.Mean[c]) / Shape.Std[c];

            InputReader.Evaluation(store, Shape).Read(sample, new Random(0), actual);

            Assert.Equal(expected, actual);
            Array.Clear(actual);
            transforms.Evaluate(whole, actual);
            Assert.Equal(expected, actual);
        }
    }

    [Fact]
    public void FullDisk_KeepsLess_AndChangesNothing()
    {
        using DecodedImages none = new(0),
            little = new(0, Spill with { MaximumBytes = 30_000 });

        float[][] expected = Inputs(none);

        Assert.Equal(expected, Inputs(little));
        Assert.Equal(expected, Inputs(little));
    }

    [Fact]
    public void UnusableFolder_CostsTheCache_NotTheRun()
    {
        string file = Path.Combine(_small.Folder, "a-file");
        File.WriteAllText(file, "");
        using DecodedImages none = new(0),
            broken = new(0, new FeatureCacheSpec(file, 1 << 20));

        Assert.Equal(Inputs(none), Inputs(broken));
    }

    [Fact]
    public void NothingIsLeftOnDisk()
    {
        using (DecodedImages disk = new(0, Spill))
            Inputs(disk);

        Assert.Empty(Directory.EnumerateFileSystemEntries(Spill.Folder));
    }

    /// <summary>Of each sample, a training crop and what evaluation sees.</summary>
    private float[][] Inputs(DecodedImages kept)
    {
        var store = new ImageStore(_small.Images, Shape.ResizeShorterSide, kept);
        InputReader still = InputReader.Evaluation(store, Shape),
            drawn = new RandomCrop(0.25, Mirrors: true).Reader(store, Shape);
        float[][] inputs = [.. Enumerable.Range(0, 2 * _samples.Length).Select(_ => new float[3 * Shape.CropSize * Shape.CropSize])];
        Parallel.For(
            0,
            _samples.Length,
            i =>
            {
                still.Read(_samples[i], new Random(i), inputs[2 * i]);
                drawn.Read(_samples[i], new Random(i), inputs[2 * i + 1]);
            }
        );
        return inputs;
    }
}
