using System.IO.Compression;
using System.Text;
using BlazorTransfer.Core.Models;
using BlazorTransfer.Training.Backbones;
using BlazorTransfer.Training.Weights;

namespace BlazorTransfer.Training.Tests.Weights;

public sealed class WeightsFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("blazortransfer-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

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
        Dictionary<string, TensorData> old = network.state_dict().ToDictionary(
            t => System.Text.RegularExpressions.Regex.Replace(t.Key, @"(denselayer\d+\.(?:norm|conv))(\d)", "$1.$2"), t => TensorData.FromTensor(t.Value));
        Assert.Contains("features.denseblock1.denselayer1.norm.1.weight", old.Keys);
        string path = Path.Combine(_folder, "w.safetensors");
        Safetensors.Write(path, old);

        Assert.Equal(["densenet121"], WeightsLoader.FittingBackbones(WeightsFile.Open(path)));
    }

    [Fact]
    public void Open_WithAnOldAndANewNameOfOneTensor_RefusesInWords()
    {
        string path = Path.Combine(_folder, "w.safetensors");
        Safetensors.Write(path, new Dictionary<string, TensorData>
        {
            ["denselayer1.norm.1.weight"] = new(ElementType.Float32, [1], new byte[4]),
            ["denselayer1.norm1.weight"] = new(ElementType.Float32, [1], new byte[4]),
        });

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
        Dictionary<string, TensorData> tensors = network.state_dict().Where(t => !t.Key.StartsWith(network.HeadName, StringComparison.Ordinal))
            .ToDictionary(t => t.Key, t => TensorData.FromTensor(t.Value));

        Assert.Equal(["shufflenet_v2_x0_5"], WeightsLoader.FittingBackbones(tensors));
        Assert.True(WeightsLoader.Differences("shufflenet_v2_x0_5", tensors).IsWhole);
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
        using (ZipArchive archive = ZipFile.Open(zip, ZipArchiveMode.Create)) archive.CreateEntry("m/code/__torch__.py");

        Assert.Contains("TorchScript", Assert.Throws<WeightsException>(() => WeightsFile.Open(zip)).Message);
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8)]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8)]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8)]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 4)]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 12)]
    [InlineData("""{"a":{"dtype":"F32","shape":[9223372036854775807,4],"data_offsets":[0,8]}}""", 8)]
    [InlineData("""{"a":{"dtype":"C64","shape":[1],"data_offsets":[0,8]}}""", 8)]
    [InlineData("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8)]
    [InlineData("""{"a":""", 8)]
    public void Open_WithDishonestSafetensors_Refuses(string header, int dataBytes)
    {
        string path = Path.Combine(_folder, "w.safetensors");
        byte[] utf8 = Encoding.UTF8.GetBytes(header);
        File.WriteAllBytes(path, [.. BitConverter.GetBytes((ulong)utf8.Length), .. utf8, .. new byte[dataBytes]]);

        Assert.Throws<WeightsException>(() => WeightsFile.Open(path));
    }

    [Theory]
    [InlineData(".safetensors")]
    [InlineData(".pth")]
    public void Open_WithMutatedFile_ReadsOrRefusesAndNeverFails(string extension)
    {
        string path = Path.Combine(_folder, "w" + extension);
        var tensors = new Dictionary<string, TensorData>
        {
            ["conv.weight"] = new(ElementType.Float32, [2, 3], new byte[24]),
            ["bn.num_batches_tracked"] = new(ElementType.Int64, [], new byte[8]),
        };
        if (extension == ".pth") PthWriter.Write(path, tensors);
        else Safetensors.Write(path, tensors);
        byte[] original = File.ReadAllBytes(path);
        var random = new Random(7);
        int refused = 0;

        for (int i = 0; i < 4000; i++)
        {
            byte[] mutated = [.. original];
            for (int m = random.Next(1, 6); m > 0; m--) mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
            if (random.Next(4) == 0) mutated = mutated[..random.Next(mutated.Length)];
            File.WriteAllBytes(path, mutated);
            try
            {
                WeightsFile.Open(path);
            }
            catch (WeightsException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 100, 4000);
    }
}
