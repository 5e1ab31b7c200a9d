using System.Globalization;
using System.Net;
using System.Security.Claims;
using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Localization;
using BlazorTransfer.Web.Security;

namespace BlazorTransfer.Web.Tests.Localization;

/// <summary>In which language a page is drawn.</summary>
public sealed class LanguageTests : IDisposable
{
    private const string SignInInChinese = "登录";
    private readonly TestApp _app = new();

    public void Dispose() => _app.Dispose();

    [Theory]
    [InlineData(null, null, "en")]
    [InlineData("zh-CN,zh;q=0.9,en;q=0.8", null, "zh-CN")]
    [InlineData("zh-TW", null, "zh-CN")]
    [InlineData("fr-FR,zh;q=0.2,en;q=0.8", null, "en")]
    [InlineData("fr-FR", null, "en")]
    [InlineData("en-GB", "zh-CN", "zh-CN")]
    [InlineData("zh-CN", "en", "en")]
    [InlineData("zh-CN", "../../etc", "zh-CN")]
    [InlineData(";;;=,", null, "en")]
    public async Task Page_IsInTheLanguageOfTheChoice_ElseOfTheBrowser(string? wanted, string? chosen, string expected)
    {
        await _app.CreateUserAsync("Ada");
        using HttpClient client = _app.Anonymous();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/login");
        if (wanted is not null)
            request.Headers.TryAddWithoutValidation("Accept-Language", wanted);
        if (chosen is not null)
            request.Headers.Add("Cookie", $"{Languages.Cookie}={chosen}");

        using HttpResponseMessage answer = await client.SendAsync(request);

        string page = WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync());
        Assert.Contains($"<html lang=\"{expected}\"", page, StringComparison.Ordinal);
        Assert.Equal(expected == "zh-CN", page.Contains($"<h1>{SignInInChinese}</h1>", StringComparison.Ordinal));
    }

    [Fact]
    public async Task SignIn_BringsTheLanguageOfTheAccount_ToAnyBrowser()
    {
        ClaimsPrincipal ada = await _app.PrincipalAsync(await _app.CreateUserAsync("Ada"));
        _app.Get<UserLanguage>().Remember(ada, Languages.Chinese);
        using HttpClient client = _app.Anonymous();

        using HttpResponseMessage answer = await TestApp.PostFormAsync(
            client,
            "/login",
            "login",
            ("UserName", "Ada"),
            ("Password", TestApp.Password)
        );

        Assert.Contains(answer.Headers.GetValues("Set-Cookie"), c => c.StartsWith($"{Languages.Cookie}=zh-CN;", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Refusal_IsInTheLanguageOfThePage()
    {
        await _app.CreateUserAsync("Ada");
        using HttpClient client = _app.Anonymous();
        client.DefaultRequestHeaders.Add("Accept-Language", "zh-CN");

        using HttpResponseMessage answer = await TestApp.PostFormAsync(
            client,
            "/login",
            "login",
            ("UserName", "Ada"),
            ("Password", "wrong")
        );

        Assert.Contains("用户名或密码错误", WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("en", "81.5 %", "28 Nov 2026", "2 min 5 s")]
    [InlineData("zh-CN", "81.5%", "2026年11月28日", "2 分 5 秒")]
    public void NumbersDatesAndTimes_FollowTheLanguage(string language, string percent, string date, string time)
    {
        CultureInfo before = CultureInfo.CurrentCulture,
            beforeOfTexts = CultureInfo.CurrentUICulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = Languages.Find(language)!;

            Assert.Equal(percent, Format.Percent(0.815));
            Assert.Equal(date, Format.Date(new DateTimeOffset(2026, 11, 28, 12, 0, 0, TimeSpan.Zero)));
            Assert.Equal(time, Format.Duration(TimeSpan.FromSeconds(125)));
        }
        finally
        {
            (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = (before, beforeOfTexts);
        }
    }
}
