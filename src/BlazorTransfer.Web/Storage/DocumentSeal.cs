using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using LiteDB;

namespace BlazorTransfer.Web.Storage;

/// <summary>The SHA-256 that each stored document carries, since LiteDB notices few damaged pages itself.</summary>
internal static class DocumentSeal
{
    private const string Field = "sha256";

    /// <summary>Adds the hash to a document, over its collection and all of its fields.</summary>
    public static BsonDocument Seal(string collection, BsonDocument document)
    {
        document[Field] = HashOf(collection, document);
        return document;
    }

    /// <summary>Whether a document has a hash; those of the first format have none.</summary>
    public static bool IsSealed(BsonDocument document) => document[Field].IsBinary;

    /// <exception cref="DamagedDatabaseException">The document is not what was stored.</exception>
    public static void Require(string collection, BsonDocument document)
    {
        if (!IsSealed(document) || !document[Field].AsBinary.AsSpan().SequenceEqual(HashOf(collection, document)))
            throw new DamagedDatabaseException($"the document '{document["_id"].RawValue}' of '{collection}' is not what was stored");
    }

    private static byte[] HashOf(string collection, BsonDocument document)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(collection);
        foreach ((string name, BsonValue value) in document.OrderBy(f => f.Key, StringComparer.Ordinal))
        {
            if (name == Field)
                continue;
            Append(name);
            Append(value.IsString ? value.AsString : value.ToString());
        }

        return hash.GetHashAndReset();

        // With its length, so that no two lists of texts are the same bytes.
        void Append(string text)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            Span<byte> length = stackalloc byte[sizeof(int)];
            BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
            hash.AppendData(length);
            hash.AppendData(bytes);
        }
    }
}
