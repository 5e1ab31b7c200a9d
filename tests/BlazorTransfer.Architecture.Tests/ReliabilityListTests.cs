using System.Text.RegularExpressions;

namespace BlazorTransfer.Architecture.Tests;

/// <summary><c>.github/reliability.md</c> lists every line that the program is to hold, and the tests that show them.</summary>
public sealed partial class ReliabilityListTests
{
    private const int Lines = 65;

    private static readonly string[] States = ["holds", "in part", "open"];

    private static readonly string Repository = Path.GetDirectoryName(SourceProject.SourceFolder)!;

    private static readonly IReadOnlyDictionary<int, (string State, string ShownBy)> Rows = Row()
        .Matches(File.ReadAllText(Path.Combine(Repository, ".github", "reliability.md")))
        .ToDictionary(m => int.Parse(m.Groups[1].Value), m => (m.Groups[2].Value, m.Groups[3].Value));

    private static readonly string[] TestFiles =
    [
        .. Directory
            .EnumerateFiles(Path.Combine(Repository, "tests"), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)),
    ];

    [Fact]
    public void EachLine_IsListed_WithItsState()
    {
        Assert.Equal(Enumerable.Range(1, Lines), Rows.Keys.Order());
        Assert.All(Rows, r => Assert.Contains(r.Value.State, States));
        Assert.All(Rows.Where(r => r.Value.State == "holds"), r => Assert.Contains('`', r.Value.ShownBy));
    }

    [Fact]
    public void Tests_WithANumber_AreNamedInItsLine_AndTheOtherWayRound()
    {
        int[] tested =
        [
            .. TestFiles
                .SelectMany(f => NumberedTest().Matches(File.ReadAllText(f)))
                .Select(m => int.Parse(m.Groups[1].Value))
                .Distinct()
                .Order(),
        ];
        int[] named = [.. Rows.Where(r => r.Value.ShownBy.Contains($"R{r.Key:00}_", StringComparison.Ordinal)).Select(r => r.Key).Order()];

        Assert.Contains(7, tested);
        Assert.Equal(tested, named);
    }

    [Fact]
    public void ClassesOfTests_ThatAreNamed_Exist()
    {
        string[] classes = [.. Rows.Values.SelectMany(r => TestClass().Matches(r.ShownBy)).Select(m => m.Groups[1].Value).Distinct()];

        Assert.Contains("RoleMatrixTests", classes);
        Assert.Empty(classes.Except(TestFiles.Select(f => Path.GetFileNameWithoutExtension(f))));
    }

    [GeneratedRegex(@"^\| (\d+) \| [^|]* \| ([^|]*) \| ([^|]*) ?\|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"\b(?:Task|void) R(\d\d)_\w+\(")]
    private static partial Regex NumberedTest();

    [GeneratedRegex(@"`(\w+Tests)\b")]
    private static partial Regex TestClass();
}
