using BlazorTransfer.Core.Catalog;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace BlazorTransfer.Training.Backbones;

/// <summary>
/// Szegedy et al., "Going Deeper with Convolutions" (2014), with torchvision's names. The auxiliary heads of the original training
/// travel with the weights, so that they load strictly elsewhere, and are never computed here.
/// </summary>
internal sealed class GoogLeNet : Backbone
{
    private const int Width = 1024;

    // torchvision's weights expect pixels in -1…1: it calls that transform_input.
    private static readonly Preprocessing Symmetric = Preprocessing.ImageNet with { Mean = [0.5f, 0.5f, 0.5f], Std = [0.5f, 0.5f, 0.5f] };

    private static readonly BackboneSpec Specification = new(
        "googlenet",
        "GoogLeNet",
        "Inception",
        13_004_888,
        1.498,
        Width,
        ["stem", "inception3", "inception4", "inception5"],
        Symmetric,
        "Szegedy et al., Going Deeper with Convolutions, 2014"
    )
    {
        MinimumImageSize = 15,
    };

    private readonly Dropout _dropout;
    private readonly Linear _fc;

    private GoogLeNet(int classes)
        : base(Specification)
    {
        Module<Tensor, Tensor>[] stem =
        [
            Child("conv1", new BasicConvolution(3, 64, 7, stride: 2, padding: 3)),
            Pool(3),
            Child("conv2", new BasicConvolution(64, 64, 1)),
            Child("conv3", new BasicConvolution(64, 192, 3, padding: 1)),
            Pool(3),
        ];
        Module<Tensor, Tensor>[] three =
        [
            Inception("3a", 192, 64, 96, 128, 16, 32, 32),
            Inception("3b", 256, 128, 128, 192, 32, 96, 64),
            Pool(3),
        ];
        Module<Tensor, Tensor>[] four =
        [
            Inception("4a", 480, 192, 96, 208, 16, 48, 64),
            Inception("4b", 512, 160, 112, 224, 24, 64, 64),
            Inception("4c", 512, 128, 128, 256, 24, 64, 64),
            Inception("4d", 512, 112, 144, 288, 32, 64, 64),
            Inception("4e", 528, 256, 160, 320, 32, 128, 128),
            Pool(2),
        ];
        Module<Tensor, Tensor>[] five =
        [
            Inception("5a", 832, 256, 160, 320, 32, 128, 128),
            Inception("5b", 832, 384, 192, 384, 48, 128, 128),
        ];
        Auxiliary("aux1", 512, classes);
        Auxiliary("aux2", 528, classes);
        _dropout = Child("dropout", Dropout(0.2));
        _fc = Child("fc", Linear(Width, classes));
        InitialiseConvolutions();
        LayerGroups = [Group("stem", stem), Group("inception3", three), Group("inception4", four), Group("inception5", five)];
    }

    public static IEnumerable<BackboneEntry> Entries =>
        [new BackboneEntry(Specification, classes => new GoogLeNet(classes)) { ParametersPerClass = 3 * (Width + 1) }];

    public override IReadOnlyList<LayerGroup> LayerGroups { get; }

    protected override Module<Tensor, Tensor> PlainHead => _fc;

    public override IReadOnlyList<string> AuxiliaryHeads => ["aux1", "aux2"];

    public override Tensor ToHeadInput(Tensor trunk) => trunk.mean([2, 3]);

    protected override Tensor ForwardPlainHead(Tensor headInput) => _fc.call(_dropout.call(headInput));

    private static MaxPool2d Pool(int kernel) => MaxPool2d(kernel, stride: 2, ceil_mode: true);

    private Branches Inception(string name, int input, int one, int threeReduced, int three, int fiveReduced, int five, int pooled)
    {
        var branch1 = new BasicConvolution(input, one, 1);
        Sequential branch2 = Sequential(
            new BasicConvolution(input, threeReduced, 1),
            new BasicConvolution(threeReduced, three, 3, padding: 1)
        );
        // The paper says 5×5; the published weights are 3×3.
        Sequential branch3 = Sequential(
            new BasicConvolution(input, fiveReduced, 1),
            new BasicConvolution(fiveReduced, five, 3, padding: 1)
        );
        Sequential branch4 = Sequential(MaxPool2d(3, stride: 1, padding: 1, ceil_mode: true), new BasicConvolution(input, pooled, 1));
        return Child(
            $"inception{name}",
            Branches.Of(
                [("branch1", branch1), ("branch2", branch2), ("branch3", branch3), ("branch4", branch4)],
                branch1.call,
                branch2.call,
                branch3.call,
                branch4.call
            )
        );
    }

    private void Auxiliary(string name, int input, int classes) =>
        Child(name, Sequential(("conv", new BasicConvolution(input, 128, 1)), ("fc1", Linear(2048, 1024)), ("fc2", Linear(1024, classes))));
}
