namespace BlazorTransfer.Architecture.Tests;

/// <summary>The folders of <c>Training</c> and their order, which is also in CONTRIBUTING.</summary>
public sealed class TrainingRoomTests
{
    private static readonly SourceProject Training = new("Training");

    private static readonly RoomOrder Order = new(
        Training,
        "",
        [
            "Foundation",
            "Numerics",
            "Weights",
            "Settings",
            "LabelKinds",
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

    private static readonly ArchUnitNET.Domain.Architecture Types = RoomOrder.TypesOf(Training);

    [Fact]
    public void Types_UseTheirOwnRoomAndEarlierOnes() => Assert.Empty(Order.Violations(Types));

    [Fact]
    public void Usings_NameEarlierRooms() => Assert.Empty(Order.WrongUsings());

    [Fact]
    public void Files_AreInRooms_AndTheirNamespacesFollow() => Assert.Empty(Order.MisplacedFiles());

    [Fact]
    public void Violations_WithTheOrderReversed_AreFound()
    {
        RoomOrder reversed = Order with { Rooms = [.. Order.Rooms.Reverse()] };

        Assert.Contains(reversed.Violations(Types), v => v.StartsWith("Methods must not use Backbones", StringComparison.Ordinal));
        Assert.Contains("Methods/FineTuning.cs: Backbones", reversed.WrongUsings());
        RoomOrder shorter = Order with { Rooms = [.. Order.Rooms.SkipLast(1)] };
        Assert.Contains(shorter.Violations(Types), v => v.EndsWith("in no room", StringComparison.Ordinal));
        Assert.NotEmpty(shorter.MisplacedFiles());
    }
}
