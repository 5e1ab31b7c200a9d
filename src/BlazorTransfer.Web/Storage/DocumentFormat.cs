using LiteDB;

namespace BlazorTransfer.Web.Storage;

/// <summary>
/// The format of the database file: which collections and indexes there are, and the hash in each document. Brings files of earlier
/// versions up to date, and looks for damage.
/// </summary>
internal static class DocumentFormat
{
    /// <summary>2 since each document carries a hash.</summary>
    public const int Current = 2;

    private const string FirstDocument = "first";

    /// <summary>Creates what is missing. Creating a collection while another thread reads kills the engine, so all of them are made when
    /// the file is opened. A file that is complete is only read.</summary>
    /// <exception cref="NewerFormatException">A later version wrote the file.</exception>
    public static void Prepare(ILiteDatabase database, IReadOnlyList<DocumentSchema> schemas)
    {
        if (database.UserVersion > Current)
            throw new NewerFormatException();
        // Each write is followed by a checkpoint of ours. One of LiteDB's own in the middle of a write could not be taken back.
        if (database.CheckpointSize != 0)
            database.CheckpointSize = 0;
        foreach (DocumentSchema schema in schemas)
        {
            ILiteCollection<BsonDocument> collection = database.GetCollection(schema.Collection);
            // LiteDB makes a collection with its first document, or never. A crash may leave that.
            if (!database.CollectionExists(schema.Collection))
                collection.Insert(new BsonDocument { ["_id"] = FirstDocument });
            if (collection.FindById(FirstDocument) is not null)
                collection.Delete(FirstDocument);
            foreach (string field in schema.Indexes)
                collection.EnsureIndex(field);
        }

        if (database.UserVersion == Current)
            return;
        foreach (DocumentSchema schema in schemas)
        {
            ILiteCollection<BsonDocument> collection = database.GetCollection(schema.Collection);
            foreach (BsonDocument document in collection.FindAll().Where(d => !DocumentSeal.IsSealed(d)).ToArray())
                collection.Update(DocumentSeal.Seal(schema.Collection, document));
        }

        // Last, since from now on a document without a hash is damaged.
        database.UserVersion = Current;
    }

    /// <summary>Reads every document by every index.</summary>
    /// <exception cref="DamagedDatabaseException">One of them is damaged or missing.</exception>
    public static void Verify(ILiteDatabase database, IReadOnlyList<DocumentSchema> schemas)
    {
        foreach (DocumentSchema schema in schemas.Where(s => database.CollectionExists(s.Collection)))
        {
            ILiteCollection<BsonDocument> collection = database.GetCollection(schema.Collection);
            HashSet<string> ids = new(StringComparer.Ordinal);
            foreach (BsonDocument document in collection.FindAll().Where(d => d["_id"] != FirstDocument))
            {
                if (DocumentSeal.IsSealed(document) || database.UserVersion >= Current)
                    DocumentSeal.Require(schema.Collection, document);
                ids.Add(document["_id"].AsString);
            }

            // A document that an index has lost would be found by its id only.
            foreach (string field in schema.Indexes)
            {
                HashSet<string> indexed = [.. collection.Find(Query.All(field)).Select(d => d["_id"].AsString)];
                indexed.Remove(FirstDocument);
                if (!ids.SetEquals(indexed))
                    throw new DamagedDatabaseException($"the index '{field}' of '{schema.Collection}' is not complete");
            }
        }
    }
}

/// <summary>A later version of the application wrote the data folder.</summary>
internal sealed class NewerFormatException()
    : InvalidOperationException(
        "The data folder was written by a later version of BlazorTransfer. Start that version, or name another folder with "
            + "BLAZORTRANSFER_DataFolder."
    );
