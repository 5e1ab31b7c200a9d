namespace BlazorTransfer.Web.Storage;

/// <summary>A kind of document, for those who treat all kinds alike.</summary>
internal interface IDocuments
{
    /// <summary>Name of the collection.</summary>
    string Name { get; }

    /// <summary>False where the documents are made again from something else, as runs are from their folders.</summary>
    bool HasDescriptors { get; }

    /// <summary>Writes the descriptors that are missing, or that say something else than the database.</summary>
    void WriteDescriptors();

    /// <summary>Replaces all documents by those that the descriptors hold.</summary>
    /// <returns>How many there are now.</returns>
    int Rebuild();
}
