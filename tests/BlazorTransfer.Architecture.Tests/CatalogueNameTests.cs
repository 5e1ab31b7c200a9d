using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace BlazorTransfer.Architecture.Tests;

/// <summary>The web application finds networks, methods and parameters by their role, not by a name written in a page.</summary>
public sealed partial class CatalogueNameTests
{
    // The colour theme has the name of an augmentation.
    private static readonly (string Path, string Name) Theme = ("Components/Layout/MainLayout.razor", "light");

    [Fact]
    public void Web_HasNoLiteralName_OfANetworkMethodOrParameter()
    {
        HashSet<string> names = RegisteredNames();
        // Otherwise the test could not fail.
        Assert.Contains("linear-probe", names);
        Assert.Contains("learning-rate", names);
        Assert.Contains("task-weighting", names);
        Assert.Contains("resnet18_slim", names);

        Assert.Empty(new SourceProject("Web").SourceFiles("*.cs", "*.razor").SelectMany(f => NamesIn(f, names)));
    }

    /// <summary>The guide's experiments name networks and methods, which no other test would miss.</summary>
    [Fact]
    public void GuideExperiments_NameNetworksAndMethodsThatExist()
    {
        HashSet<string> names = RegisteredNames();
        string file = Path.Combine(new SourceProject("Web").Folder, "Features", "Guide", "Pages", "experiments.json");
        string[] named =
        [
            .. JsonDocument
                .Parse(File.ReadAllText(file))
                .RootElement.EnumerateObject()
                .SelectMany(experiment => experiment.Value.EnumerateObject())
                .Where(choice => choice.Name is "backbone" or "method")
                .Select(choice => choice.Value.GetString()!),
        ];

        Assert.NotEmpty(named);
        Assert.Empty(named.Except(names));
    }

    [Theory]
    [InlineData("if (method.Name == \"dan\")", 1)]
    [InlineData("<MethodTile Method=\"dan\" />", 1)]
    [InlineData("<input name=\"dan\" />", 0)]
    [InlineData("/// <param name=\"dan\">A method.</param>", 0)]
    [InlineData("Text = \"dan and others\";", 0)]
    public void Literals_AreFound_InCodeAndComponentParameters(string line, int expected) =>
        Assert.Equal(expected, LiteralsIn(line).Count(l => l == "dan"));

    private static IEnumerable<string> NamesIn(string path, HashSet<string> names) =>
        File.ReadAllLines(Path.Combine(new SourceProject("Web").Folder, path))
            .SelectMany(
                (line, i) =>
                    LiteralsIn(line)
                        .Where(name => names.Contains(name) && (path, name) != Theme)
                        .Select(name => $"{path}:{i + 1}: \"{name}\"")
            );

    private static IEnumerable<string> LiteralsIn(string line) =>
        line.TrimStart().StartsWith("//", StringComparison.Ordinal) ? [] : Literal().Matches(line).Select(m => m.Groups[1].Value);

    private static HashSet<string> RegisteredNames()
    {
        using var worker = Process.Start(
            new ProcessStartInfo("dotnet", [new SourceProject("Worker").AssemblyFile, "describe", "--json"])
            {
                RedirectStandardOutput = true,
            }
        )!;
        string json = worker.StandardOutput.ReadToEnd();
        worker.WaitForExit();
        Assert.Equal(0, worker.ExitCode);
        JsonElement root = JsonDocument.Parse(json).RootElement;
        JsonElement[] methods = [.. root.GetProperty("methods").EnumerateArray()];
        return
        [
            .. methods
                .Concat(root.GetProperty("backbones").EnumerateArray())
                .Concat(root.GetProperty("commonParameters").EnumerateArray())
                .Concat(methods.SelectMany(m => m.GetProperty("parameters").EnumerateArray()))
                .Select(e => e.GetProperty("name").GetString()!),
        ];
    }

    // Attributes of HTML elements are lower case, component parameters are not.
    [GeneratedRegex("(?<!\\s[a-z-]+=)\"([a-z0-9_-]+)\"")]
    private static partial Regex Literal();
}
