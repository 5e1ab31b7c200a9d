namespace BlazorTransfer.Web.Tests.Localization;

public sealed class ChineseTextsTests
{
    [Theory]
    [InlineData("<p>选择一个 data set</p>")]
    [InlineData("<button>Train</button>")]
    [InlineData("<img alt=\"an image\" />")]
    [InlineData("<div><span aria-label=\"Delete\">删除</span></div>")]
    public void English_IsFound(string markup) =>
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => ChineseTexts.AssertNoEnglish(markup, "Surface inspection"));

    [Theory]
    [InlineData("<p>导入 Surface inspection，JPEG、PNG</p>")]
    [InlineData("<p>约 5.2 GFLOPs</p><pre>ants and bees</pre>")]
    [InlineData("<a class=\"a link\" href=\"/projects/new one\">训练</a>")]
    public void NamesAndChinese_AreNot(string markup) => ChineseTexts.AssertNoEnglish(markup, "Surface inspection");
}
