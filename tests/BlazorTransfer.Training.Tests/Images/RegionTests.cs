using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Imaging;
using BlazorTransfer.Training.Features;
using BlazorTransfer.Training.Inputs;
using BlazorTransfer.Training.Tests.Runs;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Tests.Images;

/// <summary>A region of an image is an image of its own, for the network and for each cache.</summary>
public sealed class RegionTests : IDisposable
{
    private static readonly PixelArea Area = new(3, 5, 40, 30);
    private readonly SmallRun _small = new();
    private readonly Sample _whole;

    public RegionTests() => _whole = FolderImport.FromFolder(_small.Images).Manifest.Samples[0];

    public void Dispose() => _small.Dispose();

    [Fact]
    public void Region_IsSeenAsAFileOfTheCroppedPicture()
    {
        RgbImage crop = ImageDecoder.DecodeRegion(File.ReadAllBytes(Path.Combine(_small.Images, _whole.File)), Area);
        // A format without loss, so that the pixels stay.
        byte[] file = [.. System.Text.Encoding.ASCII.GetBytes($"P6 {crop.Width} {crop.Height} 255\n"), .. crop.Pixels];
        File.WriteAllBytes(Path.Combine(_small.Images, "crop.ppm"), file);
        Sample cropped = _whole with { File = "crop.ppm", Sha256 = "crop" },
            region = _whole with { Region = Area };
        var images = new ImageStore(_small.Images, 24);
        var transforms = new ImageTransforms(Preprocessing.ImageNet with { ResizeShorterSide = 20, CropSize = 16 });

        Assert.Equal(images.Evaluated(cropped, transforms).Pixels, images.Evaluated(region, transforms).Pixels);
        Assert.Equal(images.Working(cropped).Pixels, images.Working(region).Pixels);
        // The image itself is cached beside its region.
        Assert.NotEqual(images.Evaluated(_whole, transforms).Pixels, images.Evaluated(region, transforms).Pixels);
        Assert.NotEqual(images.Working(_whole).Pixels, images.Working(region).Pixels);
    }

    [Fact]
    public void FeatureRows_OfAnImageAndItsRegions_HaveNamesOfTheirOwn()
    {
        Sample[] samples = [_whole, _whole with { Region = Area }, _whole with { Region = Area with { Left = 4 } }];
        InputReader reader = InputReader.Evaluation(new ImageStore(_small.Images, 24), Preprocessing.ImageNet);
        var images = new ImageBatches(samples, LabelTask.OfClasses(["a"]), _ => reader, seed: 0, CPU);

        string[] names = [.. Enumerable.Range(0, samples.Length).Select(Pictures.Plain(images).NameOf)];

        Assert.Equal(3, names.Distinct().Count());
        Assert.Equal(_whole.Sha256, names[0]);
        Assert.All(names, n => Assert.Equal(32, Convert.FromHexString(n).Length));
    }
}
