using System.Text.Json;
using System.Text.RegularExpressions;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Protocol;

namespace BlazorTransfer.Web.Tests;

/// <summary>Looks for English on a page that is drawn in Chinese.</summary>
internal static partial class ChineseTexts
{
    private static readonly string[] ReadAttributes = ["aria-label", "title", "alt", "placeholder"];

    /// <summary>
    /// Fails where a text or a spoken attribute has two Latin words in a row, or is nothing but a Latin word: a label that was left in
    /// English. Names of people's things and of files are Latin too, and are given.
    /// </summary>
    /// <param name="markup">What was drawn.</param>
    /// <param name="names">Texts that stay as they are.</param>
    public static void AssertNoEnglish(string markup, params IEnumerable<string> names)
    {
        string[] known = [.. names.Where(n => n.Length > 0).Distinct().OrderByDescending(n => n.Length)];

        string[] english =
        [
            .. TextsOf(markup)
                .Where(text =>
                    known.Aggregate(text, (left, name) => left.Replace(name, "", StringComparison.Ordinal)).Trim() is var left
                    && (TwoWords().IsMatch(left) || OneWord().IsMatch(left))
                )
                .Distinct(),
        ];

        Assert.Empty(english);
    }

    /// <summary>All texts of the worker's catalogue, such as the names of networks and methods.</summary>
    public static IEnumerable<string> Of(Catalogue catalogue) => StringsOf(JsonSerializer.SerializeToElement(catalogue, ProtocolJson.Line));

    private static IEnumerable<string> TextsOf(string markup)
    {
        IElement body = new HtmlParser().ParseDocument(markup).Body!;
        foreach (IElement unread in body.QuerySelectorAll("script, style, pre, .mono").ToArray())
            unread.Remove();
        return body.Descendants<IText>()
            .Select(t => t.Data)
            .Concat(body.QuerySelectorAll("*").SelectMany(e => ReadAttributes.Select(e.GetAttribute).OfType<string>()))
            .Select(t => Spaces().Replace(t, " ").Trim());
    }

    private static IEnumerable<string> StringsOf(JsonElement element) =>
        element.ValueKind switch
        {
            JsonValueKind.String => [element.GetString()!],
            JsonValueKind.Array => element.EnumerateArray().SelectMany(StringsOf),
            JsonValueKind.Object => element.EnumerateObject().SelectMany(p => StringsOf(p.Value)),
            _ => [],
        };

    [GeneratedRegex(@"[A-Za-z]{2,}[.,;:]? [A-Za-z]{2,}")]
    private static partial Regex TwoWords();

    [GeneratedRegex("^[A-Z]?[a-z]{3,}[.:]?$")]
    private static partial Regex OneWord();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
