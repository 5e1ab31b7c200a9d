using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using BlazorTransfer.Core.Protocol;

namespace BlazorTransfer.Web.Storage;

/// <summary>Where the descriptors of a kind of document lie.</summary>
/// <param name="FileOf">The descriptor of a document.</param>
/// <param name="Files">All of them that there are.</param>
internal sealed record DescriptorPlace<T>(Func<DataFolder, T, string> FileOf, Func<DataFolder, IEnumerable<string>> Files)
{
    /// <summary>A folder of the collection's own, for documents that describe no files.</summary>
    public static DescriptorPlace<T> OwnFolder(string collection, Func<T, string> id) =>
        new(
            (folder, document) => Path.Combine(folder.Documents, collection, $"{Checked(id(document))}.json"),
            folder =>
                Directory.Exists(Path.Combine(folder.Documents, collection))
                    ? Directory.EnumerateFiles(Path.Combine(folder.Documents, collection), "*.json")
                    : []
        );

    // Ids are made by this program, or are names of backbones.
    private static string Checked(string id) =>
        id.Length is > 0 and <= 100 && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
            ? id
            : throw new ArgumentException("That is no id.", nameof(id));
}

/// <summary>
/// The descriptors of a kind of document: a file for each, beside the files that it describes. The database can be made again from them.
/// Only their owner can read them, since accounts are among them.
/// </summary>
internal sealed class Descriptors<T>(DataFolder folder, string collection, DescriptorPlace<T> place, ILogger log)
    where T : class
{
    public void Write(T document)
    {
        string file = place.FileOf(folder, document);
        DurableFile.CreateFolder(Path.GetDirectoryName(file)!);
        AtomicFile.WriteAllText(file, TextOf(document), isPrivate: true);
    }

    public void Delete(T document)
    {
        string file = place.FileOf(folder, document);
        if (File.Exists(file))
            File.Delete(file);
    }

    /// <summary>Undoes <see cref="Write"/> where the database has refused the change. What a full disk refuses here, the next start
    /// repairs.</summary>
    public void PutBack(T? before, T after)
    {
        try
        {
            if (before is null)
                Delete(after);
            else
                Write(before);
        }
        catch (IOException e)
        {
            log.LogWarning(e, "A descriptor of {Collection} could not be put back; the next start does that.", collection);
        }
    }

    /// <summary>Whether the descriptor says what the document says.</summary>
    public bool IsCurrent(T document)
    {
        string file = place.FileOf(folder, document);
        return File.Exists(file) && File.ReadAllText(file) == TextOf(document);
    }

    /// <summary>All documents with intact descriptors; the others are logged and skipped.</summary>
    public IReadOnlyList<T> ReadAll()
    {
        var documents = new List<T>();
        foreach (string file in place.Files(folder).Order(StringComparer.Ordinal))
        {
            try
            {
                documents.Add(Parse(File.ReadAllText(file)));
            }
            catch (Exception e) when (e is JsonException or InvalidDataException or IOException)
            {
                log.LogError("The descriptor {File} is skipped: {Reason}", Path.GetRelativePath(folder.Root, file), e.Message);
            }
        }

        return documents;
    }

    private string TextOf(T document)
    {
        string json = JsonSerializer.Serialize(document, ProtocolJson.Line);
        return $$"""
            {
              "collection": "{{collection}}",
              "sha256": "{{HashOf(json)}}",
              "document": {{json}}
            }

            """;
    }

    private T Parse(string text)
    {
        using var parsed = JsonDocument.Parse(text);
        string json = parsed.RootElement.GetProperty("document").GetRawText();
        if (parsed.RootElement.GetProperty("collection").GetString() != collection)
            throw new InvalidDataException("It describes something else.");
        if (parsed.RootElement.GetProperty("sha256").GetString() != HashOf(json))
            throw new InvalidDataException("It was changed, or it is damaged.");
        return JsonSerializer.Deserialize<T>(json, ProtocolJson.Line) ?? throw new InvalidDataException("It is empty.");
    }

    private static string HashOf(string json) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(json)));
}
