using BlazorTransfer.Core.Datasets;

namespace BlazorTransfer.Core.Tests.Datasets;

public sealed class SampleTagTests
{
    [Theory]
    [InlineData("lighting=warm", "lighting", "warm")]
    [InlineData(" domain = art painting ", "domain", "art painting")]
    [InlineData("domain=a=b", "domain", "a=b")]
    public void Parse_NameAndValue_ReadsBoth(string text, string name, string value) =>
        Assert.Equal(new SampleTag(name, value), SampleTag.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("domain")]
    [InlineData("domain=")]
    [InlineData("=photo")]
    [InlineData("domain= ")]
    [InlineData(" =photo")]
    public void Parse_AnythingElse_IsNoTag(string text) => Assert.Null(SampleTag.Parse(text));

    [Fact]
    public void Only_ATag_KeepsTheImagesThatHaveIt()
    {
        var data = new DatasetManifest(
            ["a"],
            [WithTags("1", ("domain", "photo")), WithTags("2", ("domain", "Photo")), WithTags("3", ("lighting", "photo"))]
        );

        Assert.Equal(["1"], data.Only(new SampleTag("domain", "photo")).Samples.Select(s => s.Name));
        Assert.Same(data, data.Only(null));
    }

    private static Sample WithTags(string name, params (string Name, string Value)[] tags) =>
        new()
        {
            File = name,
            Sha256 = name,
            Name = name,
            Split = Split.Train,
            Width = 1,
            Height = 1,
            Tags = tags.ToDictionary(t => t.Name, t => t.Value),
        };
}
