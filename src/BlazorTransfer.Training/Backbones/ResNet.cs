using BlazorTransfer.Core.Catalog;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace BlazorTransfer.Training.Backbones;

/// <summary>
/// Residual networks: He, Zhang, Ren, Sun, "Deep Residual Learning for Image Recognition" (2015), with torchvision's names.
/// </summary>
internal sealed class ResNet : Backbone
{
    private readonly Conv2d _conv1;
    private readonly BatchNorm2d _bn1;
    private readonly Sequential[] _layers;
    private readonly Linear _fc;

    private ResNet(BackboneSpec spec, int[] blocks, int classes)
        : base(spec)
    {
        _conv1 = Child("conv1", Conv2d(3, 64, 7, stride: 2, padding: 3, bias: false));
        _bn1 = Child("bn1", BatchNorm2d(64));
        int width = 64;
        _layers = new Sequential[blocks.Length];
        for (int stage = 0; stage < blocks.Length; stage++)
        {
            int planes = 64 << stage;
            var stack = new List<Module<Tensor, Tensor>>();
            for (int b = 0; b < blocks[stage]; b++)
            {
                stack.Add(new BasicBlock(width, planes, stride: b == 0 && stage > 0 ? 2 : 1));
                width = planes;
            }

            _layers[stage] = Child($"layer{stage + 1}", Sequential(stack));
        }

        _fc = Child("fc", Linear(width, classes));
        InitialiseConvolutions();
        LayerGroups =
        [
            new LayerGroup("stem", [_conv1, _bn1], Stem),
            .. _layers.Select((layer, i) => new LayerGroup($"layer{i + 1}", [layer], layer.call)),
        ];
    }

    public static IEnumerable<BackboneEntry> Entries =>
    [
        Entry("resnet18", "ResNet-18", 11_689_512, 1.814, [2, 2, 2, 2]),
        Entry("resnet34", "ResNet-34", 21_797_672, 3.664, [3, 4, 6, 3]),
    ];

    public override IReadOnlyList<LayerGroup> LayerGroups { get; }

    public override Module<Tensor, Tensor> Head => _fc;

    public override Tensor ToHeadInput(Tensor trunk) => trunk.mean([2, 3]);

    // [N, 3, S, S] to [N, 64, S/4, S/4]
    private Tensor Stem(Tensor images)
    {
        using Tensor convolved = _conv1.call(images);
        using Tensor normalised = _bn1.call(convolved);
        using Tensor active = functional.relu(normalised);
        return functional.max_pool2d(active, 3, stride: 2, padding: 1);
    }

    private static BackboneEntry Entry(string name, string displayName, long parameters, double gigaMacs, int[] blocks)
    {
        var spec = new BackboneSpec(name, displayName, "ResNet", parameters, gigaMacs, FeatureDim: 512,
            ["stem", "layer1", "layer2", "layer3", "layer4"], Preprocessing.ImageNet, "He et al., Deep Residual Learning for Image Recognition, 2015");
        return new BackboneEntry(spec, classes => new ResNet(spec, blocks, classes));
    }

    /// <summary>Two 3×3 convolutions around a shortcut: relu(x + bn2(conv2(relu(bn1(conv1(x)))))).</summary>
    private sealed class BasicBlock : Module<Tensor, Tensor>
    {
        private readonly Conv2d _conv1;
        private readonly BatchNorm2d _bn1;
        private readonly Conv2d _conv2;
        private readonly BatchNorm2d _bn2;
        private readonly Sequential? _downsample;

        public BasicBlock(int width, int planes, int stride)
            : base(nameof(BasicBlock))
        {
            register_module("conv1", _conv1 = Conv2d(width, planes, 3, stride: stride, padding: 1, bias: false));
            register_module("bn1", _bn1 = BatchNorm2d(planes));
            register_module("conv2", _conv2 = Conv2d(planes, planes, 3, padding: 1, bias: false));
            register_module("bn2", _bn2 = BatchNorm2d(planes));
            if (stride == 1 && width == planes) return;
            _downsample = Sequential(Conv2d(width, planes, 1, stride: stride, bias: false), BatchNorm2d(planes));
            register_module("downsample", _downsample);
        }

        public override Tensor forward(Tensor x)
        {
            Tensor y = functional.relu(_bn1.call(_conv1.call(x)));
            y = _bn2.call(_conv2.call(y));
            return functional.relu(y + (_downsample?.call(x) ?? x));
        }
    }
}
