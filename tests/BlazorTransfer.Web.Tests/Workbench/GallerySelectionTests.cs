using BlazorTransfer.Web.Features.Workbench;

namespace BlazorTransfer.Web.Tests.Workbench;

public sealed class GallerySelectionTests
{
    private readonly GallerySelection _selection = new();

    [Fact]
    public void SelectOnly_AfterOthers_SelectsThatOneAlone()
    {
        _selection.Toggle("a", 0);
        _selection.Toggle("b", 1);

        _selection.SelectOnly("c", 2);

        Assert.Equal(["c"], _selection.Keys);
        Assert.Equal(2, _selection.Anchor);
    }

    [Fact]
    public void Toggle_Twice_LeavesNothing()
    {
        _selection.Toggle("a", 0);
        _selection.Toggle("a", 0);

        Assert.True(_selection.IsEmpty);
    }

    [Fact]
    public void SelectAll_ThenToggle_LeavesThatOneOut()
    {
        _selection.SelectAll();
        _selection.Toggle("b", 1);

        Assert.False(_selection.Contains("b"));
        Assert.True(_selection.Contains("a"));
        Assert.Equal(99_999, _selection.Count(100_000));
        // All but a few holds the few.
        Assert.Single(_selection.Keys);
    }

    [Fact]
    public void SelectRange_Added_KeepsWhatIsSelected()
    {
        _selection.Toggle("a", 0);

        _selection.SelectRange(["c", "d"], isAdded: true);
        Assert.Equal(3, _selection.Count(10));

        _selection.SelectRange(["e"], isAdded: false);
        Assert.Equal(["e"], _selection.Keys);
    }

    [Fact]
    public void SelectRange_AddedToAll_TakesThemInAgain()
    {
        _selection.SelectAll();
        _selection.Toggle("b", 1);

        _selection.SelectRange(["b"], isAdded: true);

        Assert.Equal(10, _selection.Count(10));
    }

    [Fact]
    public void Clear_OfAll_LeavesNothing()
    {
        _selection.SelectAll();
        _selection.Toggle("b", 1);

        _selection.Clear();

        Assert.True(_selection.IsEmpty);
        Assert.Equal(0, _selection.Count(10));
    }
}
