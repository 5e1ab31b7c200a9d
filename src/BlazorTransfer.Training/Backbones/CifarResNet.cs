using BlazorTransfer.Core.Catalog;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace BlazorTransfer.Training.Backbones;

/// <summary>
/// The residual networks for small pictures of section 4.2 of He et al. (2015): three stages of 16, 32 and 64 channels at 32, 16
/// and 8 pixels, shortcuts without weights; names as in the widespread PyTorch implementation (<c>linear.weight</c>).
/// </summary>
internal sealed class CifarResNet : Backbone
{
    private static readonly int[] Widths = [16, 32, 64];

    private static readonly Preprocessing Small = new(32, 32, Preprocessing.ImageNet.Mean, Preprocessing.ImageNet.Std);

    private readonly Conv2d _conv1;
    private readonly BatchNorm _bn1;
    private readonly Linear _linear;

    private CifarResNet(BackboneSpec spec, int blocks, int classes)
        : base(spec)
    {
        _conv1 = Child("conv1", Conv2d(3, Widths[0], 3, padding: 1, bias: false));
        _bn1 = Child("bn1", new BatchNorm(Widths[0]));
        int width = Widths[0];
        var layers = new List<Sequential>();
        for (int stage = 0; stage < Widths.Length; stage++)
        {
            var stack = new List<Module<Tensor, Tensor>>();
            for (int b = 0; b < blocks; b++)
            {
                stack.Add(new BasicBlock(width, Widths[stage], b == 0 && stage > 0 ? 2 : 1, paddedShortcut: true));
                width = Widths[stage];
            }

            layers.Add(Child($"layer{stage + 1}", Sequential(stack)));
        }

        _linear = Child("linear", Linear(width, classes));
        InitialiseConvolutions();
        LayerGroups =
        [
            new LayerGroup("stem", [_conv1, _bn1], x => functional.relu(_bn1.call(_conv1.call(x)))),
            .. layers.Select((layer, i) => Group($"layer{i + 1}", layer)),
        ];
    }

    public static IEnumerable<BackboneEntry> Entries =>
        [Entry(20, 3, 334_072, 0.041), Entry(32, 5, 528_504, 0.069), Entry(44, 7, 722_936, 0.097), Entry(56, 9, 917_368, 0.125)];

    public override IReadOnlyList<LayerGroup> LayerGroups { get; }

    protected override Module<Tensor, Tensor> PlainHead => _linear;

    public override Tensor ToHeadInput(Tensor trunk) => trunk.mean([2, 3]);

    private static BackboneEntry Entry(int depth, int blocks, long parameters, double gigaMacs)
    {
        var spec = new BackboneSpec(
            $"resnet{depth}_cifar",
            $"ResNet-{depth} (32 pixels)",
            "ResNet for small images",
            parameters,
            gigaMacs,
            FeatureDim: 64,
            ["stem", "layer1", "layer2", "layer3"],
            Small,
            "He et al., Deep Residual Learning for Image Recognition, 2015"
        );
        return new BackboneEntry(spec, classes => new CifarResNet(spec, blocks, classes))
        {
            PyTorch = new PyTorchCode(
                "import resnet  # resnet.py of https://github.com/akamaster/pytorch_resnet_cifar10",
                $"resnet.ResNet(resnet.BasicBlock, [{blocks}] * 3, num_classes=len(labels))"
            ),
        };
    }
}
