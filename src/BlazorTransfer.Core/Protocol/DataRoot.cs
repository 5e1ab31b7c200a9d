using BlazorTransfer.Core.Text;

namespace BlazorTransfer.Core.Protocol;

/// <summary>
/// The data folder, the one place where paths of jobs are resolved. Jobs hold paths relative to it, so that the folder can be moved,
/// or mounted elsewhere for a worker on another machine.
/// </summary>
public sealed class DataRoot
{
    private readonly string _prefix;

    /// <param name="path">The folder, absolute or relative to the current one.</param>
    public DataRoot(string path)
    {
        Path = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        _prefix = System.IO.Path.EndsInDirectorySeparator(Path) ? Path : Path + System.IO.Path.DirectorySeparatorChar;
    }

    public string Path { get; }

    /// <summary>The absolute path of a file of a job. An absolute one stays as it is: a person named it, or an earlier version wrote
    /// it.</summary>
    /// <exception cref="InvalidDataException">A relative path leaves the data folder.</exception>
    public string Resolve(string path)
    {
        if (System.IO.Path.IsPathFullyQualified(path))
            return path;
        string full = System.IO.Path.GetFullPath(path, Path);
        return IsInside(full) ? full : throw new InvalidDataException($"The path '{path}' of the job leaves the data folder.");
    }

    /// <summary>The path relative to the folder, with slashes on every system. A relative path is checked and returned.</summary>
    /// <exception cref="InvalidDataException">It is outside of the folder.</exception>
    public string Relative(string path) =>
        TryRelative(path)
        ?? throw new InvalidDataException($"The file '{System.IO.Path.GetFileName(path)}' is outside of the data folder.");

    /// <summary>As <see cref="Relative"/>, but a path outside of the folder stays absolute.</summary>
    public string RelativeIfInside(string path) => TryRelative(path) ?? path;

    /// <summary>A message without the location of this folder and of others, for people who have no business to know it.</summary>
    public string Hide(string message) =>
        ServerPaths.Hide(
            Path == _prefix
                ? message
                : message.Replace(_prefix, "", StringComparison.Ordinal).Replace(Path, "the data folder", StringComparison.Ordinal)
        );

    private string? TryRelative(string path)
    {
        string full = System.IO.Path.GetFullPath(path, Path);
        return IsInside(full) ? full[_prefix.Length..].Replace(System.IO.Path.DirectorySeparatorChar, '/') : null;
    }

    private bool IsInside(string full) => full.StartsWith(_prefix, StringComparison.Ordinal) && full.Length > _prefix.Length;
}
