namespace BlazorTransfer.Imaging.Tests;

public sealed class SampleDatasetTests
{
    [Fact]
    public void Draw_TwiceFromOneSeed_GivesTheSameImages()
    {
        SampleImage[] first = [.. new SampleDatasetGenerator(7, 2).Draw()],
            second = [.. new SampleDatasetGenerator(7, 2).Draw()];

        Assert.Equal(
            first.Select(i => (i.Name, Convert.ToBase64String(i.Jpeg))),
            second.Select(i => (i.Name, Convert.ToBase64String(i.Jpeg)))
        );
        Assert.NotEqual(
            Convert.ToBase64String(first[0].Jpeg),
            Convert.ToBase64String(new SampleDatasetGenerator(8, 2).Draw().First().Jpeg)
        );
    }
}
