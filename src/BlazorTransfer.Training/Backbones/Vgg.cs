using BlazorTransfer.Core.Catalog;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace BlazorTransfer.Training.Backbones;

/// <summary>
/// VGG, with and without batch norm: Simonyan and Zisserman, "Very Deep Convolutional Networks" (2014), with torchvision's names.
/// Two fully connected layers belong to the trunk; the head is the last one.
/// </summary>
internal sealed class Vgg : Backbone
{
    private const int Hidden = 4096,
        Map = 7;

    private static readonly int[] Widths = [64, 128, 256, 512, 512];

    private readonly Linear _head;

    private Vgg(BackboneSpec spec, int[] convolutions, bool batchNorm, int classes)
        : base(spec)
    {
        var stages = new List<Module<Tensor, Tensor>[]>();
        int input = 3;
        foreach ((int count, int width) in convolutions.Zip(Widths))
        {
            var stage = new List<Module<Tensor, Tensor>>();
            for (int c = 0; c < count; c++)
            {
                stage.Add(Conv2d(input, width, 3, padding: 1));
                if (batchNorm)
                    stage.Add(new BatchNorm(width));
                stage.Add(Blocks.Relu());
                input = width;
            }

            stages.Add([.. stage, MaxPool2d(2, 2)]);
        }

        Child("features", Sequential([.. stages.SelectMany(s => s)]));
        Module<Tensor, Tensor>[] hidden =
        [
            Linear(512 * Map * Map, Hidden),
            Blocks.Relu(),
            Dropout(),
            Linear(Hidden, Hidden),
            Blocks.Relu(),
            Dropout(),
        ];
        _head = Linear(Hidden, classes);
        Child("classifier", Sequential([.. hidden, _head]));
        InitialiseConvolutions();
        LayerGroups =
        [
            .. stages.Select((stage, i) => Group($"stage{i + 1}", stage)),
            new LayerGroup("fc", hidden, x => Chain(hidden, functional.adaptive_avg_pool2d(x, [Map, Map]).flatten(1))),
        ];
    }

    public static IEnumerable<BackboneEntry> Entries =>
        [
            .. Pair(11, 132_863_336, 132_868_840, 7.609, [1, 1, 2, 2, 2]),
            .. Pair(13, 133_047_848, 133_053_736, 11.308, [2, 2, 2, 2, 2]),
            .. Pair(16, 138_357_544, 138_365_992, 15.47, [2, 2, 3, 3, 3]),
            .. Pair(19, 143_667_240, 143_678_248, 19.632, [2, 2, 4, 4, 4]),
        ];

    public override IReadOnlyList<LayerGroup> LayerGroups { get; }

    protected override Module<Tensor, Tensor> PlainHead => _head;

    public override Tensor ToHeadInput(Tensor trunk) => trunk;

    private static IEnumerable<BackboneEntry> Pair(int depth, long plain, long normalised, double gigaMacs, int[] convolutions) =>
        [
            Entry($"vgg{depth}", $"VGG-{depth}", plain, gigaMacs, convolutions, batchNorm: false),
            Entry($"vgg{depth}_bn", $"VGG-{depth} with batch norm", normalised, gigaMacs, convolutions, batchNorm: true),
        ];

    private static BackboneEntry Entry(
        string name,
        string displayName,
        long parameters,
        double gigaMacs,
        int[] convolutions,
        bool batchNorm
    )
    {
        var spec = new BackboneSpec(
            name,
            displayName,
            "VGG",
            parameters,
            gigaMacs,
            Hidden,
            [.. Widths.Select((_, i) => $"stage{i + 1}"), "fc"],
            Preprocessing.ImageNet,
            "Simonyan and Zisserman, Very Deep Convolutional Networks for Large-Scale Image Recognition, 2014"
        )
        {
            MinimumImageSize = 32,
        };
        return new BackboneEntry(spec, classes => new Vgg(spec, convolutions, batchNorm, classes));
    }
}
