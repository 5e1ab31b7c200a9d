using Deque.AxeCore.Commons;
using Microsoft.Playwright;

namespace BlazorTransfer.EndToEnd.Tests;

/// <summary>axe-core's rules on a page, as it is shown now.</summary>
internal static class Axe
{
    // In the page itself: the library's own call opens three tabs for each check, for frames that these pages do not have.
    private const string Check = """
        async rule => {
          const result = await axe.run(document, { resultTypes: ["violations"], ...(rule ? { runOnly: [rule] } : {}) });
          return result.violations
            .filter(found => ["serious", "critical"].includes(found.impact))
            .flatMap(found => found.nodes.map(node => `${found.id}: ${found.help}: ${node.html}`));
        }
        """;

    private static readonly string Script = new BundledAxeScriptProvider().GetScript();

    /// <summary>What axe-core finds serious or critical on the page.</summary>
    /// <param name="page">The page.</param>
    /// <param name="rule">The only rule to check; null for all.</param>
    public static async Task<IReadOnlyList<string>> SeriousProblemsAsync(this IPage page, string? rule = null)
    {
        if (!await page.EvaluateAsync<bool>("() => 'axe' in window"))
            await page.EvaluateAsync(Script);
        string[] problems = await page.EvaluateAsync<string[]>(Check, rule);
        return [.. problems.Select(problem => $"{new Uri(page.Url).AbsolutePath}: {problem}")];
    }
}
