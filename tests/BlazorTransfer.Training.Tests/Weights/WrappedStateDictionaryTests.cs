using System.Diagnostics;
using BlazorTransfer.Fuzzing;
using BlazorTransfer.Training.Backbones;
using BlazorTransfer.Training.Weights;
using CsCheck;

namespace BlazorTransfer.Training.Tests.Weights;

/// <summary>State dictionaries inside what training frameworks save: prefixes, checkpoints, averaged copies, optimizers.</summary>
public sealed class WrappedStateDictionaryTests : IDisposable
{
    private static readonly string[] Networks = ["resnet20_cifar", "squeezenet1_1", "shufflenet_v2_x0_5", "mobilenet_v2", "mnasnet0_5"];
    private static readonly string[] Prefixes = ["module.", "model.", "_orig_mod.", "net.", "backbone.", "encoder_q.", "a.b.", "features."];
    private static readonly string[] Keys = ["state_dict", "model", "model_state_dict", "net", "checkpoint", "student", "some key", "0"];
    private static readonly Lazy<IReadOnlyList<string[]>> Names = new(() => [.. Networks.Select(NamesOf)]);

    private readonly string _folder = Directory.CreateTempSubdirectory("blazortransfer-").FullName;

    public void Dispose() => TestFolder.Delete(_folder);

    [Fact]
    public void Read_OfAnyWrapperOfAStateDictionary_GivesItsTensors() =>
        Gen.Int.Sample(
            seed =>
            {
                var random = new Random(seed);
                string[] names = Names.Value[random.Next(Names.Value.Count)];
                string prefix = string.Concat(Enumerable.Range(0, random.Next(4)).Select(_ => Pick(random, Prefixes)));
                Dictionary<string, object?> inner = Network(names, prefix, value: 1);
                int beside = random.Next(3) == 0 ? AddTensorsBeside(random, inner, names, prefix) : 0;
                object? root = inner;
                string path = "";
                for (int level = random.Next(4); level > 0; level--)
                {
                    string key = Pick(random, Keys);
                    root = Wrap(random, key, root, names, prefix);
                    path = path.Length == 0 ? key : $"{key}.{path}";
                }

                WeightsContent content = WeightsFile.Read(new MemoryStream(CheckpointPickle.File(root, random.Next(2, 6))));

                string what = $"prefix '{prefix}', path '{path}', seed {seed}: {content.Note}";
                Assert.True(names.All(n => ValueOf(content, n) == 1), what);
                // What lies beside names without a prefix cannot be told from them.
                Assert.True(content.Tensors.Count == names.Length + (prefix.Length == 0 ? beside : 0), what);
                if (path.Length + prefix.Length > 0)
                    Assert.NotNull(content.Note);
                if (path.Length > 0)
                    Assert.Contains($"from '{path}'", content.Note, StringComparison.Ordinal);
                if (prefix.Length > 0)
                    Assert.Contains($"prefix '{prefix}'", content.Note, StringComparison.Ordinal);
            },
            iter: 400
        );

    [Theory]
    [InlineData("state_dict", "state_dict_ema")]
    [InlineData("model", "model_ema")]
    [InlineData("student", "teacher")]
    public void Read_OfSeveralDictionaries_TakesTheTrainedOneAndSaysSo(string trained, string averaged)
    {
        string[] names = Names.Value[0];
        var root = new Dictionary<string, object?>
        {
            [averaged] = Network(names, "module.", value: 2),
            [trained] = Network(names, "", value: 1),
        };

        WeightsContent content = WeightsFile.Read(new MemoryStream(CheckpointPickle.File(root, 4)));

        Assert.Equal(1, ValueOf(content, "conv1.weight"));
        Assert.Equal($"Read {names.Length} tensors from '{trained}'. Not used: '{averaged}'.", content.Note);
    }

    [Fact]
    public void Read_OfAnAveragedCopyAlone_TakesIt()
    {
        var root = new Dictionary<string, object?> { ["epoch"] = 1, ["state_dict_ema"] = Network(Names.Value[0], "module.", value: 2) };

        Assert.Equal(2, ValueOf(WeightsFile.Read(new MemoryStream(CheckpointPickle.File(root, 2))), "conv1.weight"));
    }

    [Fact]
    public void Read_OfSafetensorsWithAPrefixAndOtherTensors_TakesTheNetworkAndNamesTheRest()
    {
        string[] names = Names.Value[0];
        Dictionary<string, TensorData> tensors = names.ToDictionary(n => $"module.encoder_q.{n}", _ => Tensor(1));
        foreach (string name in names)
            tensors[$"module.encoder_k.{name}"] = Tensor(2);
        tensors["module.queue"] = Tensor(3);
        string file = Path.Combine(_folder, "moco.safetensors");
        Safetensors.Write(file, tensors);

        WeightsContent content = WeightsFile.Inspect(file);

        Assert.Equal((names.Length, 1f), (content.Tensors.Count, ValueOf(content, "conv1.weight")));
        Assert.Equal(
            $"Read {names.Length} tensors, without the prefix 'module.encoder_q.' of their names. "
                + "Not used: 'module.encoder_k', 'module.queue'.",
            content.Note
        );
    }

    [Fact]
    public void Read_OfAPlainStateDictionary_HasNothingToSay()
    {
        WeightsContent content = WeightsFile.Read(new MemoryStream(CheckpointPickle.File(Network(Names.Value[1], "", value: 1), 2)));

        Assert.Equal((Names.Value[1].Length, null), (content.Tensors.Count, content.Note));
    }

