using System.IO.Compression;
using System.Text;
using BlazorTransfer.Core.Models;
using BlazorTransfer.Training.Backbones;
using BlazorTransfer.Training.Weights;

namespace BlazorTransfer.Training.Tests.Weights;

public sealed class WeightsFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("blazortransfer-").FullName;

    public void Dispose() => TestFolder.Delete(_folder);

    [Theory]
    [InlineData("mobilenet_v2-imagenet.pth", "mobilenet_v2")]
    [InlineData("squeezenet1_1-imagenet.pth", "squeezenet1_1")]
    public void Open_WithTorchvisionWeights_FitsItsBackboneOnly(string file, string backbone)
    {
        IReadOnlyDictionary<string, TensorData> tensors = WeightsFile.Open(SharedFiles.Path("weights", file));

        Assert.Equal([backbone], WeightsLoader.FittingBackbones(tensors));
        using Backbone network = BackboneRegistry.Create(backbone, 1000);
        Assert.True(WeightsLoader.Load(network, tensors).HeadLoaded);
    }

    [Fact]
    public void Open_WithSafetensorsOfAnyHeaderLength_IsNotTakenForSomethingElse()
    {
        string path = Path.Combine(_folder, "w.safetensors");
        var firstBytes = new HashSet<byte>();
        for (int length = 1; length <= 300; length++)
        {
            string name = new('n', length);
            Safetensors.Write(path, new Dictionary<string, TensorData> { [name] = new(ElementType.Float32, [1], new byte[4]) });
            firstBytes.Add(File.ReadAllBytes(path)[0]);
            Assert.Equal([name], WeightsFile.Open(path).Keys);
        }

        // The mark of a pickle and of a zip were among them.
        Assert.Contains((byte)0x80, firstBytes);
        Assert.Contains((byte)'P', firstBytes);
    }

    [Fact]
    public void Load_WithCifarWeights_FitsItsBackboneAndKeepsItsHead()
    {
        IReadOnlyDictionary<string, TensorData> tensors = WeightsFile.Open(SharedFiles.Path("weights", "resnet20-cifar10-12fca82f.th"));

        Assert.Equal(["resnet20_cifar"], WeightsLoader.FittingBackbones(tensors));
        using Backbone network = BackboneRegistry.Create("resnet20_cifar", 10);
        Assert.True(WeightsLoader.Load(network, tensors).HeadLoaded);
    }

    [Fact]
    public void Load_WithDenseNetsOldNames_TakesThemForTheNewOnes()
    {
        using Backbone network = BackboneRegistry.Create("densenet121", 2);
        Dictionary<string, TensorData> old = network
            .state_dict()
            .ToDictionary(
                t => System.Text.RegularExpressions.Regex.Replace(t.Key, @"(denselayer\d+\.(?:norm|conv))(\d)", "$1.$2"),
                t => TensorData.FromTensor(t.Value)
            );
        Assert.Contains("features.denseblock1.denselayer1.norm.1.weight", old.Keys);
        string path = Path.Combine(_folder, "w.safetensors");
        Safetensors.Write(path, old);

        Assert.Equal(["densenet121"], WeightsLoader.FittingBackbones(WeightsFile.Open(path)));
    }

    [Fact]
    public void Open_WithAnOldAndANewNameOfOneTensor_RefusesInWords()
    {
        string path = Path.Combine(_folder, "w.safetensors");
        Safetensors.Write(
            path,
            new Dictionary<string, TensorData>
            {
                ["denselayer1.norm.1.weight"] = new(ElementType.Float32, [1], new byte[4]),
                ["denselayer1.norm1.weight"] = new(ElementType.Float32, [1], new byte[4]),
            }
        );

        Assert.Contains("two tensors", Assert.Throws<WeightsException>(() => WeightsFile.Open(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_WithLegacyFile_ReadsTensorsWithoutTheirWrapper()
    {
        IReadOnlyDictionary<string, TensorData> tensors = WeightsFile.Open(SharedFiles.Path("weights", "resnet20-cifar10-12fca82f.th"));

        Assert.Equal([16, 3, 3, 3], tensors["conv1.weight"].Shape);
        Assert.Equal([10, 64], tensors["linear.weight"].Shape);
        Assert.All(tensors.Values, t => Assert.All(t.ToSingles(), v => Assert.True(float.IsFinite(v))));
        Assert.InRange(tensors["linear.weight"].ToSingles().Select(Math.Abs).Average(), 0.01, 2);
    }

    [Fact]
    public void Closest_ToWeightsThatAlmostFit_NamesWhatIsWrong()
    {
        using Backbone network = BackboneRegistry.Create("resnet18", 2);
        Dictionary<string, TensorData> tensors = network.state_dict().ToDictionary(t => t.Key, t => TensorData.FromTensor(t.Value));
        tensors.Remove("layer1.0.conv1.weight");
        tensors["conv1.weight"] = new TensorData(ElementType.Float32, [64, 1, 7, 7], new byte[64 * 49 * 4]);
        tensors["extra"] = new TensorData(ElementType.Float32, [1], new byte[4]);

        Assert.Empty(WeightsLoader.FittingBackbones(tensors));
        WeightsMismatch closest = WeightsLoader.Closest(tensors)!;

        Assert.Equal("resnet18", closest.Backbone);
        Assert.Equal(["layer1.0.conv1.weight"], closest.Missing);
        Assert.StartsWith("conv1.weight: [64, 1, 7, 7]", Assert.Single(closest.Mismatched), StringComparison.Ordinal);
        Assert.Equal(["extra"], closest.Unexpected);
        Assert.Contains("such as layer1.0.conv1.weight", closest.Describe(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("module.")]
    [InlineData("model.")]
    [InlineData("_orig_mod.module.")]
    public void Open_WithNamesThatAWrapperPrefixed_FitsAsWithout(string prefix)
    {
        using Backbone network = BackboneRegistry.Create("resnet20_cifar", 10);
        string path = Path.Combine(_folder, "w.pth");
        PthWriter.Write(path, network.state_dict().ToDictionary(t => prefix + t.Key, t => TensorData.FromTensor(t.Value)));

        Assert.Equal(["resnet20_cifar"], WeightsLoader.FittingBackbones(WeightsFile.Open(path)));
    }

    [Fact]
    public void Load_WithWholeNumbersForWeights_RefusesAndNamesThem()
    {
        using Backbone network = BackboneRegistry.Create("resnet20_cifar", 10);
        Dictionary<string, TensorData> tensors = network.state_dict().ToDictionary(t => t.Key, t => TensorData.FromTensor(t.Value));
        tensors["conv1.weight"] = new TensorData(ElementType.Int8, tensors["conv1.weight"].Shape, new byte[16 * 3 * 9]);

        Assert.Contains(
            "conv1.weight: whole numbers (Int8)",
            Assert.Throws<WeightsException>(() => WeightsLoader.Load(network, tensors)).Message,
            StringComparison.Ordinal
        );
        Assert.Empty(WeightsLoader.FittingBackbones(tensors));
    }

    [Fact]
    public void CopyTo_FromEveryElementType_GivesItsValues()
    {
        var values = new Dictionary<ElementType, byte[]>
        {
            [ElementType.Float64] = [.. BitConverter.GetBytes(1.0), .. BitConverter.GetBytes(-2.0)],
            [ElementType.Float32] = [.. BitConverter.GetBytes(1f), .. BitConverter.GetBytes(-2f)],
            [ElementType.Float16] = [.. BitConverter.GetBytes((Half)1), .. BitConverter.GetBytes((Half)(-2))],
            [ElementType.BFloat16] = [.. BitConverter.GetBytes(1f)[2..], .. BitConverter.GetBytes(-2f)[2..]],
            [ElementType.Int64] = [.. BitConverter.GetBytes(1L), .. BitConverter.GetBytes(-2L)],
            [ElementType.Int32] = [.. BitConverter.GetBytes(1), .. BitConverter.GetBytes(-2)],
            [ElementType.Int16] = [.. BitConverter.GetBytes((short)1), .. BitConverter.GetBytes((short)-2)],
            [ElementType.Int8] = [1, 0xfe],
            [ElementType.UInt8] = [1, 2],
            [ElementType.Bool] = [1, 0],
        };
        Assert.Equal(Enum.GetValues<ElementType>(), values.Keys);
        foreach ((ElementType type, byte[] bytes) in values)
        {
            float second = type switch
            {
                ElementType.UInt8 => 2,
                ElementType.Bool => 0,
                _ => -2,
            };
            // Rows and columns swapped, so that the target's memory is not in the file's order.
            using var scope = TorchSharp.torch.NewDisposeScope();
            TorchSharp.torch.Tensor plain = TorchSharp.torch.zeros(1, 2),
                strided = TorchSharp.torch.zeros(2, 2).t()[..1];
            foreach (TorchSharp.torch.Tensor target in new[] { plain, strided })
            {
                new TensorData(type, [1, 2], bytes).CopyTo(target);
                Assert.Equal([1f, second], target.contiguous().data<float>().ToArray());
            }
        }
    }

    [Fact]
    public void Weights_WithMoreThanTheTrunk_FitAndTellWhatIsLeftOut()
    {
        using Backbone network = BackboneRegistry.Create("resnet18", 7);
        Dictionary<string, TensorData> tensors = network.state_dict().ToDictionary(t => t.Key, t => TensorData.FromTensor(t.Value));
        // No number of classes gives the file's size.
        tensors["extra"] = new TensorData(ElementType.Float32, [5], new byte[20]);

        Assert.Equal(["resnet18"], WeightsLoader.FittingBackbones(tensors));
        WeightsMismatch differences = WeightsLoader.Differences("resnet18", tensors);

        Assert.Equal((100, 100, 0, 0), (differences.Matching, differences.Total, differences.MissingCount, differences.MismatchedCount));
        Assert.Equal(["extra"], differences.Unexpected);
    }

    [Fact]
    public void Trunk_WithoutAHead_FitsAlsoWhereTheHeadIsMostOfTheNetwork()
    {
        using Backbone network = BackboneRegistry.Create("shufflenet_v2_x0_5", 2);
        Dictionary<string, TensorData> tensors = network
            .state_dict()
            .Where(t => !t.Key.StartsWith(network.HeadName, StringComparison.Ordinal))
            .ToDictionary(t => t.Key, t => TensorData.FromTensor(t.Value));

        Assert.Equal(["shufflenet_v2_x0_5"], WeightsLoader.FittingBackbones(tensors));
        Assert.True(WeightsLoader.Differences("shufflenet_v2_x0_5", tensors).IsWhole);
    }

    [Fact]
    public void Bytes_OfAFileReplacedMeanwhile_AreTheOldOnes_AndOfOneCutMeanwhile_AreRefused()
    {
        string path = Path.Combine(_folder, "w.safetensors");
        Safetensors.Write(
            path,
            new Dictionary<string, TensorData> { ["a"] = new(ElementType.Float32, [2], BitConverter.GetBytes(0x3f800000_40000000)) }
        );
        TensorData old = WeightsFile.Open(path)["a"],
            part = old with { Shape = [1], Bytes = old.Bytes[4..] };
        Safetensors.Write(path, new Dictionary<string, TensorData> { ["a"] = new(ElementType.Float32, [2], new byte[8]) });
        TensorData cut = WeightsFile.Open(path)["a"];
        using (var stream = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            stream.SetLength(stream.Length - 1);

        using TorchSharp.torch.Tensor one = TorchSharp.torch.zeros(1),
            two = TorchSharp.torch.zeros(2);
        part.CopyTo(one);
        Assert.Equal(1f, one.item<float>());
        old.CopyTo(two);
        Assert.Equal([2f, 1f], two.data<float>().ToArray());
        Assert.Equal([2f, 1f], old.ToSingles());
        Assert.Throws<WeightsException>(() => cut.CopyTo(two));
        Assert.Throws<WeightsException>(() => cut.ToSingles());
    }

    [Theory]
    [InlineData(ElementType.Float64)]
    [InlineData(ElementType.Float32)]
    [InlineData(ElementType.Float16)]
    [InlineData(ElementType.BFloat16)]
    public void CheckValues_OfANaNOrAnInfinityInAnyType_NamesTheTensor(ElementType type)
    {
        (byte[] nan, byte[] infinity) = type switch
        {
            ElementType.Float64 => (BitConverter.GetBytes(double.NaN), BitConverter.GetBytes(double.NegativeInfinity)),
            ElementType.Float32 => (BitConverter.GetBytes(float.NaN), BitConverter.GetBytes(float.PositiveInfinity)),
            ElementType.Float16 => (BitConverter.GetBytes(Half.NaN), BitConverter.GetBytes(Half.PositiveInfinity)),
            _ => (BitConverter.GetBytes(float.NaN)[2..], BitConverter.GetBytes(float.PositiveInfinity)[2..]),
        };
        Dictionary<string, TensorData> Tensors(byte[] last) =>
            new()
            {
                ["fine"] = new TensorData(type, [1], new byte[type.Size()]),
                ["broken"] = new TensorData(type, [2], (byte[])[.. new byte[type.Size()], .. last]),
                ["empty"] = new TensorData(type, [0], Array.Empty<byte>()),
            };

        foreach (byte[] bad in new[] { nan, infinity })
            Assert.Contains(
                "'broken' has 1 value that is NaN or infinite. ",
                Assert.Throws<WeightsException>(() => WeightsLoader.CheckValues(Tensors(bad))).Message,
                StringComparison.Ordinal
            );
        WeightsLoader.CheckValues(Tensors(new byte[type.Size()]));
    }

    [Fact]
    public void CheckValues_OfSeveralDamagedTensors_CountsTheOthers()
    {
        var nan = new TensorData(
            ElementType.Float32,
            [2],
            (byte[])[.. BitConverter.GetBytes(float.NaN), .. BitConverter.GetBytes(float.NaN)]
        );
        var tensors = new Dictionary<string, TensorData>
        {
            ["a"] = nan,
            ["count"] = new(ElementType.Int64, [], BitConverter.GetBytes(-1L)),
            ["b"] = nan,
            ["c"] = nan,
        };

        Assert.Contains(
            "'a' has 2 values that are NaN or infinite, and 2 other tensors are damaged too.",
            Assert.Throws<WeightsException>(() => WeightsLoader.CheckValues(tensors)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void CheckValues_OfADoubleThatNoSingleHolds_SaysSo()
    {
        var tensors = new Dictionary<string, TensorData> { ["a"] = new(ElementType.Float64, [1], BitConverter.GetBytes(1e300)) };

        Assert.Contains(
            "'a' has 1 value that is too large for 32 bits. ",
            Assert.Throws<WeightsException>(() => WeightsLoader.CheckValues(tensors)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void CheckValues_OfANegativeVariance_SaysSo_AndOfANegativeMeanNothing()
    {
        Dictionary<string, TensorData> Tensors(string name) =>
            new() { [name] = new TensorData(ElementType.Float32, [1], BitConverter.GetBytes(-0.5f)) };

        Assert.Contains(
            "'bn1.running_var' has 1 value that is negative, which no variance is. ",
            Assert.Throws<WeightsException>(() => WeightsLoader.CheckValues(Tensors("bn1.running_var"))).Message,
            StringComparison.Ordinal
        );
        WeightsLoader.CheckValues(Tensors("bn1.running_mean"));
    }

    [Fact]
    public void Load_WithAnotherNetworksWeights_RefusesAndNamesTheDifference()
    {
        IReadOnlyDictionary<string, TensorData> tensors = WeightsFile.Open(SharedFiles.Path("weights", "squeezenet1_1-imagenet.pth"));
        using Backbone network = BackboneRegistry.Create("resnet18", 2);

        var refusal = Assert.Throws<WeightsException>(() => WeightsLoader.Load(network, tensors));

        Assert.Contains("do not fit ResNet-18", refusal.Message);
        Assert.Contains("conv1.weight", refusal.Message);
    }

    [Fact]
    public void Open_WithPickleThatCallsSomething_RefusesItByName()
    {
        // What a malicious file does: os.system("…") by GLOBAL and REDUCE.
        byte[] pickle = Encoding.ASCII.GetBytes("\u0002cposix\nsystem\nX\u0004\0\0\0true\u0085R.");
        pickle = [0x80, .. pickle.Select(b => b)];
        string zip = Path.Combine(_folder, "evil.pth");
        using (ZipArchive archive = ZipFile.Open(zip, ZipArchiveMode.Create))
        using (Stream entry = archive.CreateEntry("archive/data.pkl", CompressionLevel.NoCompression).Open())
        {
            entry.Write(pickle);
        }

        string raw = Path.Combine(_folder, "evil.pkl");
        File.WriteAllBytes(raw, pickle);

        Assert.Contains("posix.system", Assert.Throws<WeightsException>(() => WeightsFile.Open(zip)).Message);
        Assert.Contains("posix.system", Assert.Throws<WeightsException>(() => WeightsFile.Open(raw)).Message);
    }

    [Fact]
    public void Open_WithTorchScript_RefusesIt()
    {
        string zip = Path.Combine(_folder, "script.pt");
        using (ZipArchive archive = ZipFile.Open(zip, ZipArchiveMode.Create))
            archive.CreateEntry("m/code/__torch__.py");

        Assert.Contains("TorchScript", Assert.Throws<WeightsException>(() => WeightsFile.Open(zip)).Message);
    }
}
