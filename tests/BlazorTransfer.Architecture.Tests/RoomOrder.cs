using System.Text.RegularExpressions;
using ArchUnitNET.Domain;
using ArchUnitNET.Loader;

namespace BlazorTransfer.Architecture.Tests;

/// <summary>
/// An order of the folders below a folder of a project, called rooms: code in a room may use its own room and rooms before it. Deeper
/// folders belong to the room that they are in.
/// </summary>
/// <param name="Project">The project.</param>
/// <param name="Within">The folder that the rooms are in, such as <c>Features</c>; empty for the project itself.</param>
/// <param name="Rooms">First room first. <see cref="Root"/> stands for files beside the rooms.</param>
internal sealed partial record RoomOrder(SourceProject Project, string Within, IReadOnlyList<string> Rooms)
{
    public const string Root = "";

    private string RootNamespace => $"BlazorTransfer.{Project.Name}{(Within.Length > 0 ? "." + Within : "")}";

    private string Folder => Within.Length > 0 ? Within + "/" : "";

    public static ArchUnitNET.Domain.Architecture TypesOf(SourceProject project) =>
        new ArchLoader().LoadFilteredDirectory(Path.GetDirectoryName(project.AssemblyFile), Path.GetFileName(project.AssemblyFile)).Build();

    /// <summary>Uses of a later room, as lines of "who uses what"; types outside of all rooms are reported too.</summary>
    public IReadOnlyList<string> Violations(ArchUnitNET.Domain.Architecture architecture) =>
        [
            .. architecture
                .Types.SelectMany(type => type.Dependencies)
                // A type parameter belongs to no room: the loader takes all of one name for the first that it met.
                .Where(d => d.Target is not GenericParameter)
                .Where(d => IsOurs(d.Origin) && IsOurs(d.Target) && !IsAllowed(RoomOf(d.Origin), RoomOf(d.Target)))
                .Select(d => $"{RoomOf(d.Origin)} must not use {RoomOf(d.Target)}: {d.Origin.FullName} uses {d.Target.FullName}")
                .Concat(architecture.Types.Where(t => IsOurs(t) && !Rooms.Contains(RoomOf(t))).Select(t => $"{t.FullName} is in no room"))
                .Distinct()
                .Order(StringComparer.Ordinal),
        ];

    /// <summary>Usings of a later room. The compiler copies constants and drops comments, so that only the source shows where these come
    /// from.</summary>
    public IReadOnlyList<string> WrongUsings() =>
        [
            .. Files()
                .SelectMany(file =>
                    UsedNamespace()
                        .Matches(File.ReadAllText(Path.Combine(Project.Folder, file)))
                        .Select(m => m.Groups[1].Value)
                        .Where(IsOurs)
                        .Select(RoomOf)
                        .Where(used => !IsAllowed(RoomOfFile(file), used))
                        .Select(used => $"{file}: {used}")
                ),
        ];

    /// <summary>Files in no room, and files whose namespace is not that of their folder.</summary>
    public IReadOnlyList<string> MisplacedFiles() =>
        [
            .. Files()
                .Where(file => !Rooms.Contains(RoomOfFile(file)) || DeclaredNamespace(file) is { } own && own != NamespaceOfFolder(file)),
        ];

    /// <summary>True if a room may use another one.</summary>
    public bool IsAllowed(string user, string used) => IndexOf(used) >= 0 && IndexOf(used) <= IndexOf(user);

    private IEnumerable<string> Files() =>
        Project.SourceFiles("*.cs", "*.razor").Where(file => file.StartsWith(Folder, StringComparison.Ordinal));

    private string RoomOfFile(string file) => file[Folder.Length..].Split('/') is [var room, _, ..] ? room : Root;

    private string NamespaceOfFolder(string file) =>
        $"BlazorTransfer.{Project.Name}.{Path.GetDirectoryName(file)!.Replace('/', '.')}".TrimEnd('.');

    private string? DeclaredNamespace(string file) =>
        Namespace().Match(File.ReadAllText(Path.Combine(Project.Folder, file))) is { Success: true } match ? match.Groups[1].Value : null;

    private bool IsOurs(IType type) => NamespaceOf(type) is { } name && IsOurs(name);

    private bool IsOurs(string name) => name == RootNamespace || name.StartsWith(RootNamespace + ".", StringComparison.Ordinal);

    private string RoomOf(IType type) => RoomOf(NamespaceOf(type)!);

    private string RoomOf(string name) => name[RootNamespace.Length..].TrimStart('.').Split('.')[0];

    // A type parameter has none.
    private static string? NamespaceOf(IType type) => type.Namespace?.FullName;

    private int IndexOf(string room) => Rooms.ToList().IndexOf(room);

    [GeneratedRegex(@"^@?using (?:static )?(?:\w+ = )?(BlazorTransfer(?:\.\w+)+)", RegexOptions.Multiline)]
    private static partial Regex UsedNamespace();

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();
}
