using System.Globalization;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Datasets.Changes;
using BlazorTransfer.Web.Features.Workbench;

namespace BlazorTransfer.Web.Tests.Workbench;

public sealed class GalleryViewTests
{
    public static TheoryData<GalleryView> Views =>
        [
            new GalleryView(),
            new GalleryView
            {
                Class = "großer Hund",
                Split = Split.Validation,
                Tag = new SampleTag("light", "warm"),
                State = ImageState.Excluded,
                Name = "001",
                Order = SampleOrder.LastChanged,
                Size = 3,
                Image = "abc@1,2,3,4",
            },
            new GalleryView { Run = new RunImages("run", 12, "ants", "bees") },
        ];

    [Theory]
    [MemberData(nameof(Views))]
    public void Parse_OfToQuery_GivesTheSameView(GalleryView view)
    {
        Dictionary<string, object?> query = view.ToQuery();

        Assert.Equal(
            view,
            GalleryView.Parse(name => Convert.ToString(query[name], CultureInfo.InvariantCulture) is { Length: > 0 } text ? text : null)
        );
    }

    [Fact]
    public void Parse_OfNonsense_ShowsAll()
    {
        var query = new Dictionary<string, string>
        {
            ["split"] = "1",
            ["state"] = "none",
            ["sort"] = "-2",
            ["size"] = "999999999999",
            ["tag"] = "warm",
            ["run"] = "run",
            ["evaluation"] = "x",
        };

        Assert.Equal(new GalleryView(), GalleryView.Parse(name => query.GetValueOrDefault(name)));
    }

    [Fact]
    public void ToFilter_Unlabelled_LeavesExcludedImagesOut()
    {
        SampleFilter filter = new GalleryView { State = ImageState.Unlabelled }.ToFilter(null);

        Assert.Equal((true, false), (filter.IsUnlabelled, filter.IsExcluded));
    }

    [Fact]
    public void WithoutFilters_KeepsOrderAndSize()
    {
        var view = new GalleryView
        {
            Class = "a",
            Name = "x",
            Order = SampleOrder.Name,
            Size = 2,
        };

        Assert.Equal(2, view.Conditions);
        Assert.Equal(new GalleryView { Order = SampleOrder.Name, Size = 2 }, view.WithoutFilters());
    }
}
