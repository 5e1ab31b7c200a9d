using System.Collections.Concurrent;
using System.Security.Claims;
using System.Security.Cryptography;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Models;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Web.Execution;
using BlazorTransfer.Web.Localization;
using BlazorTransfer.Web.Refusals;
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

    /// <summary>Classes of the head in the file, 0 where it has none; null where it is unknown.</summary>
    public int? HeadClasses { get; init; }

    /// <summary>The account; empty where the file was copied into the weights folder, or came with the program.</summary>
    public required string ImportedBy { get; init; }
    public required DateTimeOffset ImportedAt { get; init; }

    /// <summary>They came with the program, and would be back at its next start.</summary>
    public bool IsBuiltIn { get; init; }

    /// <summary>Origin and licence, where they came with the file.</summary>
    public string? Origin { get; init; }

    /// <summary>The text of the licence, where it must go with every copy.</summary>
    public string? LicenceText { get; init; }
}

/// <summary>How the tensors of a file compare with backbones.</summary>
internal sealed record WeightsReport(string Name, IReadOnlyList<WeightsMismatch> Comparisons, Message? Note = null);

/// <summary>The weights fit no backbone whole.</summary>
/// <param name="message">Says so in a sentence.</param>
/// <param name="mismatch">The closest backbone, and all that differs.</param>
internal sealed class WeightsMismatchException(Message message, WeightsMismatch mismatch) : RefusedException(message)
{
    public WeightsMismatch Mismatch { get; } = mismatch;
}

/// <summary>Says whether something still needs weights.</summary>
internal interface IWeightsUse
{
    /// <summary>Why they cannot be removed now, or null where they can.</summary>
    string? WhyKept(string weightsId);
}

