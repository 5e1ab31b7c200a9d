using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;

namespace BlazorTransfer.Architecture.Tests;

/// <summary>A project under <c>src</c>: its folder, its built assembly, and what both refer to.</summary>
internal sealed record SourceProject(string Name)
{
    private const string Prefix = "BlazorTransfer.";

    private static readonly Dictionary<string, string?> Settings = typeof(SourceProject)
        .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .ToDictionary(a => a.Key, a => a.Value);

    /// <summary>The folder <c>src</c>.</summary>
    public static string SourceFolder => Path.TrimEndingDirectorySeparator(Path.GetFullPath(Settings["SourceFolder"]!));

    public static IEnumerable<string> AllNames =>
        Directory
            .EnumerateFiles(SourceFolder, "*.csproj", SearchOption.AllDirectories)
            .Select(path => Path.GetFileNameWithoutExtension(path)[Prefix.Length..]);

    public string Folder => Path.Combine(SourceFolder, Prefix + Name);

    public string AssemblyFile => Path.Combine(Folder, Settings["OutputFolder"]!, $"{Prefix}{Name}.dll");

    /// <summary>Assemblies that the compiled code uses.</summary>
    public IReadOnlyList<string> UsedAssemblies()
    {
        using var file = new PEReader(File.OpenRead(AssemblyFile));
        MetadataReader metadata = file.GetMetadataReader();
        return [.. metadata.AssemblyReferences.Select(r => metadata.GetString(metadata.GetAssemblyReference(r).Name))];
    }

    /// <summary>Projects of this solution that the project file or the compiled code refers to, without their prefix.</summary>
    public IReadOnlyList<string> UsedProjects() =>
        [.. DeclaredProjects().Concat(UsedAssemblies()).Where(IsOurs).Select(name => name[Prefix.Length..]).Distinct().Order()];

    /// <summary>C# files of the project, by their path in it.</summary>
    public IEnumerable<string> SourceFiles() => SourceFiles("*.cs");

    /// <summary>Files of the project that match any pattern, by their path in it.</summary>
    public IEnumerable<string> SourceFiles(params string[] patterns) =>
        patterns
            .SelectMany(pattern => Directory.EnumerateFiles(Folder, pattern, SearchOption.AllDirectories))
            .Select(path => Path.GetRelativePath(Folder, path).Replace('\\', '/'))
            .Where(path => !path.StartsWith("bin/", StringComparison.Ordinal) && !path.StartsWith("obj/", StringComparison.Ordinal));

    private static bool IsOurs(string name) => name.StartsWith(Prefix, StringComparison.Ordinal);

    // A reference without an output assembly only orders the build.
    private IEnumerable<string> DeclaredProjects() =>
        XDocument
            .Load(Path.Combine(Folder, $"{Prefix}{Name}.csproj"))
            .Descendants("ProjectReference")
            .Where(r => (string?)r.Attribute("ReferenceOutputAssembly") != "false")
            .Select(r => Path.GetFileNameWithoutExtension(((string)r.Attribute("Include")!).Replace('\\', '/')));
}
