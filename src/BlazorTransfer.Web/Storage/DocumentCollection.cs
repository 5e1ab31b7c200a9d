using BlazorTransfer.Core.Protocol;
using LiteDB;
using JsonSerializer = System.Text.Json.JsonSerializer;

namespace BlazorTransfer.Web.Storage;

/// <summary>A field that documents can be found by.</summary>
internal sealed record DocumentIndex<T>(string Field, Func<T, string> Value);

/// <summary>
/// Documents of one kind, held as JSON beside their indexed fields: LiteDB's own mapping trims texts, localises times and knows
/// no immutable records.
/// </summary>
internal sealed class DocumentCollection<T>(
    DocumentStore store,
    string name,
    Func<T, string> id,
    IReadOnlyList<DocumentIndex<T>> indexes,
    Descriptors<T>? descriptors = null
) : IDocuments
    where T : class
{
    private const string Json = "json";

    public string Name => name;

    public bool HasDescriptors => descriptors is not null;

    public T? Find(string documentId) => store.Read(db => Get(db, documentId));

    /// <param name="field">An indexed field.</param>
    /// <param name="value">The value to find; it is a parameter of the query, never a part of its text.</param>
    public IReadOnlyList<T> FindBy(string field, string value) =>
        store.Read(db =>
            ParseAll(
                Collection(db)
                    .Find(Query.EQ(field, value))
                    .Select(d => d[field] == value ? d : throw new DamagedDatabaseException($"the index '{field}' of '{name}' is wrong"))
            )
        );

    public IReadOnlyList<T> All() => store.Read(db => ParseAll(Collection(db).FindAll()));

    public int Count() => store.Read(db => Collection(db).Count());

    /// <summary>Adds a document that is not there yet. A document that is there is only changed, by <see cref="Change"/>.</summary>
    /// <exception cref="InvalidOperationException">There is one with this id.</exception>
    public void Add(T document) =>
        store.Write(db =>
        {
            if (Get(db, id(document)) is not null)
                throw new InvalidOperationException($"'{name}' has a document with the id '{id(document)}' already.");
            Put(db, before: null, document);
            return true;
        });

    /// <summary>Adds the document unless <paramref name="conflict"/> holds for one that is there; both under the gate.</summary>
    public bool TryAdd(T document, Func<T, bool> conflict) =>
        store.Write(db =>
        {
            if (ParseAll(Collection(db).FindAll()).Any(conflict))
                return false;
            Put(db, before: null, document);
            return true;
        });

    /// <summary>Reads, changes and writes under the gate. Returns the new document, or null where there is none.</summary>
    public T? Change(string documentId, Func<T, T> change) =>
        store.Write(db =>
        {
            if (Get(db, documentId) is not { } before)
                return null;
            T after = change(before);
            if (!ReferenceEquals(before, after))
                Put(db, before, after);
            return after;
        });

    /// <summary>Adds the document, or changes the one with its id; both under the gate.</summary>
    public void AddOrChange(T document, Func<T, T> change) =>
        store.Write(db =>
        {
            T? before = Get(db, id(document));
            Put(db, before, before is null ? document : change(before));
            return true;
        });

    public bool Remove(string documentId) =>
        store.Write(db =>
        {
            if (descriptors is null || Get(db, documentId) is not { } before)
                return Collection(db).Delete(documentId);
            // Without a descriptor, a rebuild does not bring it back.
            descriptors.Delete(before);
            try
            {
                return Collection(db).Delete(documentId);
            }
            catch
            {
                descriptors.PutBack(before, before);
                throw;
            }
        });

    /// <summary>Replaces all documents, as a rebuild does.</summary>
    /// <returns>How many there are now.</returns>
    public int ReplaceAll(IEnumerable<T> documents) =>
        store.Write(db =>
        {
            ILiteCollection<BsonDocument> collection = Collection(db);
            collection.DeleteAll();
            return collection.InsertBulk(documents.Select(ToBson));
        });

    public void WriteDescriptors()
    {
        if (descriptors is null)
            return;
        foreach (T document in All().Where(d => !descriptors.IsCurrent(d)))
            descriptors.Write(document);
    }

    public int Rebuild() => descriptors is null ? Count() : ReplaceAll(descriptors.ReadAll().DistinctBy(id));

    /// <summary>The descriptor first: of a change that a full disk refuses, nothing is left.</summary>
    private void Put(ILiteDatabase db, T? before, T after)
    {
        descriptors?.Write(after);
        try
        {
            Collection(db).Upsert(ToBson(after));
        }
        catch
        {
            descriptors?.PutBack(before, after);
            throw;
        }
    }

    private ILiteCollection<BsonDocument> Collection(ILiteDatabase db) => db.GetCollection(name);

    private BsonDocument ToBson(T document)
    {
        var bson = new BsonDocument { ["_id"] = id(document), [Json] = JsonSerializer.Serialize(document, ProtocolJson.Line) };
        foreach (DocumentIndex<T> index in indexes)
            bson[index.Field] = index.Value(document);
        return DocumentSeal.Seal(name, bson);
    }

    private T? Get(ILiteDatabase db, string documentId)
    {
        T? found = Collection(db).FindById(documentId) is { } bson ? Parse(bson) : null;
        return found is null || id(found) == documentId ? found : throw new DamagedDatabaseException($"the index of '{name}' is wrong");
    }

    private T Parse(BsonDocument bson)
    {
        DocumentSeal.Require(name, bson);
        return JsonSerializer.Deserialize<T>(bson[Json].AsString, ProtocolJson.Line)!;
    }

    private List<T> ParseAll(IEnumerable<BsonDocument> documents) => [.. documents.Select(Parse)];
}
