using BlazorTransfer.Core.Catalog;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace BlazorTransfer.Training.Backbones;

/// <summary>
/// Residual networks with torchvision's names: He, Zhang, Ren, Sun, "Deep Residual Learning for Image Recognition" (2015), and
/// their wider (Wide ResNet) and grouped (ResNeXt) variants.
/// </summary>
internal sealed class ResNet : Backbone
{
    private const string ResNetPaper = "He et al., Deep Residual Learning for Image Recognition, 2015";
    private const string ResNeXtPaper = "Xie et al., Aggregated Residual Transformations for Deep Neural Networks, 2016";
    private const string WidePaper = "Zagoruyko and Komodakis, Wide Residual Networks, 2016";

    private readonly Conv2d _conv1;
    private readonly BatchNorm _bn1;
    private readonly Sequential[] _layers;
    private readonly Linear _fc;

    private ResNet(BackboneSpec spec, Plan plan, int classes)
        : base(spec)
    {
        int width = plan.Width;
        _conv1 = Child("conv1", Conv2d(3, width, 7, stride: 2, padding: 3, bias: false));
        _bn1 = Child("bn1", new BatchNorm(width));
        _layers = new Sequential[plan.Blocks.Length];
        for (int stage = 0; stage < plan.Blocks.Length; stage++)
        {
            int planes = plan.Width << stage;
            var stack = new List<Module<Tensor, Tensor>>();
            for (int b = 0; b < plan.Blocks[stage]; b++)
            {
                stack.Add(plan.Block(width, planes, b == 0 && stage > 0 ? 2 : 1));
                width = planes * plan.Expansion;
            }

            _layers[stage] = Child($"layer{stage + 1}", Sequential(stack));
        }

        _fc = Child("fc", Linear(width, classes));
        InitialiseConvolutions();
        LayerGroups = [new LayerGroup("stem", [_conv1, _bn1], Stem), .. _layers.Select((layer, i) => Group($"layer{i + 1}", layer))];
    }

    public static IEnumerable<BackboneEntry> Entries =>
        [
            Basic("resnet18", "ResNet-18 (torchvision)", 11_689_512, 1.814, [2, 2, 2, 2]),
            Basic("resnet34", "ResNet-34", 21_797_672, 3.664, [3, 4, 6, 3]),
            Microsoft,
            Slim,
            Deep("resnet50", "ResNet-50", "ResNet", 25_557_032, 4.089, [3, 4, 6, 3], 1, 64, ResNetPaper),
            Deep("resnet101", "ResNet-101", "ResNet", 44_549_160, 7.801, [3, 4, 23, 3], 1, 64, ResNetPaper),
            Deep("resnet152", "ResNet-152", "ResNet", 60_192_808, 11.514, [3, 8, 36, 3], 1, 64, ResNetPaper),
            Deep("resnext50_32x4d", "ResNeXt-50 32×4d", "ResNeXt", 25_028_904, 4.23, [3, 4, 6, 3], 32, 4, ResNeXtPaper),
            Deep("resnext101_32x8d", "ResNeXt-101 32×8d", "ResNeXt", 88_791_336, 16.414, [3, 4, 23, 3], 32, 8, ResNeXtPaper),
            Deep("wide_resnet50_2", "Wide ResNet-50-2", "Wide ResNet", 68_883_240, 11.398, [3, 4, 6, 3], 1, 128, WidePaper),
            Deep("wide_resnet101_2", "Wide ResNet-101-2", "Wide ResNet", 126_886_696, 22.753, [3, 4, 23, 3], 1, 128, WidePaper),
        ];

    /// <summary>
    /// ResNet-18 with a third block in the last stage, as Microsoft trained it on ImageNet with CNTK; the weights come with the program.
    /// Their network subtracts the mean colour of its training images and pads with zeros behind that, so that this very mean must be
    /// the preprocessing's: folded into a bias, it would be wrong at the borders. It pads less at the right and at the bottom than
    /// torchvision's, which differs only for image sizes that are no multiple of 32: otherwise no window reaches that far.
    /// </summary>
    private static BackboneEntry Microsoft
    {
        get
        {
            Plan plan = BasicPlan([2, 2, 2, 3]);
            BackboneSpec spec = Entry(
                "resnet18_microsoft",
                "ResNet-18 (Microsoft)",
                "ResNet",
                16_410_152,
                2.045,
                plan,
                ResNetPaper
            ).Spec with
            {
                Preprocessing = Preprocessing.ImageNet with { Mean = [123.15f / 255, 115.90f / 255, 103.06f / 255] },
            };
            return new BackboneEntry(spec, classes => new ResNet(spec, plan, classes))
            {
                InputOfGraph = new GraphInput("CNTK", IsBgr: true, Scale: 255),
                PyTorch = new PyTorchCode(
                    "import torchvision",
                    "torchvision.models.ResNet(torchvision.models.resnet.BasicBlock, [2, 2, 2, 3], num_classes=len(labels))"
                ),
            };
        }
    }

