using System.Security.Claims;
using System.Security.Cryptography;
using BlazorTransfer.Core.Models;
using BlazorTransfer.Web.Execution;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;

namespace BlazorTransfer.Web.Features.Models;

/// <summary>An imported file of pretrained weights.</summary>
internal sealed record BackboneWeights
{
    public required string Id { get; init; }
    public required string Name { get; init; }

    /// <summary>File name in the weights folder, made of the hash.</summary>
    public required string File { get; init; }
    public required string Sha256 { get; init; }
    public required long Bytes { get; init; }

    /// <summary>Backbones whose trunk the weights fit.</summary>
    public required IReadOnlyList<string> Backbones { get; init; }
    public required string ImportedBy { get; init; }
    public required DateTimeOffset ImportedAt { get; init; }
}

/// <summary>Says whether something still needs weights.</summary>
internal interface IWeightsUse
{
    /// <summary>Why they cannot be removed now, or null where they can.</summary>
    string? WhyKept(string weightsId);
}

/// <summary>
/// Pretrained weights, shared by all projects: every account sees them, and whoever imported one, or an administrator, may
/// remove it. The files are judged by the worker, in a process of its own; this one never reads them.
/// </summary>
internal sealed class WeightsLibrary(DocumentCollection<BackboneWeights> weights, DataFolder folder, WorkerCommands worker, IEnumerable<IWeightsUse> uses, TimeProvider clock)
{
    /// <summary>By name.</summary>
    public IReadOnlyList<BackboneWeights> List(ClaimsPrincipal user)
    {
        UserClaims.IdOf(user);
        return [.. weights.All().OrderBy(w => w.Name, StringComparer.OrdinalIgnoreCase)];
    }

    public BackboneWeights Get(ClaimsPrincipal user, string id)
    {
        UserClaims.IdOf(user);
        return weights.Find(id) ?? throw new NotFoundException();
    }

    public string PathOf(BackboneWeights entry) => Path.Combine(folder.Weights, entry.File);

    public bool MayRemove(ClaimsPrincipal user, BackboneWeights entry) => UserClaims.IsAdmin(user) || entry.ImportedBy == UserClaims.IdOf(user);

    /// <summary>Takes over an uploaded file, if it holds weights of a known backbone.</summary>
    /// <exception cref="RefusedException">It does not; the message says why.</exception>
    public async Task<BackboneWeights> ImportAsync(ClaimsPrincipal user, string name, string uploadedFile, CancellationToken cancel)
    {
        string userId = UserClaims.IdOf(user);
        try
        {
            WeightsInspection inspection = await worker.InspectWeightsAsync(uploadedFile, cancel);
            if (inspection.Backbones.Count == 0)
                throw new RefusedException($"The file holds {inspection.Tensors} tensors, but fits none of the known backbones. "
                    + (inspection.Closest?.Describe() ?? "It must be a state dictionary with torchvision's names."));
            string sha256 = await HashAsync(uploadedFile, cancel);
            var entry = new BackboneWeights
            {
                Id = Ids.New(),
                Name = CheckName(name),
                File = $"{sha256}.weights",
                Sha256 = sha256,
                Bytes = new FileInfo(uploadedFile).Length,
                Backbones = inspection.Backbones,
                ImportedBy = userId,
                ImportedAt = clock.GetUtcNow(),
            };
            File.Move(uploadedFile, PathOf(entry), overwrite: true);
            return weights.TryAdd(entry, other => other.Sha256 == sha256) ? entry : throw new RefusedException("These weights are here already.");
        }
        finally
        {
            File.Delete(uploadedFile);
        }
    }

    /// <exception cref="RefusedException">A run that is not over needs them.</exception>
    public void Remove(ClaimsPrincipal user, string id)
    {
        BackboneWeights entry = Get(user, id);
        if (!MayRemove(user, entry)) throw new ForbiddenException("Only who imported these weights, or an administrator, may remove them.");
        if (uses.Select(u => u.WhyKept(id)).FirstOrDefault(why => why is not null) is { } reason) throw new RefusedException(reason);
        weights.Remove(id);
        File.Delete(PathOf(entry));
    }

    private static string CheckName(string name) => Path.GetFileName(name.Trim()) is { Length: > 0 and <= 120 } checkedName
        ? checkedName
        : throw new RefusedException("The weights need a name of 1 to 120 characters.");

    private static async Task<string> HashAsync(string file, CancellationToken cancel)
    {
        await using FileStream stream = File.OpenRead(file);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancel));
    }
}
