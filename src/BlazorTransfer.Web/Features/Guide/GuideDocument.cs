using Markdig;
using Markdig.Extensions.Tables;
using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace BlazorTransfer.Web.Features.Guide;

/// <summary>A page of the guide, read from Markdown.</summary>
/// <param name="Title">The first heading, as plain text.</param>
/// <param name="Lead">The paragraph after it, as plain text.</param>
/// <param name="Html">Everything else. HTML in the Markdown is shown as text.</param>
internal sealed record GuideDocument(string Title, string Lead, string Html)
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().UsePipeTables().DisableHtml().Build();

    /// <exception cref="InvalidDataException">It does not begin with a heading of the first level and a paragraph.</exception>
    public static GuideDocument Parse(string markdown)
    {
        // A figure stays on one line with its unit.
        MarkdownDocument document = Markdown.Parse(markdown.Replace(" %", "\u00a0%", StringComparison.Ordinal), Pipeline);
        if (document is not [HeadingBlock { Level: 1 } title, ParagraphBlock lead, ..])
            throw new InvalidDataException("A page of the guide begins with a heading of the first level and a paragraph.");
        document.Remove(title);
        document.Remove(lead);
        foreach (Table table in document.Descendants<Table>())
            table.GetAttributes().AddClass("bt-table");
        foreach (LinkInline link in document.Descendants<LinkInline>().Where(IsExternal))
        {
            link.GetAttributes().AddProperty("target", "_blank");
            link.GetAttributes().AddProperty("rel", "noopener noreferrer");
        }

        return new GuideDocument(TextOf(title), TextOf(lead), document.ToHtml(Pipeline));
    }

    private static bool IsExternal(LinkInline link) => link.Url?.StartsWith("https://", StringComparison.Ordinal) == true;

    private static string TextOf(LeafBlock block)
    {
        using var writer = new StringWriter();
        var renderer = new HtmlRenderer(writer)
        {
            EnableHtmlForBlock = false,
            EnableHtmlForInline = false,
            EnableHtmlEscape = false,
        };
        renderer.Render(block);
        return writer.ToString().Trim();
    }
}
