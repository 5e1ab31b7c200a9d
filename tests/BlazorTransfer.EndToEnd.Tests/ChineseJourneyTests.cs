using System.IO.Compression;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace BlazorTransfer.EndToEnd.Tests;

/// <summary>The way from the set-up to a downloaded model, and every other page, as somebody sees them whose browser asks for Chinese:
/// no English remains, and axe-core finds nothing serious.</summary>
public sealed partial class ChineseJourneyTests(BrowserFixture browser)
{
    /// <summary>All that a page says: its visible text, and the names and hints of its elements. Code, links to articles and what is marked
    /// as English, such as the licence of weights, are left out.</summary>
    private const string ReadPage = """
        () => {
          const says = element => {
            const isLeftOut = element.matches("code, pre, script, style, [lang], a[href^='https://']");
            if (isLeftOut || !element.checkVisibility({ visibilityProperty: true }))
              return [];
            const names = ["aria-label", "title", "alt", "placeholder"].map(name => element.getAttribute(name)).filter(name => name);
            const texts = [...element.childNodes].filter(node => node.nodeType === Node.TEXT_NODE).map(node => node.data.trim());
            return [...names, ...texts, ...[...element.children].flatMap(says)];
          };
          return [document.title, ...says(document.body)];
        }
        """;

    private readonly List<string> _problems = [];

    [Fact]
    public async Task Upload_FromSetUpToDownload_IsShownInChinese()
    {
        JourneyTexts texts = JourneyTexts.Chinese;
        await using WebAppProcess app = await WebAppProcess.StartAsync();
        IPage page = await browser.NewPageAsync(app.BaseUrl, scheme: ColorScheme.Dark, locale: "zh-CN");
        await page.GotoAsync("/");
        await CheckAsync(page);
        await page.SetUpAsync(app, texts: texts);
        await CheckAsync(page);
        await page.CreateProjectAsync("表面检测", texts);
        await CheckAsync(page);
        string project = new Uri(page.Url).AbsolutePath;
        await page.ImportAsync(SurfacesZip(), texts);
        await Expect(page.GetByText("“表面”已导入。")).ToBeVisibleAsync();
        await Expect(page.GetByText("40 张图像，2 个类别")).ToBeVisibleAsync();
        await CheckAsync(page);
        await page.Locator("a.bt-card").First.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Cell, new() { Name = "划痕" })).ToBeVisibleAsync();
        await CheckAsync(page);

        await page.GetByRole(AriaRole.Link, new() { Name = "训练", Exact = true }).ClickAsync();
        await page.ChooseQuickAsync(texts);
        await CheckAsync(page);
        await page.GetByRole(AriaRole.Button, new() { Name = texts.StartTraining }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { NameRegex = new("^#1 线性探针") })).ToBeVisibleAsync();
        ILocator result = page.GetByLabel("结果", new() { Exact = true });
        await Expect(result.GetByText(new Regex("^8 张验证图像（95% 置信区间 \\d"))).ToBeVisibleAsync();
        await Expect(page.GetByText("成功", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(page.Locator(".bt-matrix")).ToBeVisibleAsync();
        await TryAnImageAsync(page);
        await CheckAsync(page);
        await DownloadAsync(page, texts);

        await CheckOtherPagesAsync(page, project);
        Assert.True(_problems.Count == 0, string.Join(Environment.NewLine, _problems.Distinct()));
    }

    /// <summary>Dark images of one class and light ones of another, whose names are Chinese.</summary>
    private static FilePayload SurfacesZip()
    {
        const int eachClass = 20;
        IEnumerable<(string, byte)> images = Enumerable
            .Range(0, eachClass)
            .SelectMany(i => new[] { ($"划痕/{i}.bmp", (byte)i), ($"合格/{i}.bmp", (byte)(byte.MaxValue - i)) });
        return new FilePayload
        {
            Name = "表面.zip",
            MimeType = "application/zip",
            Buffer = PlainImages.Zip(images),
        };
    }

    private static async Task TryAnImageAsync(IPage page)
    {
        ILocator card = page.GetByLabel("试一张图像", new() { Exact = true });
        await card.Locator("input[type=file]")
            .SetInputFilesAsync(
                new FilePayload
                {
                    Name = "新图像.bmp",
                    MimeType = "image/bmp",
                    Buffer = PlainImages.Bitmap(shade: 30),
                }
            );
        await Expect(card.GetByRole(AriaRole.Listitem)).ToHaveCountAsync(2);
        await Expect(card.GetByRole(AriaRole.Listitem).First).ToContainTextAsync("划痕");
        await Expect(card.GetByAltText("新图像.bmp，网络所见")).ToBeVisibleAsync();
    }

    private static async Task DownloadAsync(IPage page, JourneyTexts texts)
    {
        IDownload download = await page.RunAndWaitForDownloadAsync(() => texts.DownloadOn(page).ClickAsync());
        using ZipArchive zip = await ZipFile.OpenReadAsync(await download.PathAsync());
        Assert.NotNull(zip.GetEntry("model.safetensors"));
    }

    private async Task CheckOtherPagesAsync(IPage page, string project)
    {
        foreach (
            (string path, string heading) in new[]
            {
                (project, "表面检测"),
                ($"{project}/runs", "运行"),
                ($"{project}/runs/new", "专家设置"),
                ($"{project}/lineage", "谱系"),
                ($"{project}/members", "成员"),
                ($"{project}/jobs", "后台任务"),
                ("/networks", "网络与权重"),
                ("/guide", "指南"),
                ("/guide/domain-adaptation", "域适应"),
                ("/guide/glossary", "术语表"),
                ("/team", "团队"),
                ("/system", "系统检查"),
                ("/account", "我的账户"),
                ("/nowhere", "这里没有内容"),
            }
        )
        {
            await page.GotoAsync(path);
            await Expect(
                    page.GetByRole(
                        AriaRole.Heading,
                        new()
                        {
                            Level = 1,
                            Name = heading,
                            Exact = true,
                        }
                    )
                )
                .ToBeVisibleAsync();
            await CheckAsync(page);
        }
    }

    private async Task CheckAsync(IPage page)
    {
        await page.UseThemeAsync(ColorScheme.Dark);
        _problems.AddRange(await page.SeriousProblemsAsync());
        foreach (string text in await page.EvaluateAsync<string[]>(ReadPage))
        {
            if (English().IsMatch(Names().Replace(text, "")))
                _problems.Add($"{new Uri(page.Url).AbsolutePath} is not in Chinese: {text}");
        }
    }

    /// <summary>Two English words in a row, the second of which is not the name of something.</summary>
    [GeneratedRegex("[A-Za-z]{2,} [a-z]{2,}")]
    private static partial Regex English();

    /// <summary>Names of networks, and citations, which end with a year.</summary>
    [GeneratedRegex(@"ConvNeXt (tiny|small|base)|with batch norm|[A-Z][^：]+, \d{4}$")]
    private static partial Regex Names();
}
