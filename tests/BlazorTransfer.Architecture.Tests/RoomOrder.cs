using ArchUnitNET.Domain;

namespace BlazorTransfer.Architecture.Tests;

/// <summary>
/// An order of the folders of a project, called rooms: code in a room may use its own room and rooms before it. A room is the namespace
/// part after the root namespace, so deeper folders belong to their first one.
/// </summary>
/// <param name="Root">The project's root namespace.</param>
/// <param name="Rooms">First room first.</param>
internal sealed record RoomOrder(string Root, IReadOnlyList<string> Rooms)
{
    /// <summary>Uses of a later room, as lines of "who uses what"; types outside of all rooms are reported too.</summary>
    public IReadOnlyList<string> Violations(ArchUnitNET.Domain.Architecture architecture) =>
        [
            .. architecture
                .Types.SelectMany(type => type.Dependencies)
                .Where(d => IsOurs(d.Origin) && IsOurs(d.Target) && !IsAllowed(RoomOf(d.Origin), RoomOf(d.Target)))
                .Select(d => $"{RoomOf(d.Origin)} must not use {RoomOf(d.Target)}: {d.Origin.FullName} uses {d.Target.FullName}")
                .Concat(architecture.Types.Where(t => IsOurs(t) && !Rooms.Contains(RoomOf(t))).Select(t => $"{t.FullName} is in no room"))
                .Distinct()
                .Order(StringComparer.Ordinal),
        ];

    /// <summary>True if a room may use another one.</summary>
    public bool IsAllowed(string user, string used) => IndexOf(used) >= 0 && IndexOf(used) <= IndexOf(user);

    private bool IsOurs(IType type) =>
        NamespaceOf(type) is { } name && (name == Root || name.StartsWith(Root + ".", StringComparison.Ordinal));

    private string RoomOf(IType type) => NamespaceOf(type)![Root.Length..].TrimStart('.').Split('.')[0];

    // A type parameter has none.
    private static string? NamespaceOf(IType type) => type.Namespace?.FullName;

    private int IndexOf(string room) => Rooms.ToList().IndexOf(room);
}
