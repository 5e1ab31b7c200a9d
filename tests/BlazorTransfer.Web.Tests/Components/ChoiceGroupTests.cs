using AngleSharp.Dom;
using BlazorTransfer.Web.Components.Shared;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.JSInterop;

namespace BlazorTransfer.Web.Tests.Components;

public sealed class ChoiceGroupTests : BunitContext
{
    private static readonly Choice<string>[] Fruits =
    [
        new("apple", "Apple", "red"),
        new("banana", "Banana", DisabledReason: "Out of season"),
        new("cherry", "Cherry"),
        new("date", "Date"),
    ];

    private string? _chosen;

    [Fact]
    public void Render_WithAValue_IsARadioGroupWithOneTabStopAtIt()
    {
        IRenderedComponent<ChoiceGroup<string>> group = RenderGroup(Fruits, "cherry");

        Assert.Equal("Fruit", group.Find("[role=radiogroup]").GetAttribute("aria-label"));
        Assert.Equal(["false", "false", "true", "false"], Attributes(group, "aria-checked"));
        Assert.Equal(["-1", "-1", "0", "-1"], Attributes(group, "tabindex"));
        Assert.Equal(["Apple", "red"], group.FindAll("[role=radio]")[0].Children.Select(c => c.TextContent));
        // A button without this type would submit the form that it stands in.
        Assert.All(group.FindAll("[role=radio]"), b => Assert.Equal("button", b.GetAttribute("type")));
    }

    [Fact]
    public void Render_WithoutAValue_HasItsTabStopAtTheFirstEnabledOption()
    {
        IRenderedComponent<ChoiceGroup<string>> group = RenderGroup(Fruits[1..], "unknown");

        Assert.Equal(["-1", "0", "-1"], Attributes(group, "tabindex"));
        Assert.Equal(["false", "false", "false"], Attributes(group, "aria-checked"));
    }

    [Theory]
    [InlineData("apple", "ArrowRight", "cherry")]
    [InlineData("apple", "ArrowDown", "cherry")]
    [InlineData("cherry", "ArrowLeft", "apple")]
    [InlineData("cherry", "ArrowUp", "apple")]
    [InlineData("date", "ArrowRight", "apple")]
    [InlineData("apple", "ArrowLeft", "date")]
    [InlineData("cherry", "Home", "apple")]
    [InlineData("apple", "End", "date")]
    public void KeyDown_WithAMove_ChoosesAndFocusesTheNextEnabledOption(string from, string key, string to)
    {
        IRenderedComponent<ChoiceGroup<string>> group = RenderGroup(Fruits, from);
        string? target = ReferenceOf(group, Array.FindIndex(Fruits, f => f.Value == to));

        Press(group, key);

        Assert.Equal(to, _chosen);
        Assert.Equal(["0"], group.FindAll("[aria-checked=true]").Select(b => b.GetAttribute("tabindex")));
        Assert.Equal(target, FocusedReference());
    }

    [Theory]
    [InlineData("a")]
    [InlineData("Tab")]
    [InlineData("Escape")]
    public void KeyDown_WithAnotherKey_ChoosesNothing(string key)
    {
        IRenderedComponent<ChoiceGroup<string>> group = RenderGroup(Fruits, "apple");

        Press(group, key);

        Assert.Null(_chosen);
    }

    [Fact]
    public void KeyDown_WithAModifier_IsLeftToTheBrowser()
    {
        IRenderedComponent<ChoiceGroup<string>> group = RenderGroup(Fruits, "cherry");

        group.Find("[role=radiogroup]").KeyDown(new KeyboardEventArgs { Key = "ArrowLeft", AltKey = true });

        Assert.Null(_chosen);
    }

    [Fact]
    public void KeyDown_WithNoOtherEnabledOption_ChoosesNothing()
    {
        IRenderedComponent<ChoiceGroup<string>> group = RenderGroup(Fruits[..2], "apple");

        Press(group, "ArrowRight");

        Assert.Null(_chosen);
    }

    [Fact]
    public void Click_OnAnOption_ChoosesIt()
    {
        IRenderedComponent<ChoiceGroup<string>> group = RenderGroup(Fruits, "apple");

        group.FindAll("[role=radio]")[3].Click();

        Assert.Equal("date", _chosen);
        Assert.Equal(["false", "false", "false", "true"], Attributes(group, "aria-checked"));
    }

