using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace BlazorTransfer.Architecture.Tests;

/// <summary>Messages of all projects: each code has one English text and one translation with the same values.</summary>
public sealed partial class MessageTests
{
    private static readonly string[] Projects = ["Core", "Imaging", "Training", "Worker", "Web"];
    private static readonly string Translations = Path.Combine(new SourceProject("Web").Folder, "Localization", "EngineTexts.zh-CN.resx");

    // What joins messages and lists has no code of its own.
    private static readonly string[] Joints = ["list-separator", "sentences"];

    [Fact]
    public void Messages_HaveOneEnglishTextEach()
    {
        string[] several =
        [
            .. Messages()
                .GroupBy(m => m.Code, m => m.English)
                .Where(g => g.Distinct().Count() > 1)
                .Select(g => $"{g.Key}: {string.Join(" | ", g.Distinct())}"),
        ];

        Assert.Empty(several);
    }

    [Fact]
    public void Messages_AreTranslated_WithTheSameValues()
    {
        Dictionary<string, string> translated = Read();
        string[] wrong =
        [
            .. Messages()
                .DistinctBy(m => m.Code)
                .Where(m =>
                    !translated.TryGetValue(m.Code, out string? text) || !PlaceholdersOf(text).SequenceEqual(PlaceholdersOf(m.English))
                )
                .Select(m => $"{m.Code}: {m.English}"),
        ];

        Assert.Empty(wrong);
    }

    [Fact]
    public void Translations_AreAllUsed() => Assert.Empty(Read().Keys.Except(Messages().Select(m => m.Code)).Except(Joints));

    /// <summary>An event made in another way would have no code.</summary>
    [Fact]
    public void MessageEvents_AreMadeFromMessages()
    {
        string[] bare =
        [
            .. Trees()
                .Where(t => Path.GetFileName(t.FilePath) != "RunEvent.cs")
                .SelectMany(t => t.GetRoot().DescendantNodes().OfType<ObjectCreationExpressionSyntax>())
                .Where(c =>
                    c.Type.ToString() == "MessageLogged"
                    || (
                        c.Type.ToString() == "RunFinished"
                        && c.Initializer?.Expressions.OfType<AssignmentExpressionSyntax>().Any(a => a.Left.ToString() == "Error") == true
                    )
                )
                .Select(c => $"{Path.GetFileName(c.SyntaxTree.FilePath)}: {c.Type}"),
        ];

        Assert.Empty(bare);
    }

    /// <summary>A literal would be English on every page.</summary>
    [Fact]
    public void Refusals_AreNoLiterals()
    {
        string[] literals =
        [
            .. Trees()
                .SelectMany(t => t.GetRoot().DescendantNodes().OfType<BaseObjectCreationExpressionSyntax>())
                .Where(c =>
                    c is ObjectCreationExpressionSyntax { Type: var type } && type.ToString() is "RefusedException" or "ForbiddenException"
                )
                .Where(c =>
                    c.ArgumentList?.Arguments is [{ Expression: LiteralExpressionSyntax or InterpolatedStringExpressionSyntax }, ..]
                )
                .Select(c => $"{Path.GetFileName(c.SyntaxTree.FilePath)}: {c}"),
        ];

        Assert.Empty(literals);
    }

    [Fact]
    public void Messages_AreFoundInSources()
    {
        (string Code, string English)[] found =
        [
            .. MessagesOf(
                CSharpSyntaxTree.ParseText(
                    "class C { void M() => Message.Of(\"a.b-c\", $\"One {x:N0} and {(y ? 1 : 2)}\" + $\" of {{}} {z}.\"); string S = "
                        + "\"a.b\"; }"
                )
            ),
        ];

        Assert.Equal([("a.b-c", "One {0:N0} and {1} of {{}} {2}.")], found);
    }

    private static IEnumerable<(string Code, string English)> Messages() => Trees().SelectMany(MessagesOf);

    /// <summary>A code is a literal before an interpolated string in the same list of arguments.</summary>
    private static IEnumerable<(string Code, string English)> MessagesOf(SyntaxTree tree)
    {
        foreach (ArgumentListSyntax list in tree.GetRoot().DescendantNodes().OfType<ArgumentListSyntax>())
        {
            for (int i = 0; i + 1 < list.Arguments.Count; i++)
            {
                if (
                    list.Arguments[i].Expression is LiteralExpressionSyntax { Token.Value: string code }
                    && CodeForm().IsMatch(code)
                    && Parts(list.Arguments[i + 1].Expression) is { } parts
                )
                    yield return (code, FormatOf(parts));
            }
        }
    }

    private static InterpolatedStringExpressionSyntax[]? Parts(ExpressionSyntax expression) =>
        expression switch
        {
            InterpolatedStringExpressionSyntax text => [text],
            BinaryExpressionSyntax sum when Parts(sum.Left) is { } left && Parts(sum.Right) is { } right => [.. left, .. right],
            _ => null,
        };

    private static string FormatOf(InterpolatedStringExpressionSyntax[] parts)
    {
        int values = 0;
        return string.Concat(
            parts
                .SelectMany(p => p.Contents)
                .Select(c =>
                    c is InterpolationSyntax value
                        ? $"{{{values++}{value.FormatClause}}}"
                        : ((InterpolatedStringTextSyntax)c).TextToken.Text
                )
        );
    }

    private static IEnumerable<SyntaxTree> Trees() =>
        Projects
            .Select(name => new SourceProject(name))
            .SelectMany(p => p.SourceFiles().Select(f => Path.Combine(p.Folder, f)))
            .Select(f => CSharpSyntaxTree.ParseText(File.ReadAllText(f), path: f));

    private static Dictionary<string, string> Read() =>
        XDocument.Load(Translations).Root!.Elements("data").ToDictionary(d => d.Attribute("name")!.Value, d => d.Element("value")!.Value);

    private static IEnumerable<string> PlaceholdersOf(string text) =>
        Placeholder().Matches(text).Select(m => m.Value).Distinct().Order(StringComparer.Ordinal);

    [GeneratedRegex(@"^[a-z][a-z0-9-]*(\.[a-z0-9-]+)+$")]
    private static partial Regex CodeForm();

    [GeneratedRegex(@"\{\d+(:[^}]*)?\}")]
    private static partial Regex Placeholder();
}
