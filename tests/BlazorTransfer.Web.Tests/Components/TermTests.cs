using AngleSharp.Dom;
using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Components.Shared;
using Bunit;
using Microsoft.Extensions.DependencyInjection;

namespace BlazorTransfer.Web.Tests.Components;

public sealed class TermTests : BunitContext
{
    public TermTests() => Services.AddLocalization();

    [Fact]
    public void Term_OpensItsOwnNote_WithASentenceAndALink()
    {
        IRenderedComponent<Term> term = Render<Term>(p => p.Add(t => t.Of, GlossaryTerm.Epoch)),
            other = Render<Term>(p => p.Add(t => t.Of, GlossaryTerm.Epoch));

        IElement button = term.Find("button[type=button]"),
            note = term.Find("[popover=auto]");
        Assert.Equal("Epoch", button.TextContent);
        Assert.Equal(note.Id, button.GetAttribute("popovertarget"));
        Assert.NotEqual(other.Find("[popover]").Id, note.Id);
        Assert.StartsWith("Epoch One pass through all training images.", note.TextContent, StringComparison.Ordinal);
        Assert.Equal(AppRoutes.GuidePage(GuideTopics.DataPreparation), note.QuerySelector("a")!.GetAttribute("href"));
    }

    [Fact]
    public void Term_WithWordsOfItsOwn_ShowsThem() =>
        Assert.Equal(
            "by epoch",
            Render<Term>(p => p.Add(t => t.Of, GlossaryTerm.Epoch).AddChildContent("by epoch")).Find("button").TextContent
        );
}
