using System.Text.RegularExpressions;
using ArchUnitNET.Loader;

namespace BlazorTransfer.Architecture.Tests;

/// <summary>The folders of <c>Training</c> and their order, which is also in CONTRIBUTING.</summary>
public sealed partial class TrainingRoomTests
{
    private static readonly RoomOrder Order = new(
        "BlazorTransfer.Training",
        [
            "Foundation",
            "Numerics",
            "Weights",
            "Settings",
            "Inputs",
            "Augmentation",
            "Backbones",
            "Models",
            "Features",
            "Optimization",
            "Classifiers",
            "Adaptation",
            "Methods",
            "Evaluation",
            "Export",
            "Diagnostics",
            "Runs",
            "Tuning",
            "Ranking",
        ]
    );

    private static readonly SourceProject Training = new("Training");

    private static readonly ArchUnitNET.Domain.Architecture Types = new ArchLoader()
        .LoadFilteredDirectory(Path.GetDirectoryName(Training.AssemblyFile), Path.GetFileName(Training.AssemblyFile))
        .Build();

    [Fact]
    public void Types_UseTheirOwnRoomAndEarlierOnes() => Assert.Empty(Order.Violations(Types));

    /// <summary>The compiler copies constants and drops comments, so that only the source shows where these come from.</summary>
    [Fact]
    public void Usings_NameEarlierRooms()
    {
        string[] wrong =
        [
            .. Training
                .SourceFiles()
                .SelectMany(file => UsedRooms(file).Where(used => !Order.IsAllowed(RoomOf(file), used)).Select(used => $"{file}: {used}")),
        ];

        Assert.Empty(wrong);
    }

    [Fact]
    public void Files_AreInRooms_AndTheirNamespacesFollow()
    {
        string[] wrong =
        [
            .. Training
                .SourceFiles()
                .Where(file =>
                    !Order.Rooms.Contains(RoomOf(file))
                    || !File.ReadAllText(Path.Combine(Training.Folder, file))
                        .Contains($"namespace {Order.Root}.{Path.GetDirectoryName(file)!.Replace('/', '.')};", StringComparison.Ordinal)
                ),
        ];

        Assert.Empty(wrong);
    }

    [Fact]
    public void Violations_WithTheOrderReversed_AreFound()
    {
        IReadOnlyList<string> found = (Order with { Rooms = [.. Order.Rooms.Reverse()] }).Violations(Types);

        Assert.Contains(found, v => v.StartsWith("Methods must not use Backbones", StringComparison.Ordinal));
        Assert.Contains(
            (Order with { Rooms = Order.Rooms.SkipLast(1).ToArray() }).Violations(Types),
            v => v.EndsWith("in no room", StringComparison.Ordinal)
        );
    }

    private static string RoomOf(string file) => file.Split('/')[0];

    private static IEnumerable<string> UsedRooms(string file) =>
        UsedRoom().Matches(File.ReadAllText(Path.Combine(Training.Folder, file))).Select(m => m.Groups[1].Value);

    [GeneratedRegex(@"^using (?:static )?(?:\w+ = )?BlazorTransfer\.Training\.(\w+)", RegexOptions.Multiline)]
    private static partial Regex UsedRoom();
}
