using BlazorTransfer.Core.Catalog;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace BlazorTransfer.Training.Backbones;

/// <summary>
/// Szegedy et al., "Rethinking the Inception Architecture for Computer Vision" (2015), with torchvision's names. The auxiliary head of
/// the original training travels with the weights and is never computed here.
/// </summary>
internal sealed class InceptionV3 : Backbone
{
    private const int Width = 2048,
        AuxiliaryWidth = 768;

    private static readonly BackboneSpec Specification = new(
        "inception_v3",
        "Inception v3",
        "Inception",
        27_161_264,
        5.713,
        Width,
        ["stem", "mixed5", "mixed6", "mixed7"],
        new Preprocessing(342, 299, [0.5f, 0.5f, 0.5f], [0.5f, 0.5f, 0.5f]),
        "Szegedy et al., Rethinking the Inception Architecture for Computer Vision, 2015"
    )
    {
        MinimumImageSize = 75,
    };

    private readonly Dropout _dropout;
    private readonly Linear _fc;

    private InceptionV3(int classes)
        : base(Specification)
    {
        Module<Tensor, Tensor>[] stem =
        [
            Child("Conv2d_1a_3x3", new BasicConvolution(3, 32, 3, stride: 2)),
            Child("Conv2d_2a_3x3", new BasicConvolution(32, 32, 3)),
            Child("Conv2d_2b_3x3", new BasicConvolution(32, 64, 3, padding: 1)),
            MaxPool2d(3, 2),
            Child("Conv2d_3b_1x1", new BasicConvolution(64, 80, 1)),
            Child("Conv2d_4a_3x3", new BasicConvolution(80, 192, 3)),
            MaxPool2d(3, 2),
        ];
        Module<Tensor, Tensor>[] five = [Child("Mixed_5b", A(192, 32)), Child("Mixed_5c", A(256, 64)), Child("Mixed_5d", A(288, 64))];
        Module<Tensor, Tensor>[] six =
        [
            Child("Mixed_6a", B(288)),
            Child("Mixed_6b", C(128)),
            Child("Mixed_6c", C(160)),
            Child("Mixed_6d", C(160)),
            Child("Mixed_6e", C(192)),
        ];
        Child(
            "AuxLogits",
            Sequential(
                ("conv0", new BasicConvolution(AuxiliaryWidth, 128, 1)),
                ("conv1", new BasicConvolution(128, 768, 5)),
                ("fc", Linear(AuxiliaryWidth, classes))
            )
        );
        Module<Tensor, Tensor>[] seven = [Child("Mixed_7a", D(768)), Child("Mixed_7b", E(1280)), Child("Mixed_7c", E(2048))];
        _dropout = Child("dropout", Dropout(0.5));
        _fc = Child("fc", Linear(Width, classes));
        InitialiseConvolutions();
        LayerGroups = [Group("stem", stem), Group("mixed5", five), Group("mixed6", six), Group("mixed7", seven)];
    }

    public static IEnumerable<BackboneEntry> Entries =>
        [new BackboneEntry(Specification, classes => new InceptionV3(classes)) { ParametersPerClass = Width + 1 + AuxiliaryWidth + 1 }];

    public override IReadOnlyList<LayerGroup> LayerGroups { get; }

    protected override Module<Tensor, Tensor> PlainHead => _fc;

    public override IReadOnlyList<string> AuxiliaryHeads => ["AuxLogits"];

    public override Tensor ToHeadInput(Tensor trunk) => trunk.mean([2, 3]);

    protected override Tensor ForwardPlainHead(Tensor headInput) => _fc.call(_dropout.call(headInput));

    private static Tensor Averaged(Tensor x) => functional.avg_pool2d(x, 3, stride: 1, padding: 1);

    private static Tensor Halved(Tensor x) => functional.max_pool2d(x, 3, stride: 2);

