using BlazorTransfer.Core.Datasets;

namespace BlazorTransfer.Core.Tests.Datasets;

public sealed class VersionHashTests
{
    private static readonly Sample Ant = WorkingCopyData.Sample("a.jpg", "ants", Split.Train),
        Bee = WorkingCopyData.Sample("b.jpg", "bees", Split.Test);

    [Fact]
    public void Order_AndNamesOfFiles_DoNotMatter() =>
        Assert.Equal(
            VersionHash.Of(new DatasetManifest(["ants", "bees"], [Ant, Bee])),
            VersionHash.Of(new DatasetManifest(["bees", "ants"], [Bee, Ant with { Name = "train/ants/a.jpg", File = "x" }]))
        );

    [Fact]
    public void WhatAVersionSays_Matters()
    {
        Sample many = Ant with { Label = null, Labels = [] };
        DatasetManifest[] all =
        [
            new(["ants", "bees"], [Ant, Bee]),
            new(["ants", "bees", "wasps"], [Ant, Bee]),
            new(["ants", "bees"], [Ant]),
            new(["ants", "bees"], [Ant with { Label = "bees" }, Bee]),
            new(["ants", "bees"], [Ant with { Label = null }, Bee]),
            new(["ants", "bees"], [Ant with { Split = Split.Test }, Bee]),
            new(["ants", "bees"], [Ant with { Region = new PixelArea(0, 0, 1, 1) }, Bee]),
            new(["ants", "bees"], [Ant with { Tags = new Dictionary<string, string> { ["a"] = "b" } }, Bee]),
            new(["ants"], [many]) { Kind = LabelKind.MultiLabel },
            new(["ants"], [many with { Labels = null }]) { Kind = LabelKind.MultiLabel },
            new(["ants"], [many with { Labels = ["ants"] }]) { Kind = LabelKind.MultiLabel },
            new(["ants"], [many]),
        ];

        Assert.Equal(all.Length, all.Select(VersionHash.Of).Distinct().Count());
    }
}