    /// <summary>
    /// ResNet-18 with half the channels: a quarter of the weights and of the operations, at 128 pixels a fourteenth of what ResNet-18
    /// takes at 224. Torchvision has no such network.
    /// </summary>
    private static BackboneEntry Slim
    {
        get
        {
            Plan plan = BasicPlan([2, 2, 2, 2], width: 32);
            BackboneEntry entry = Entry("resnet18_slim", "ResNet-18 slim", "ResNet", 3_055_880, 0.157, plan, ResNetPaper);
            BackboneSpec spec = entry.Spec with { Preprocessing = Preprocessing.ImageNet.WithInput(128) };
            return new BackboneEntry(spec, classes => new ResNet(spec, plan, classes)) { PyTorch = SlimInPyTorch };
        }
    }

    // Torchvision's class has no parameter for the width of basic blocks, so its layers are replaced.
    private static PyTorchCode SlimInPyTorch =>
        new(
            """
            import torchvision
            from torchvision.models.resnet import BasicBlock


            def resnet18_slim(classes):
                model = torchvision.models.ResNet(BasicBlock, [2, 2, 2, 2])
                model.conv1 = torch.nn.Conv2d(3, 32, 7, stride=2, padding=3, bias=False)
                model.bn1 = torch.nn.BatchNorm2d(32)
                model.inplanes = 32
                for stage in range(4):
                    layer = model._make_layer(BasicBlock, 32 << stage, 2, stride=1 if stage == 0 else 2)
                    setattr(model, f"layer{stage + 1}", layer)
                model.fc = torch.nn.Linear(256, classes)
                return model


            """,
            "resnet18_slim(len(labels))"
        );

    public override IReadOnlyList<LayerGroup> LayerGroups { get; }

    protected override Module<Tensor, Tensor> PlainHead => _fc;

    public override Tensor ToHeadInput(Tensor trunk) => trunk.mean([2, 3]);

    // [N, 3, S, S] to [N, width, S/4, S/4]
    private Tensor Stem(Tensor images)
    {
        using Tensor convolved = _conv1.call(images);
        using Tensor normalised = _bn1.call(convolved);
        using Tensor active = normalised.relu_();
        return functional.max_pool2d(active, 3, stride: 2, padding: 1);
    }

    private static Plan BasicPlan(int[] blocks, int width = 64) =>
        new(blocks, 1, (input, planes, stride) => new BasicBlock(input, planes, stride), width);

    private static BackboneEntry Basic(string name, string displayName, long parameters, double gigaMacs, int[] blocks) =>
        Entry(name, displayName, "ResNet", parameters, gigaMacs, BasicPlan(blocks), ResNetPaper);

    private static BackboneEntry Deep(
        string name,
        string displayName,
        string family,
        long parameters,
        double gigaMacs,
        int[] blocks,
        int groups,
        int widthPerGroup,
        string paper
    ) =>
        Entry(
            name,
            displayName,
            family,
            parameters,
            gigaMacs,
            new Plan(
                blocks,
                Bottleneck.Expansion,
                (input, planes, stride) => new Bottleneck(input, planes, stride, groups, widthPerGroup),
                64
            ),
            paper
        );

    private static BackboneEntry Entry(
        string name,
        string displayName,
        string family,
        long parameters,
        double gigaMacs,
        Plan plan,
        string paper
    )
    {
        var spec = new BackboneSpec(
            name,
            displayName,
            family,
            parameters,
            gigaMacs,
            FeatureDim: 8 * plan.Width * plan.Expansion,
            ["stem", "layer1", "layer2", "layer3", "layer4"],
            Preprocessing.ImageNet,
            paper
        );
        return new BackboneEntry(spec, classes => new ResNet(spec, plan, classes));
    }

    /// <param name="Blocks">Blocks by stage.</param>
    /// <param name="Expansion">Output channels of a block over its planes.</param>
    /// <param name="Block">Makes a block of input channels, planes and stride.</param>
    /// <param name="Width">Channels of the stem and planes of the first stage.</param>
    private sealed record Plan(int[] Blocks, int Expansion, Func<int, int, int, Module<Tensor, Tensor>> Block, int Width);
}