    // Figure 5 of the paper: 1×1, 5×5 and two 3×3 side by side.
    private static Branches A(int input, int pooled)
    {
        var one = new BasicConvolution(input, 64, 1);
        BasicConvolution[] five = [new(input, 48, 1), new(48, 64, 5, padding: 2)];
        BasicConvolution[] three = [new(input, 64, 1), new(64, 96, 3, padding: 1), new(96, 96, 3, padding: 1)];
        var pool = new BasicConvolution(input, pooled, 1);
        return Branches.Of(
            [("branch1x1", one), .. Named("branch5x5", five), .. Named("branch3x3dbl", three), ("branch_pool", pool)],
            one.call,
            x => Chain(five, x),
            x => Chain(three, x),
            x => pool.call(Averaged(x))
        );
    }

    // Figure 10: halves the map.
    private static Branches B(int input)
    {
        var single = new BasicConvolution(input, 384, 3, stride: 2);
        BasicConvolution[] twice = [new(input, 64, 1), new(64, 96, 3, padding: 1), new(96, 96, 3, stride: 2)];
        return Branches.Of([("branch3x3", single), .. Named("branch3x3dbl", twice)], single.call, x => Chain(twice, x), Halved);
    }

    // Figure 6: 7×7 taken apart into 1×7 and 7×1.
    private static Branches C(int hidden)
    {
        const int input = 768,
            output = 192;
        var one = new BasicConvolution(input, output, 1);
        BasicConvolution[] seven = [new(input, hidden, 1), new(hidden, hidden, (1, 7)), new(hidden, output, (7, 1))];
        BasicConvolution[] twice =
        [
            new(input, hidden, 1),
            new(hidden, hidden, (7, 1)),
            new(hidden, hidden, (1, 7)),
            new(hidden, hidden, (7, 1)),
            new(hidden, output, (1, 7)),
        ];
        var pool = new BasicConvolution(input, output, 1);
        return Branches.Of(
            [("branch1x1", one), .. Named("branch7x7", seven), .. Named("branch7x7dbl", twice), ("branch_pool", pool)],
            one.call,
            x => Chain(seven, x),
            x => Chain(twice, x),
            x => pool.call(Averaged(x))
        );
    }

    // Halves the map once more.
    private static Branches D(int input)
    {
        BasicConvolution[] three = [new(input, 192, 1), new(192, 320, 3, stride: 2)];
        BasicConvolution[] seven = [new(input, 192, 1), new(192, 192, (1, 7)), new(192, 192, (7, 1)), new(192, 192, 3, stride: 2)];
        return Branches.Of(
            [.. Named("branch3x3", three), .. Named("branch7x7x3", seven)],
            x => Chain(three, x),
            x => Chain(seven, x),
            Halved
        );
    }

    // Figure 7: 3×3 spread into 1×3 and 3×1 side by side.
    private static Branches E(int input)
    {
        var one = new BasicConvolution(input, 320, 1);
        var three = new BasicConvolution(input, 384, 1);
        BasicConvolution threeWide = new(384, 384, (1, 3)),
            threeHigh = new(384, 384, (3, 1));
        BasicConvolution[] twice = [new(input, 448, 1), new(448, 384, 3, padding: 1)];
        BasicConvolution twiceWide = new(384, 384, (1, 3)),
            twiceHigh = new(384, 384, (3, 1));
        var pool = new BasicConvolution(input, 192, 1);
        return Branches.Of(
            [
                ("branch1x1", one),
                ("branch3x3_1", three),
                ("branch3x3_2a", threeWide),
                ("branch3x3_2b", threeHigh),
                .. Named("branch3x3dbl", twice),
                ("branch3x3dbl_3a", twiceWide),
                ("branch3x3dbl_3b", twiceHigh),
                ("branch_pool", pool),
            ],
            one.call,
            x => Spread(three.call(x), threeWide, threeHigh),
            x => Spread(Chain(twice, x), twiceWide, twiceHigh),
            x => pool.call(Averaged(x))
        );
    }

    private static Tensor Spread(Tensor x, BasicConvolution wide, BasicConvolution high) => cat([wide.call(x), high.call(x)], 1);

    private static IEnumerable<(string, Module<Tensor, Tensor>)> Named(string name, BasicConvolution[] chain) =>
        chain.Select((module, i) => ($"{name}_{i + 1}", (Module<Tensor, Tensor>)module));
}
