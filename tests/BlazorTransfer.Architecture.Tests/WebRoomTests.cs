namespace BlazorTransfer.Architecture.Tests;

/// <summary>The folders of <c>Web</c> and of its <c>Features</c>, and their orders, which are also in CONTRIBUTING.</summary>
public sealed class WebRoomTests
{
    private static readonly SourceProject Web = new("Web");

    /// <summary>The kernel, which knows no feature; the program that puts all together comes last.</summary>
    private static readonly RoomOrder Kernel = new(
        Web,
        "",
        ["Localization", "Refusals", "Configuration", "Storage", "Security", "Jobs", "Execution", "Components", "Features", RoomOrder.Root]
    );

    private static readonly RoomOrder Features = new(
        Web,
        "Features",
        [
            "Team",
            "Projects",
            "BackgroundJobs",
            "Datasets",
            "Models",
            "Runs",
            "Workbench",
            "Backbones",
            "Adaptation",
            "Experiments",
            "Lineage",
            "Rankings",
            "SystemCheck",
            "RunDetails",
            "NewRun",
            "Train",
            "Guide",
            "Overview",
            RoomOrder.Root,
        ]
    );

    private static readonly ArchUnitNET.Domain.Architecture Types = RoomOrder.TypesOf(Web);

    [Fact]
    public void Types_UseTheirOwnRoomAndEarlierOnes()
    {
        Assert.Empty(Kernel.Violations(Types));
        Assert.Empty(Features.Violations(Types));
    }

    [Fact]
    public void Usings_NameEarlierRooms()
    {
        Assert.Empty(Kernel.WrongUsings());
        Assert.Empty(Features.WrongUsings());
    }

    [Fact]
    public void Files_AreInRooms_AndTheirNamespacesFollow()
    {
        Assert.Empty(Kernel.MisplacedFiles());
        Assert.Empty(Features.MisplacedFiles());
    }

    /// <summary>A file that crashes the decoder must not end the application: it asks processes of its own.</summary>
    [Fact]
    public void Uploads_AreDecodedInOtherProcesses()
    {
        string[] decoders = ["ImageDecoder", "ImageProbe", "Thumbnail", "ImageServer"];
        string[] uses =
        [
            .. Types
                .Types.SelectMany(type => type.Dependencies)
                .Where(d => d.Target.Namespace?.FullName == "BlazorTransfer.Imaging" && decoders.Contains(d.Target.Name))
                .Select(d => $"{d.Origin.FullName} uses {d.Target.Name}")
                .Distinct(),
        ];

        // The constant of the first line, which the compiler copies, leaves no trace.
        Assert.Empty(uses);
        Assert.Contains(Types.Types.SelectMany(t => t.Dependencies), d => d.Target.Name == "ImageAnswer");
    }

    [Fact]
    public void Violations_WithTheOrderReversed_AreFound()
    {
        Assert.Contains(
            (Kernel with { Rooms = [.. Kernel.Rooms.Reverse()] }).Violations(Types),
            v => v.StartsWith("Features must not use Storage", StringComparison.Ordinal)
        );
        RoomOrder reversed = Features with { Rooms = [.. Features.Rooms.Reverse()] };
        // A component uses others by its markup alone.
        Assert.Contains(reversed.Violations(Types), v => v.Contains("RunDetails.RunPage uses", StringComparison.Ordinal));
        Assert.Contains("Features/RunDetails/_Imports.razor: Lineage", reversed.WrongUsings());
    }
}
