using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace BlazorTransfer.EndToEnd.Tests;

/// <summary>axe-core's rules on a page, as it is shown now.</summary>
internal static class Axe
{
    /// <summary>What axe-core finds serious or critical on the page.</summary>
    public static async Task<IReadOnlyList<string>> SeriousProblemsAsync(this IPage page)
    {
        AxeResult result = await page.RunAxe();
        return
        [
            .. result
                .Violations.Where(v => v.Impact is "serious" or "critical")
                .SelectMany(v => v.Nodes.Select(n => $"{new Uri(page.Url).AbsolutePath}: {v.Id}: {v.Help}: {n.Html}")),
        ];
    }
}