    [Fact]
    public void Read_WithoutTensors_IsRefusedInWordsThatNameWhatIsThere() =>
        Gen.Int.Sample(
            seed =>
            {
                var random = new Random(seed);
                object? root = random.Next(4) == 0 ? new List<object?> { 1, "a" } : new Dictionary<string, object?> { ["epoch"] = 3 };
                string expected = root is List<object?> ? "a list" : "'epoch'";
                for (int level = random.Next(4); level > 0; level--)
                    (root, expected) = (new Dictionary<string, object?> { ["args"] = root, ["best"] = "0.9" }, "'args', 'best'");

                string refusal = Assert
                    .Throws<WeightsException>(() => WeightsFile.Read(new MemoryStream(CheckpointPickle.File(root, random.Next(2, 6)))))
                    .Message;

                Assert.Contains("no state dictionary", refusal, StringComparison.Ordinal);
                Assert.Contains(expected, refusal, StringComparison.Ordinal);
            },
            iter: 50
        );

    /// <summary>What PyTorch itself writes, with all of its protocols and both of its formats.</summary>
    [Fact]
    public void Read_OfWhatPyTorchSaves_GivesItsTensorsInEveryProtocol()
    {
        const string script = """
            import torch, collections, sys
            net = torch.nn.Sequential(collections.OrderedDict(conv1=torch.nn.Conv2d(3, 2, 3), bn1=torch.nn.BatchNorm2d(2)))
            optimizer = torch.optim.SGD(net.parameters(), 0.1, momentum=0.9)
            net(torch.ones(1, 3, 8, 8)).sum().backward()
            optimizer.step()
            with torch.no_grad():
                net.conv1.weight.copy_(torch.arange(54.).reshape(2, 3, 3, 3))
            wrapped = collections.OrderedDict(('module.' + k, v) for k, v in net.state_dict().items())
            for protocol in (2, 3, 4, 5):
                for name, root in (('plain', net.state_dict()),
                                   ('checkpoint', {'epoch': 3, 'acc': torch.tensor(0.5), 'state_dict': wrapped,
                                                   'optimizer': optimizer.state_dict(), 'best': 0.9, 'arch': 'net'})):
                    for new in (True, False):
                        torch.save(root, f'{sys.argv[1]}/{name}-{protocol}-{new}.pth', pickle_protocol=protocol,
                                   _use_new_zipfile_serialization=new)
            """;
        RunPython(script, _folder);
        string[] files = Directory.GetFiles(_folder);

        Assert.Equal(16, files.Length);
        foreach (string file in files)
        {
            WeightsContent content = WeightsFile.Inspect(file);
            Assert.Equal(
                ["bn1.bias", "bn1.num_batches_tracked", "bn1.running_mean", "bn1.running_var", "bn1.weight", "conv1.bias", "conv1.weight"],
                content.Tensors.Keys.Order(StringComparer.Ordinal)
            );
            Assert.Equal(Enumerable.Range(0, 54).Select(i => (float)i), content.Tensors["conv1.weight"].ToSingles());
        }
    }

    private static void RunPython(string script, string folder)
    {
        const string python = "/usr/bin/python3";
        Assert.SkipUnless(File.Exists(python), "Needs a Python with torch (Debian: python3-torch), which is not here.");
        using Process process = Process.Start(
            new ProcessStartInfo(python, ["-c", script, folder]) { RedirectStandardError = true, RedirectStandardOutput = true }
        )!;
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.SkipWhen(
            errors.Contains("No module named", StringComparison.Ordinal),
            "Needs a Python with torch (Debian: python3-torch), which is not here."
        );
        Assert.True(process.ExitCode == 0, errors);
    }

    /// <summary>Adds tensors to the dictionary of the network; how many.</summary>
    private static int AddTensorsBeside(Random random, Dictionary<string, object?> inner, string[] names, string prefix)
    {
        if (random.Next(2) == 0)
        {
            inner["queue"] = Tensor(3);
            inner["projector.0.weight"] = Tensor(3);
            return 2;
        }

        // An averaged copy under a prefix of its own is not taken for a part of the network.
        foreach (string name in names)
            inner[$"ema.{prefix}{name}"] = Tensor(2);
        return 0;
    }

    private static object Wrap(Random random, string key, object? inner, string[] names, string prefix)
    {
        if (key == "0")
            return new List<object?> { inner, "text", 3, null };
        var wrapped = new Dictionary<string, object?>
        {
            ["epoch"] = 3,
            ["arch"] = "net",
            ["nothing"] = null,
        };
        if (random.Next(2) == 0)
            wrapped[key + "_ema"] = Network(names, prefix, value: 2);
        wrapped[key] = inner;
        if (random.Next(2) == 0)
            wrapped["optimizer"] = new Dictionary<string, object?>
            {
                ["state"] = Enumerable
                    .Range(0, 5)
                    .ToDictionary(i => $"{i}", object? (i) => new Dictionary<string, object?> { ["momentum_buffer"] = Tensor(i) }),
                ["param_groups"] = new List<object?> { 1, 2 },
            };
        return wrapped;
    }

    private static Dictionary<string, object?> Network(string[] names, string prefix, float value) =>
        names.ToDictionary(n => prefix + n, object? (_) => Tensor(value));

    private static TensorData Tensor(float value) => new(ElementType.Float32, [1], BitConverter.GetBytes(value));

    private static float ValueOf(WeightsContent content, string name) =>
        content.Tensors.TryGetValue(name, out TensorData? tensor) ? tensor.ToSingles()[0] : float.NaN;

    private static string Pick(Random random, string[] values) => values[random.Next(values.Length)];

    private static string[] NamesOf(string network)
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        using Backbone backbone = BackboneRegistry.Create(network, 2);
        return [.. backbone.state_dict().Keys];
    }
}
