using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace BlazorTransfer.Architecture.Tests;

/// <summary>The texts of the pages: in both languages, with the same placeholders, none missing and none unused.</summary>
public sealed partial class ResourceTests
{
    private static readonly SourceProject Project = new("Web");

    private static string Web => Project.Folder;

    public static TheoryData<string> Files =>
        [
            .. Sources("*.resx")
                .Where(f => !f.EndsWith(".zh-CN.resx", StringComparison.Ordinal))
                .Select(f => Path.GetRelativePath(Web, f).Replace('\\', '/')),
        ];

    [Theory]
    [MemberData(nameof(Files))]
    public void Texts_AreInBothLanguages_WithTheSamePlaceholders(string file)
    {
        Dictionary<string, string> english = Read(Path.Combine(Web, file)),
            chinese = Read(Path.Combine(Web, Path.ChangeExtension(file, ".zh-CN.resx")));

        Assert.NotEmpty(english);
        Assert.Equal(english.Keys.Order(StringComparer.Ordinal), chinese.Keys.Order(StringComparer.Ordinal));
        foreach ((string key, string text) in english)
        {
            Assert.True(text.Trim().Length > 0 && chinese[key].Trim().Length > 0, $"'{key}' is empty.");
            Assert.True(PlaceholdersOf(text).SequenceEqual(PlaceholdersOf(chinese[key])), $"'{key}' has other placeholders in Chinese.");
        }
    }

    /// <summary>A key is found by its text in the sources of its folder, or anywhere for texts that all share.</summary>
    [Theory]
    [MemberData(nameof(Files))]
    public void Texts_AreAllUsed(string file)
    {
        string[] sources = [.. Sources("*.razor").Concat(Sources("*.cs")).Select(File.ReadAllText)];

        // A name that is put together, such as "Thing.{thing}", uses all that begin so. Texts with a number are asked for by the name that
        // both forms share.
        string[] unused =
        [
            .. Read(Path.Combine(Web, file))
                .Keys.Select(k => NumberForm().Replace(k, ""))
                .Where(k => !sources.Any(s => s.Contains($"\"{k}\"", StringComparison.Ordinal) || IsComposed(s, k))),
        ];

        Assert.Empty(unused);
    }

    [Fact]
    public void Keys_ThatSourcesName_Exist()
    {
        HashSet<string> known = [.. Sources("*.resx").SelectMany(f => Read(f).Keys)];

        string[] missing =
        [
            .. Sources("*.razor")
                .Concat(Sources("*.cs"))
                .SelectMany(f =>
                    UsedKey()
                        .Matches(File.ReadAllText(f))
                        .SelectMany(KeysOf)
                        .Where(k => !known.Contains(k))
                        .Select(k => $"{Path.GetFileName(f)}: {k}")
                ),
        ];

        Assert.Empty(missing);
    }

    [Fact]
    public void Pages_HaveNoTextOfTheirOwn()
    {
        string[] literal =
        [
            .. Sources("*.razor").SelectMany(f => LiteralsOf(File.ReadAllText(f)).Select(text => $"{Path.GetFileName(f)}: {text}")),
        ];

        Assert.Empty(literal);
    }

    [Theory]
    [InlineData("<p>A text</p>", "A text")]
    [InlineData("<MudButton Label=\"Go on\" />", "Go on")]
    [InlineData("<p>@T[\"Key\"] and more</p>", "and more")]
    [InlineData("<p>@T[\"Key\"] · @(a ? T[\"B\"] : T[\"C\"]) @Format.Date(user.CreatedAt)</p>", null)]
    [InlineData("@if (a > 1 && b < 2)\n{\n<p>@T[\"Key\"]</p>\n}", null)]
    [InlineData("@switch (a)\n{\ncase Kind.One:\n<p>@T[\"Key\"]</p>\nbreak;\n}", null)]
    [InlineData("@for (int i = 0; i < 2; i++)\n{\nint row = i;\n<p>@T[\"Key\"]</p>\n}", null)]
    [InlineData("<a href=\"@AppRoutes.Home\" class=\"bt-link\">@T[\"Key\"]</a>", null)]
    public void Literals_AreFoundInMarkup(string markup, string? expected) =>
        Assert.Equal(expected is null ? [] : [expected], LiteralsOf(markup));

