using BlazorTransfer.Core.Text;
using BlazorTransfer.Web.Localization;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Security;

namespace BlazorTransfer.Web.Features.Projects;

/// <summary>What a member may do; each role includes the ones before it.</summary>
internal enum ProjectRole
{
    /// <summary>Sees data, runs and models, and downloads them.</summary>
    Viewer,

    /// <summary>Also imports data and starts runs.</summary>
    Editor,

    /// <summary>Also manages members and deletes the project.</summary>
    Owner,
}

internal sealed record ProjectMember(string UserId, ProjectRole Role);

/// <summary>A question to answer with images: data sets, runs and models belong to it. It changes only through its methods.</summary>
internal sealed record Project
{
    public const int LongestName = 80;
    public const int LongestDescription = 400;

    public required string Id { get; init; }
    public required string Name { get; init; }
    public string Description { get; init; } = "";
    public required DateTimeOffset CreatedAt { get; init; }
    public required IReadOnlyList<ProjectMember> Members { get; init; }

    public ProjectRole? RoleOf(string userId) => Members.FirstOrDefault(m => m.UserId == userId)?.Role;

    public Project Rename(string name, string description) =>
        this with
        {
            Name = CheckName(name),
            Description = CheckDescription(description),
        };

    /// <exception cref="RefusedException">It would leave the project without an owner.</exception>
    public Project WithMember(string userId, ProjectRole role) =>
        CheckOwner(this with { Members = [.. Members.Where(m => m.UserId != userId), new ProjectMember(userId, role)] });

    /// <inheritdoc cref="WithMember"/>
    public Project WithoutMember(string userId) => CheckOwner(this with { Members = [.. Members.Where(m => m.UserId != userId)] });

    public static string CheckName(string name) => TypedName.Check(name, LongestName, NamedThing.Project);

    public static string CheckDescription(string description) =>
        description.Trim() is { Length: <= LongestDescription } trimmed && NameRule.IsPlainText(trimmed)
            ? trimmed
            : throw new RefusedException(Texts<ProjectTexts>.Get("LongDescription", LongestDescription));

    private static Project CheckOwner(Project project) =>
        project.Members.Any(m => m.Role == ProjectRole.Owner) ? project : throw new RefusedException(Texts<ProjectTexts>.Get("LastOwner"));
}