/// <summary>
/// Pretrained weights, shared by all projects: every account sees them, and whoever imported one, or an administrator, may
/// remove it. The worker validates the files in a process of its own; the web process never reads them.
/// </summary>
internal sealed class WeightsLibrary(
    DocumentCollection<BackboneWeights> weights,
    DataFolder folder,
    WorkerCommands worker,
    IEnumerable<IWeightsUse> uses,
    UserLimits limits,
    TimeProvider clock
)
{
    /// <summary>Extensions of files that can be imported, for a file dialog.</summary>
    public const string FileTypes = ".safetensors,.pth,.pt,.th,.bin,.onnx";

    private readonly SemaphoreSlim _entering = new(1);

    // One an account: what the page shows after an import is too much for the upload's answer to travel through the circuit.
    private readonly ConcurrentDictionary<string, WeightsReport> _reports = new();

    /// <summary>By name.</summary>
    public IReadOnlyList<BackboneWeights> List(ClaimsPrincipal user)
    {
        UserClaims.IdOf(user);
        return [.. weights.All().OrderBy(w => w.Name, StringComparer.OrdinalIgnoreCase)];
    }

    /// <summary>Whether there are weights whose SHA-256 begins like this.</summary>
    internal bool Has(string sha256Prefix) => weights.All().Any(w => w.Sha256.StartsWith(sha256Prefix, StringComparison.Ordinal));

    public BackboneWeights Get(ClaimsPrincipal user, string id)
    {
        UserClaims.IdOf(user);
        return weights.Find(id) ?? throw new NotFoundException();
    }

    public string PathOf(BackboneWeights entry) => Path.Combine(folder.Weights, entry.File);

    public bool MayRemove(ClaimsPrincipal user, BackboneWeights entry) =>
        !entry.IsBuiltIn && (UserClaims.IsAdmin(user) || entry.ImportedBy == UserClaims.IdOf(user));

    /// <summary>Takes over an uploaded file, if it holds weights of a known backbone.</summary>
    /// <exception cref="RefusedException">It does not; the message says why.</exception>
    public async Task<BackboneWeights> ImportAsync(ClaimsPrincipal user, string name, string uploadedFile, CancellationToken cancel)
    {
        string userId = UserClaims.IdOf(user);
        try
        {
            (BackboneWeights entry, WeightsInspection inspection) = await TakeInAsync(userId, name, uploadedFile, cancel);
            _reports[userId] = new WeightsReport(entry.Name, inspection.Differences ?? [], inspection.Note);
            return entry;
        }
        catch (WeightsMismatchException e)
        {
            _reports[userId] = new WeightsReport(name, [e.Mismatch]);
            throw;
        }
        finally
        {
            File.Delete(uploadedFile);
        }
    }

    /// <summary>The tensors of the user's last import; null where it did not get that far. It is returned once.</summary>
    public WeightsReport? TakeReport(ClaimsPrincipal user) =>
        _reports.TryRemove(UserClaims.IdOf(user), out WeightsReport? report) ? report : null;

    /// <summary>Asks the worker again what a file in the library contains.</summary>
    /// <exception cref="RefusedException">The file cannot be read any more.</exception>
    public async Task<WeightsReport> InspectAsync(ClaimsPrincipal user, string id, CancellationToken cancel)
    {
        limits.Take(user, LimitedWork.Previews);
        BackboneWeights entry = Get(user, id);
        WeightsInspection inspection = await worker.InspectWeightsAsync(PathOf(entry), cancel);
        return new WeightsReport(entry.Name, inspection.Differences ?? [], inspection.Note);
    }

    /// <summary>Moves a file of the weights folder or the uploads to its place and enters it; a refused one stays where it is.</summary>
    /// <exception cref="RefusedException">It holds no weights of a known backbone, or is here already.</exception>
    internal async Task<(BackboneWeights Entry, WeightsInspection Inspection)> TakeInAsync(
        string importedBy,
        string name,
        string file,
        CancellationToken cancel
    )
    {
        name = CheckName(name);
        WeightsInspection inspection = await worker.InspectWeightsAsync(file, cancel);
        if (inspection.Backbones.Count == 0)
        {
            Message[] found =
            [
                Message.Of("weights.fits-no-network", $"The file holds {inspection.Tensors} tensors, but fits none of the known networks."),
                .. inspection.Note is { } note ? [note] : Array.Empty<Message>(),
            ];
            throw inspection.Closest is { } closest
                ? new WeightsMismatchException(Message.Join([.. found, closest.Describe()]), closest)
                : new RefusedException(
                    Message.Join([
                        .. found,
                        Message.Of(
                            "weights.must-be",
                            $"It must be a state dictionary with torchvision's names, or an ONNX network with the same layers."
                        ),
                    ])
                );
        }

        string sha256 = await HashAsync(file, cancel);
        var entry = new BackboneWeights
        {
            Id = Ids.New(),
            Name = name,
            File = $"{sha256}.weights",
            Sha256 = sha256,
            Bytes = new FileInfo(file).Length,
            Backbones = inspection.Backbones,
            HeadClasses = inspection.HeadClasses,
            ImportedBy = importedBy,
            ImportedAt = clock.GetUtcNow(),
        };
        await _entering.WaitAsync(cancel);
        try
        {
            if (weights.All().FirstOrDefault(w => w.Sha256 == sha256) is { } same)
                throw new RefusedException(Texts<ModelTexts>.Get("AlreadyHere", same.Name));
            // The file first: one without an entry is found by the next look into the folder, an entry without a file by a failing run.
            DurableFile.Move(file, PathOf(entry), overwrite: true);
            weights.Add(entry);
            return (entry, inspection);
        }
        finally
        {
            _entering.Release();
        }
    }

    /// <summary>Enters weights that came with the program, unless they are here; the file is copied, so that runs find it after an update
    /// too.</summary>
    internal void EnterBuiltIn(BuiltInWeights card, string file)
    {
        if (weights.All().Any(w => w.Sha256 == card.Sha256))
            return;
        var entry = new BackboneWeights
        {
            Id = Ids.New(),
            Name = card.Name,
            File = $"{card.Sha256}.weights",
            Sha256 = card.Sha256,
            Bytes = new FileInfo(file).Length,
            Backbones = [card.Backbone],
            HeadClasses = card.HeadClasses,
            ImportedBy = "",
            ImportedAt = clock.GetUtcNow(),
            IsBuiltIn = true,
            Origin = card.OriginAndLicence,
            LicenceText = card.LicenceText(file),
        };
        using (FileStream source = File.OpenRead(file))
            AtomicFile.Write(PathOf(entry), source.CopyTo);
        // Those of an earlier version stay for the runs that used them, and may be removed: they will not be back.
        foreach (BackboneWeights earlier in weights.All().Where(w => w.IsBuiltIn && w.Name == card.Name))
            weights.Change(earlier.Id, w => w with { Name = $"{w.Name} (earlier)", IsBuiltIn = false });
        weights.Add(entry);
    }

    /// <summary>Files of the weights folder that are entered.</summary>
    internal IReadOnlySet<string> EnteredFiles() => weights.All().Select(w => w.File).ToHashSet(StringComparer.Ordinal);

    /// <exception cref="RefusedException">A run that is not over needs them.</exception>
    public void Remove(ClaimsPrincipal user, string id)
    {
        BackboneWeights entry = Get(user, id);
        if (!MayRemove(user, entry))
            throw new ForbiddenException(
                Message.Of("refused.remove-weights", $"Only who imported these weights, or an administrator, may remove them.")
            );
        if (uses.Select(u => u.WhyKept(id)).FirstOrDefault(why => why is not null) is { } reason)
            throw new RefusedException(reason);
        weights.Remove(id);
        File.Delete(PathOf(entry));
    }

    private static string CheckName(string name) => TypedName.Check(Path.GetFileName(name.Trim(' ')), 120, NamedThing.Weights);

    private static async Task<string> HashAsync(string file, CancellationToken cancel)
    {
        await using FileStream stream = File.OpenRead(file);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancel));
    }
}
