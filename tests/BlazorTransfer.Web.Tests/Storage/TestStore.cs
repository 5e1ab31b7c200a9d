using BlazorTransfer.Web.Configuration;
using BlazorTransfer.Web.Storage;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace BlazorTransfer.Web.Tests.Storage;

internal sealed record Note(string Id, string Owner, int Value)
{
    public string Text { get; init; } = "";
}

internal static class NoteActions
{
    /// <summary>Adds the note, or replaces the one with its id.</summary>
    public static void Save(this DocumentCollection<Note> notes, Note note) => notes.AddOrChange(note, _ => note);
}

/// <summary>A store of notes in a folder of its own.</summary>
internal sealed class TestStore : IDisposable
{
    private static readonly DocumentIndex<Note> ByOwner = new(nameof(Note.Owner), n => n.Owner);

    /// <param name="parent">Where the folder is made; null for the system's place for temporary files.</param>
    public TestStore(string? parent = null) =>
        Folder = parent is null
            ? Directory.CreateTempSubdirectory("blazortransfer-store-").FullName
            : Directory.CreateDirectory(Path.Combine(parent, Guid.NewGuid().ToString("N"))).FullName;

    public string Folder { get; }

    public string Database => Path.Combine(Folder, "blazortransfer.db");

    public DocumentStore Open() => new(Data(), [new DocumentSchema("notes", [nameof(Note.Owner)])], TimeProvider.System);

    public DataFolder Data() =>
        new(Options.Create(new BlazorTransferOptions { DataFolder = Folder, MinimumFreeBytes = 0 }), new Environment());

    public static DocumentCollection<Note> Notes(DocumentStore store) => new(store, "notes", n => n.Id, [ByOwner]);

    /// <summary>Empties the folder.</summary>
    public void Reset()
    {
        foreach (string file in Directory.EnumerateFiles(Folder))
            File.Delete(file);
    }

    public void Dispose() => TestFolder.Delete(Folder);

    private sealed class Environment : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = "Test";
        public string ApplicationName { get; set; } = "Test";
        public string ContentRootPath { get; set; } = "/";
        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
    }
}
