using BlazorTransfer.Core.Models;
using BlazorTransfer.Training.Backbones;
using BlazorTransfer.Training.Models;
using BlazorTransfer.Training.Numerics;
using BlazorTransfer.Training.Weights;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Tests.Backbones;

/// <summary>Heads that are found at once: the likeness to landmarks, and the nearest of known images.</summary>
public sealed class FittedHeadTests
{
    private const int Classes = 3;

    public static TheoryData<string, HeadSpec> Heads
    {
        get
        {
            var data = new TheoryData<string, HeadSpec>();
            HeadSpec kernel = new(6) { Kind = HeadKind.Kernel },
                neighbours =
                    new(4)
                    {
                        Kind = HeadKind.Neighbours,
                        References = 9,
                        Neighbours = 3,
                    };
            // One has a head of its own name, and one takes maps.
            foreach (string name in new[] { "resnet20_cifar", "mobilenet_v2" })
            {
                data.Add(name, kernel);
                data.Add(name, neighbours);
            }

            return data;
        }
    }

    [Theory, MemberData(nameof(Heads))]
    public void Head_TakesThePlainOnesPlace_IsRestored_AndItsTrunkIsAStart(string name, HeadSpec head)
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        manual_seed(4);
        using Backbone backbone = BackboneRegistry.Create(name, Classes, head);
        foreach ((_, Tensor buffer) in backbone.Head.named_buffers())
        {
            if (buffer.dtype == ScalarType.Int64)
                buffer.copy_(arange(buffer.numel()).remainder(Classes));
            else if (buffer.Dimensions == 2)
                buffer.copy_(randn(buffer.shape).Times(0.1));
        }

        backbone.eval();
        Tensor images = rand(2, 3, 64, 64),
            logits = backbone.call(images);
        string file = Path.GetTempFileName();
        try
        {
            new ModelDescription
            {
                Backbone = name,
                Classes = ["a", "b", "c"],
                Head = head,
                Preprocessing = backbone.Spec.Preprocessing,
                Method = "tca",
                Epoch = 1,
                Metrics = new Dictionary<string, double>(),
            }.Save(file);
            Dictionary<string, TensorData> tensors = backbone.state_dict().ToDictionary(t => t.Key, t => TensorData.FromTensor(t.Value));
            using TransferModel restored = TransferModel.Restore(ModelDescription.Load(file), tensors);

            Assert.Equal(head, restored.Backbone.HeadSpec);
            Assert.True(restored.Logits(images).equal(logits).all().item<bool>(), "The restored model answers otherwise.");
            // Its size is not that of the trunk's file, and it is found all the same.
            Assert.Contains(name, WeightsLoader.FittingBackbones(tensors));
            Assert.Null(WeightsLoader.HeadOf(name, tensors));
            using Backbone plain = BackboneRegistry.Create(name, Classes);
            Assert.False(WeightsLoader.Load(plain, tensors).HeadLoaded);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Votes_AreTheSharesOfTheNearest_AndNoClassIsImpossible()
    {
        using var scope = NewDisposeScope();
        Tensor references = tensor(
                new[,]
                {
                    { 0.0 },
                    { 1 },
                    { 2 },
                    { 10 },
                    { 11 },
                }
            ),
            labels = tensor(new long[] { 0, 1, 1, 2, 2 });

        double[] shares = NeighbourVotes
            .Votes(
                tensor(
                    new[,]
                    {
                        { 0.4 },
                    }
                ),
                references,
                labels,
                Classes,
                3
            )
            .exp()
            .data<double>()
            .ToArray();

        // One of class 0 and two of class 1, and a third of a vote for each.
        double[] expected = [(1 + 1 / 3.0) / 4, (2 + 1 / 3.0) / 4, 1 / 3.0 / 4];
        Assert.All(shares.Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 1e-9));
        Assert.Equal(1, shares.Sum(), 1e-9);
    }

    [Fact]
    public void Likeness_IsOneAtALandmark_AndFallsWithTheStandardisedDistance()
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        using var features = new KernelFeatures(2, 2);
        features.get_buffer(KernelFeatures.Mean)!.copy_(tensor(new[] { 1f, 2 }));
        features.get_buffer(KernelFeatures.Scale)!.copy_(tensor(new[] { 0.5f, 1 }));
        features
            .get_buffer(KernelFeatures.Landmarks)!
            .copy_(
                tensor(
                    new[,]
                    {
                        { 0f, 0 },
                        { 1, 1 },
                    }
                )
            );
        features.get_buffer(KernelFeatures.Gamma)!.fill_(0.5);

        float[] likeness = features
            .call(
                tensor(
                    new[,]
                    {
                        { 3f, 3 },
                    }
                )
            )
            .data<float>()
            .ToArray();

        // (3 − 1) / 2 = 1 and 3 − 2 = 1: at the second landmark, and √2 from the first.
        Assert.Equal(Math.Exp(-1), likeness[0], 1e-6);
        Assert.Equal(1, likeness[1], 1e-6);
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(6, 5)]
    [InlineData(101, 5000)]
    [InlineData(1, 5001)]
    public void Description_OfAnImpossibleHead_IsRefused(int neighbours, int references) =>
        Assert.False(
            new HeadSpec(4)
            {
                Kind = HeadKind.Neighbours,
                Neighbours = neighbours,
                References = references,
            }.IsPossible()
        );
}
