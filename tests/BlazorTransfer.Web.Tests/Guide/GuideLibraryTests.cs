using System.Reflection;
using System.Text.RegularExpressions;
using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Components.Shared;
using BlazorTransfer.Web.Features.Guide;
using BlazorTransfer.Web.Features.NewRun;
using BlazorTransfer.Web.Localization;
using BlazorTransfer.Web.Refusals;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Tests.Guide;

/// <summary>The guide's pages: complete in both languages, with the same content, and without dead links.</summary>
public sealed partial class GuideLibraryTests
{
    public static TheoryData<string> Topics => [.. GuideTopics.All];

    [Theory]
    [MemberData(nameof(Topics))]
    public void Page_InBothLanguages_HasTheSameHeadingsFiguresAndLinks(string topic)
    {
        string english = GuideLibrary.Markdown(topic, Languages.English),
            chinese = GuideLibrary.Markdown(topic, Languages.Chinese);

        Assert.Equal(All(Heading(), english), All(Heading(), chinese));
        Assert.Equal(All(Figure(), english).Order(StringComparer.Ordinal), All(Figure(), chinese).Order(StringComparer.Ordinal));
        Assert.Equal(All(Link(), english), All(Link(), chinese));
        Assert.Equal(All(Command(), english), All(Command(), chinese));
        Assert.NotEmpty(All(Figure(), english));
        Assert.NotEmpty(All(Command(), english));
        Assert.NotEqual(GuideLibrary.Get(topic, Languages.English).Title, GuideLibrary.Get(topic, Languages.Chinese).Title);
    }

    [Theory]
    [MemberData(nameof(Topics))]
    public void Links_WithinTheApplication_LeadToPagesOfTheGuide(string topic)
    {
        HashSet<string> pages = [AppRoutes.Guide, AppRoutes.Glossary, .. GuideTopics.All.Select(AppRoutes.GuidePage)];

        Assert.All(All(Link(), GuideLibrary.Markdown(topic, Languages.English)), link => Assert.True(IsThere(link), link));

        bool IsThere(string link) => pages.Contains(link) || link.StartsWith("https://", StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Topics))]
    public void Experiment_OfEachPage_ChoosesByNamesThatTheFormReads(string topic)
    {
        HashSet<string?> known =
        [
            .. typeof(NewRunPage)
                .GetProperties(BindingFlags.Instance | BindingFlags.NonPublic)
                .Select(p => p.GetCustomAttribute<SupplyParameterFromQueryAttribute>()?.Name),
        ];

        Assert.All(GuideLibrary.ChoicesOf(topic).Keys, name => Assert.Contains(name, known));
        Assert.Contains("dataset=d1", GuideLibrary.ExperimentAddress(topic, "p1", "d1"), StringComparison.Ordinal);
    }

    [Fact]
    public void Terms_HaveASentenceAndAPage()
    {
        Assert.All(
            Glossary.All,
            term =>
            {
                Assert.NotEmpty(Texts<GlossaryTexts>.Get($"{term}.Name"));
                Assert.EndsWith(".", Texts<GlossaryTexts>.Get($"{term}.Text"), StringComparison.Ordinal);
                Assert.Contains(Glossary.TopicOf(term), GuideTopics.All);
            }
        );
    }

    [Fact]
    public void Parse_OfHtml_ShowsItAsText()
    {
        var document = GuideDocument.Parse("# A <b>title</b>\n\nA lead.\n\n<script>alert(1)</script>\n\n<i onclick=\"alert(1)\">x</i>\n");

        Assert.Equal("A lead.", document.Lead);
        Assert.DoesNotContain("<script", document.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("<i ", document.Html, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;", document.Html, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_OfAnExternalLink_OpensItElsewhere()
    {
        string html = GuideDocument.Parse("# Title\n\nLead.\n\n[out](https://example.org) and [in](/guide/pitfalls)\n").Html;

        Assert.Contains("target=\"_blank\" rel=\"noopener noreferrer\">out", html, StringComparison.Ordinal);
        Assert.Contains("<a href=\"/guide/pitfalls\">in", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_WithoutTitleOrLead_IsRefused() =>
        Assert.Throws<InvalidDataException>(() => GuideDocument.Parse("## Not a title\n\nText.\n"));

    [Fact]
    public void Page_ThatDoesNotExist_IsNotFound() => Assert.Throws<NotFoundException>(() => GuideLibrary.Get("experiments"));

    private static string[] All(Regex pattern, string text) => [.. pattern.Matches(text).Select(m => m.Groups[^1].Value)];

    [GeneratedRegex("^(#+) ", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"\d+(?:[.,]\d+)*")]
    private static partial Regex Figure();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("^(dotnet run .*)$", RegexOptions.Multiline)]
    private static partial Regex Command();
}