    [Fact]
    public void Click_OnADisabledOption_ChoosesNothingAndItsReasonIsShown()
    {
        IRenderedComponent<ChoiceGroup<string>> group = RenderGroup(Fruits, "apple");
        IElement banana = group.FindAll("[role=radio]")[1];

        banana.Click();

        Assert.Null(_chosen);
        Assert.Equal("true", banana.GetAttribute("aria-disabled"));
        Assert.Equal(["Banana", "Out of season"], banana.Children.Select(c => c.TextContent));
        Assert.Equal([null, "true", null, null], Attributes(group, "aria-disabled"));
    }

    [Fact]
    public void ValueThatChangesOutside_MovesTheTabStop()
    {
        IRenderedComponent<ChoiceGroup<string>> group = RenderGroup(Fruits, "apple");

        group.Render(p => p.Add(g => g.Value, "date"));

        Assert.Equal(["-1", "-1", "-1", "0"], Attributes(group, "tabindex"));
    }

    [Fact]
    public void OptionWithoutAValue_CanBeChosen()
    {
        IRenderedComponent<ChoiceGroup<string>> group = RenderGroup([new("part", "A part"), new(null, "All of them")], "part");

        Press(group, "ArrowRight");

        Assert.Equal(["false", "true"], Attributes(group, "aria-checked"));
    }

    [Fact]
    public void Sections_HaveHeadings_AndTheKeysCrossThem()
    {
        IRenderedComponent<ChoiceGroup<string>> group = RenderGroup(
            [new("a", "A", Section: "First"), new("b", "B", Section: "Second"), new("c", "C", Section: "First")],
            "c"
        );

        Assert.Equal(["First", "Second"], group.FindAll("h3").Select(h => h.TextContent));
        Assert.Equal(["A", "C", "B"], group.FindAll("[role=radio] b").Select(b => b.TextContent));
        Press(group, "ArrowRight");

        Assert.Equal("b", _chosen);
    }

    [Fact]
    public void OptionsThatChange_KeepTheFocusOfTheKeysRight()
    {
        IRenderedComponent<ChoiceGroup<string>> group = RenderGroup(Fruits, "date");
        group.Render(p => p.Add(g => g.Options, [Fruits[3], Fruits[0], new("elder", "Elderberry")]));

        string? elder = ReferenceOf(group, 2);

        Press(group, "End");

        Assert.Equal("elder", _chosen);
        Assert.Equal(elder, FocusedReference());
    }

    [Fact]
    public void KeyDown_WhenTheBrowserIsGone_IsIgnored()
    {
        JSInterop.SetupVoid("Blazor._internal.domWrapper.focus", _ => true).SetException(new JSDisconnectedException("gone"));
        IRenderedComponent<ChoiceGroup<string>> group = RenderGroup(Fruits, "apple");

        Press(group, "End");

        Assert.Equal("date", _chosen);
    }

    [Fact]
    public void CompactLook_ShowsItsLabelOnce()
    {
        IRenderedComponent<ChoiceGroup<string>> group = RenderGroup(Fruits, "apple", ChoiceLook.Compact);

        // The group has the label as its name already.
        Assert.Equal("true", group.Find("span").GetAttribute("aria-hidden"));
        Assert.Equal("Fruit", group.Find("span").TextContent);
    }

    private IRenderedComponent<ChoiceGroup<string>> RenderGroup(
        IReadOnlyList<Choice<string>> options,
        string? value,
        ChoiceLook look = ChoiceLook.Tiles
    )
    {
        IRenderedComponent<ChoiceGroup<string>>? group = null;
        group = Render<ChoiceGroup<string>>(p =>
            p.Add(g => g.Label, "Fruit")
                .Add(g => g.Options, options)
                .Add(g => g.Value, value)
                .Add(g => g.Look, look)
                .Add(
                    g => g.ValueChanged,
                    chosen =>
                    {
                        _chosen = chosen;
                        group!.Render(q => q.Add(g => g.Value, chosen));
                    }
                )
        );
        return group;
    }

    private static void Press(IRenderedComponent<ChoiceGroup<string>> group, string key) =>
        group.Find("[role=radio][tabindex='0']").KeyDown(key);

    /// <summary>Identifies an option's element; bUnit knows it only until the element is rendered again.</summary>
    private static string? ReferenceOf(IRenderedComponent<ChoiceGroup<string>> group, int option) =>
        group.FindAll("[role=radio]")[option].GetAttribute("blazor:elementReference");

    private string? FocusedReference() => Assert.IsType<ElementReference>(JSInterop.VerifyFocusAsyncInvoke().Arguments[0]).Id;

    private static IEnumerable<string?> Attributes(IRenderedComponent<ChoiceGroup<string>> group, string name) =>
        group.FindAll("[role=radio]").Select(b => b.GetAttribute(name));
}
