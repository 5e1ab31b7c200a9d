using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace BlazorTransfer.Architecture.Tests;

/// <summary>An entry of <c>.config/third-party.json</c>: a package of others whose files lie in this repository, where no package manager
/// looks after them.</summary>
/// <param name="Package">Its name at npm.</param>
/// <param name="Version">The version that the files are from.</param>
/// <param name="Source">Where they were taken from.</param>
/// <param name="Licence">SPDX identifier.</param>
/// <param name="Files">SHA-256 of each file, by its path in the repository.</param>
/// <param name="Note">What else is to be known; null where there is nothing.</param>
internal sealed record ThirdPartyPackage(
    string Package,
    string Version,
    string Source,
    string Licence,
    IReadOnlyDictionary<string, string> Files,
    string? Note = null
)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
    };

    public static IReadOnlyList<ThirdPartyPackage> All(string repository) =>
        JsonSerializer.Deserialize<ThirdPartyPackage[]>(File.ReadAllText(Path.Combine(repository, ".config", "third-party.json")), Json)!;
}

/// <summary>Known vulnerabilities of a version of a package, as https://osv.dev lists them.</summary>
internal static class VulnerabilityDatabase
{
    private static readonly Uri Address = new("https://api.osv.dev/v1/query");

    /// <returns>Ids of the vulnerabilities; null where the database does not answer.</returns>
    public static async Task<IReadOnlyList<string>?> AskAsync(HttpClient client, ThirdPartyPackage package)
    {
        try
        {
            using HttpResponseMessage answer = await client.PostAsJsonAsync(
                Address,
                new { version = package.Version, package = new { name = package.Package, ecosystem = "npm" } }
            );
            return answer.IsSuccessStatusCode ? Read(await answer.Content.ReadAsStringAsync()) : null;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or JsonException)
        {
            return null;
        }
    }

    /// <param name="answer">JSON: an object with a list of vulnerabilities, or without one where none is known.</param>
    public static IReadOnlyList<string> Read(string answer)
    {
        using JsonDocument document = JsonDocument.Parse(answer);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
            throw new JsonException("An object was expected.");
        return document.RootElement.TryGetProperty("vulns", out JsonElement found)
            ? [.. found.EnumerateArray().Select(v => v.GetProperty("id").GetString()!)]
            : [];
    }
}
