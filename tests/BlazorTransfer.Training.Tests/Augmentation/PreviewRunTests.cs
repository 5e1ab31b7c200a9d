using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Previews;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Training.Runs;
using BlazorTransfer.Training.Tests.Runs;

namespace BlazorTransfer.Training.Tests.Augmentation;

/// <summary>What the new-run form shows.</summary>
public sealed class PreviewRunTests : IDisposable
{
    private readonly SmallRun _small = new();

    public void Dispose() => _small.Dispose();

    [Fact]
    public void Execute_ShowsAnImageOfEachClass_AsItIsAndAsItIsChanged()
    {
        PreviewSheet sheet = PreviewRun.Execute(Job(seed: 0, ("colour", 0.8), ("mixup", 1)));

        Assert.Equal(224, sheet.Side);
        Assert.Equal(4, sheet.Images.Select(i => i.Label).Distinct().Count());
        Assert.All(
            sheet.Images,
            i => Assert.Equal(4, new[] { i.Original, i.Views[0], i.Views[1], i.Views[2] }.Select(Convert.ToBase64String).Distinct().Count())
        );
        Assert.All(sheet.Images, i => Assert.True(i.Original.AsSpan().StartsWith<byte>([0xff, 0xd8]) && i.Original.Length < 20_000));
    }

    [Fact]
    public void Execute_FromAnotherSeed_ChangesTheSameImagesOtherwise()
    {
        PreviewSheet first = PreviewRun.Execute(Job(seed: 0, ("noise", 0.2))),
            again = PreviewRun.Execute(Job(seed: 0, ("noise", 0.2))),
            other = PreviewRun.Execute(Job(seed: 1, ("noise", 0.2)));

        Assert.Equal(
            first.Images.Select(i => Convert.ToBase64String(i.Views[0])),
            again.Images.Select(i => Convert.ToBase64String(i.Views[0]))
        );
        Assert.Equal(
            first.Images.Select(i => (i.Name, Convert.ToBase64String(i.Original))),
            other.Images.Select(i => (i.Name, Convert.ToBase64String(i.Original)))
        );
        Assert.All(first.Images.Zip(other.Images), p => Assert.NotEqual(p.First.Views[0], p.Second.Views[0]));
    }

    [Fact]
    public void Execute_WithoutAugmentation_ShowsTheSamePictureThroughout()
    {
        PreviewSheet sheet = PreviewRun.Execute(Job(seed: 0, ("augmentation", "none"), ("image-size", 64)));

        Assert.Equal(64, sheet.Side);
        Assert.All(sheet.Images, i => Assert.All(i.Views, v => Assert.Equal(i.Original, v)));
    }

    private PreviewJob Job(int seed, params (string, ParameterValue)[] parameters)
    {
        JobSpec job = _small.Job("fine-tuning", "resnet18", null, parameters);
        return new PreviewJob
        {
            Data = job.Data,
            Backbone = job.Backbone,
            Method = job.Method,
            Parameters = job.Parameters,
            Seed = seed,
        };
    }
}
