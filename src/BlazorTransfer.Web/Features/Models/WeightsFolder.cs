using System.ComponentModel;
using System.Security.Claims;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Models;
using BlazorTransfer.Web.Configuration;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;
using Microsoft.Extensions.Options;

namespace BlazorTransfer.Web.Features.Models;

/// <summary>A file of the weights folder that was not taken in.</summary>
/// <param name="File">Its name.</param>
/// <param name="Reason">Why, in words.</param>
/// <param name="Mismatch">How its tensors compare with the closest backbone, where they do.</param>
internal sealed record RefusedWeights(string File, Message Reason, WeightsMismatch? Mismatch = null);

/// <summary>
/// Imports weights that were copied into the weights folder. It looks by itself, since a file system's own notices do not
/// cross network shares. A file is validated, like an upload, once it has stayed the same from one look to the next: one that is being
/// copied has not.
/// </summary>
internal sealed class WeightsFolder(
    WeightsLibrary library,
    DataFolder folder,
    UserLimits limits,
    IOptions<BlazorTransferOptions> options,
    TimeProvider clock,
    ILogger<WeightsFolder> log
) : BackgroundService
{
    /// <summary>The folder's name in the data folder.</summary>
    public const string Name = "weights";

    /// <summary>Follows the name of a file of weights in the name of its descriptor.</summary>
    public const string DescriptorEnding = ".json";

    // Endings that browsers, rsync, editors and our own downloads give to a file that is not complete yet.
    private static readonly string[] Unfinished = [".part", ".partial", ".tmp", ".temp", ".crdownload", ".download", ".filepart", ".swp"];
    private readonly SemaphoreSlim _one = new(1);
    private readonly Dictionary<string, Mark> _seen = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RefusedWeights> _refused = new(StringComparer.Ordinal);

    /// <summary>Counts what changed, so that a page knows when to refresh.</summary>
    public int Changes { get; private set; }

    /// <summary>Files that are still growing or being validated.</summary>
    public IReadOnlyList<string> Waiting { get; private set; } = [];

    public IReadOnlyList<RefusedWeights> Refused { get; private set; } = [];

    /// <summary>Looks now, and validates refused files again.</summary>
    public async Task LookNowAsync(ClaimsPrincipal user, CancellationToken cancel)
    {
        limits.Take(user, LimitedWork.Uploads);
        await LookAsync(forget: true, cancel);
        await Task.Delay(Min(options.Value.WeightsFolderPause, TimeSpan.FromSeconds(1)), cancel);
        await LookAsync(forget: false, cancel);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.WeightsFolderPause, clock);
        do
        {
            try
            {
                await LookAsync(forget: false, stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                log.LogError(e, "The weights folder could not be looked through; it is tried again.");
            }
        } while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>One look; files that have not changed since the last look are validated.</summary>
    internal async Task LookAsync(bool forget = false, CancellationToken cancel = default)
    {
        await _one.WaitAsync(cancel);
        try
        {
            if (forget)
                _refused.Clear();
            IReadOnlySet<string> entered = library.EnteredFiles();
            FileInfo[] found =
            [
                .. new DirectoryInfo(folder.Weights)
                    .EnumerateFiles()
                    .Where(f => !entered.Contains(f.Name) && !IsUnfinished(f.Name) && !IsDescriptor(f.Name))
                    .OrderBy(f => f.Name, StringComparer.Ordinal),
            ];
            foreach (string gone in _seen.Keys.Except(found.Select(f => f.Name)).ToArray())
            {
                _seen.Remove(gone);
                _refused.Remove(gone);
            }

            foreach (FileInfo file in found)
            {
                var mark = new Mark(file.Length, file.LastWriteTimeUtc);
                bool isSettled = _seen.TryGetValue(file.Name, out Mark? before) && before == mark;
                _seen[file.Name] = mark;
                if (!isSettled)
                    _refused.Remove(file.Name);
                Publish(found);
                if (isSettled && !_refused.ContainsKey(file.Name))
                    await ValidateAsync(file, cancel);
            }

            Publish(found);
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task ValidateAsync(FileInfo file, CancellationToken cancel)
    {
        try
        {
            // The target of a link may change after it was validated.
            if (file.LinkTarget is not null)
                throw new RefusedException(Message.Of("weights.link", $"It is a link. Copy the file itself."));
            await library.TakeInAsync("", file.Name, file.FullName, cancel);
            _seen.Remove(file.Name);
            log.LogInformation("Took in {File} from the weights folder.", file.Name);
        }
        catch (Exception e) when (e is FileNotFoundException or Win32Exception)
        {
            log.LogWarning("{File} could not be validated, and is tried again: {Reason}", file.Name, e.Message);
        }
        catch (Exception e) when (e is RefusedException or IOException or UnauthorizedAccessException)
        {
            // An upload of the same weights may have come in between, and this is its file.
            if (library.EnteredFiles().Contains(file.Name))
                return;
            // A system's message would show every account where the folder is.
            Message reason = e is RefusedException refused
                ? refused.Text
                : Message.Of("weights.unreadable", $"The application cannot read or move it. Check whose file it is, and its permissions.");
            _refused[file.Name] = new RefusedWeights(file.Name, reason, (e as WeightsMismatchException)?.Mismatch);
            log.LogWarning("{File} in the weights folder is refused: {Reason}", file.Name, e.Message);
        }
    }

    private void Publish(IEnumerable<FileInfo> found)
    {
        string[] waiting = [.. found.Select(f => f.Name).Where(n => _seen.ContainsKey(n) && !_refused.ContainsKey(n))];
        RefusedWeights[] refused = [.. _refused.Values.OrderBy(r => r.File, StringComparer.Ordinal)];
        if (waiting.SequenceEqual(Waiting) && refused.SequenceEqual(Refused))
            return;
        (Waiting, Refused) = (waiting, refused);
        Changes++;
    }

    private static bool IsDescriptor(string name) => name.EndsWith(".weights" + DescriptorEnding, StringComparison.Ordinal);

    private static bool IsUnfinished(string name) =>
        name.StartsWith('.') || name.EndsWith('~') || Unfinished.Any(u => name.EndsWith(u, StringComparison.OrdinalIgnoreCase));

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private sealed record Mark(long Length, DateTime WrittenAt);
}