    private static IEnumerable<string> LiteralsOf(string razor)
    {
        string markup = CodeBlock().Replace(Comment().Replace(razor, ""), "");
        foreach (Match attribute in TextAttribute().Matches(markup))
        {
            if (Letters().IsMatch(attribute.Groups[1].Value) && !attribute.Groups[1].Value.Contains('@'))
                yield return attribute.Groups[1].Value;
        }

        markup = Statement().Replace(Attribute().Replace(markup, ""), "");
        // Innermost parentheses first, as expressions hold further ones.
        for (string before = ""; before != markup; )
            (before, markup) = (markup, Parentheses().Replace(markup, ""));
        markup = Expression().Replace(markup, "");
        foreach (Match text in Text().Matches(markup))
        {
            string trimmed = text.Groups[1].Value.Trim();
            if (Letters().IsMatch(trimmed) && trimmed != "BlazorTransfer" && trimmed != "· BlazorTransfer")
                yield return trimmed;
        }
    }

    /// <summary>A text with a number has a form for one and a form for many.</summary>
    private static IEnumerable<string> KeysOf(Match used) =>
        used.Groups[1].Success ? [$"{used.Groups[2].Value}.One", $"{used.Groups[2].Value}.Many"] : [used.Groups[2].Value];

    private static bool IsComposed(string source, string key) =>
        ComposedKey()
            .Matches(source)
            .Any(m =>
                key.StartsWith(m.Groups[1].Value, StringComparison.Ordinal)
                && key.EndsWith(m.Groups[2].Value, StringComparison.Ordinal)
                && m.Groups[1].Length + m.Groups[2].Length > 0
            );

    private static Dictionary<string, string> Read(string file) =>
        XDocument.Load(file).Root!.Elements("data").ToDictionary(d => d.Attribute("name")!.Value, d => d.Element("value")!.Value);

    private static IEnumerable<string> PlaceholdersOf(string text) =>
        Placeholder().Matches(text).Select(m => m.Value).Distinct().Order(StringComparer.Ordinal);

    private static IEnumerable<string> Sources(string pattern) => Project.SourceFiles(pattern).Select(f => Path.Combine(Web, f));

    [GeneratedRegex(@"\{\d+(:[^}]*)?\}")]
    private static partial Regex Placeholder();

    [GeneratedRegex("""(?:\bT|Common|[Tt]exts|Texts<\w+>\.(?:Get|(Count)))[\[(]\s*"([\w.]+)\x22""")]
    private static partial Regex UsedKey();

    [GeneratedRegex(@"\.(?:One|Many)$")]
    private static partial Regex NumberForm();

    [GeneratedRegex("""[\[(]\$"([\w.]*)\{[^}]+\}([\w.]*)\x22""")]
    private static partial Regex ComposedKey();

    [GeneratedRegex(@"@\*.*?\*@", RegexOptions.Singleline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"@code\s*\{.*\z", RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex(
        """(?:Title|Subtitle|Label|Text|Hint|Detail|Placeholder|HelperText|AriaLabel|aria-label|title|alt|placeholder)="([^"]+)\x22"""
    )]
    private static partial Regex TextAttribute();

    [GeneratedRegex("""\s[\w:@-]+="(?:[^"]|@\([^)]*"[^)]*\))*?"(?=[\s/>])""")]
    private static partial Regex Attribute();

    [GeneratedRegex(
        @"^\s*(?:@(?:if|else|foreach|for|page|layout|attribute|inherits|inject|using|implements|typeparam|namespace)\b|else\b|\{|\}"
            + @"|case\s[\w. ]+:|default:|break;|throw\b|[\w?]+\s\w+\s=\s).*$",
        RegexOptions.Multiline
    )]
    private static partial Regex Statement();

    [GeneratedRegex(@"[(\[][^()\[\]]*[)\]]")]
    private static partial Regex Parentheses();

    [GeneratedRegex(@"@[\w.?!]*")]
    private static partial Regex Expression();

    [GeneratedRegex(@">([^<>]+)(?=<)")]
    private static partial Regex Text();

    [GeneratedRegex(@"\p{L}{2,}")]
    private static partial Regex Letters();
}
