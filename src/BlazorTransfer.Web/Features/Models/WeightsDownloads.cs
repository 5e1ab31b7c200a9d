using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Claims;
using System.Security.Cryptography;
using BlazorTransfer.Web.Security;
using BlazorTransfer.Web.Storage;
using Microsoft.Extensions.Options;

namespace BlazorTransfer.Web.Features.Models;

/// <summary>How far a download is; both in bytes. It is over where there is an error, or where it is not listed any more.</summary>
internal sealed record DownloadState(long Received, long? Total, string? Error = null);

/// <summary>
/// Fetches official weights in the background. What has come is kept when the line is cut, and the rest is asked for; a file is
/// used only when its hash is the one that the catalogue says.
/// </summary>
internal sealed class WeightsDownloads(
    OfficialWeightsCatalogue catalogue,
    WeightsLibrary library,
    DataFolder folder,
    IHttpClientFactory clients,
    IOptions<BlazorTransferOptions> options,
    ILogger<WeightsDownloads> log
)
{
    private const int MostAttempts = 6;
    private readonly ConcurrentDictionary<string, (DownloadState State, CancellationTokenSource Cancel)> _downloads = new();

    /// <summary>Downloads at work or failed, by backbone.</summary>
    public IReadOnlyDictionary<string, DownloadState> States => _downloads.ToDictionary(d => d.Key, d => d.Value.State);

    /// <exception cref="RefusedException">There are none for this network, they are being fetched already, or the disk is nearly
    /// full.</exception>
    public void Start(ClaimsPrincipal user, string backbone)
    {
        UserClaims.IdOf(user);
        OfficialWeights weights = catalogue.For(backbone) ?? throw new RefusedException("There are no official weights for this network.");
        if (folder.IsLowOnSpace)
            throw new RefusedException("The disk is nearly full. Free some space first.");
        var cancel = new CancellationTokenSource();
        (DownloadState State, CancellationTokenSource Cancel) entry = (new DownloadState(0, null), cancel);
        (DownloadState State, CancellationTokenSource) current = _downloads.AddOrUpdate(
            backbone,
            entry,
            (_, old) => old.State.Error is null ? old : entry
        );
        if (!ReferenceEquals(current.State, entry.State))
            throw new RefusedException("They are being downloaded already.");
        _ = Task.Run(() => RunAsync(user, weights, cancel), CancellationToken.None);
    }

    /// <summary>Stops a download, keeping what has come; or takes a failed one off the list.</summary>
    public void Cancel(ClaimsPrincipal user, string backbone)
    {
        UserClaims.IdOf(user);
        if (!_downloads.TryGetValue(backbone, out (DownloadState State, CancellationTokenSource Cancel) download))
            return;
        download.Cancel.Cancel();
        if (download.State.Error is not null)
            _downloads.TryRemove(backbone, out _);
    }

    private async Task RunAsync(ClaimsPrincipal user, OfficialWeights weights, CancellationTokenSource cancel)
    {
        try
        {
            string part = folder.PartialDownload(weights.Sha256Prefix);
            await FetchWithPatienceAsync(weights, part, cancel.Token);
            await VerifyAsync(weights, part, cancel.Token);
            await library.ImportAsync(user, weights.Name, part, cancel.Token);
            _downloads.TryRemove(weights.Backbone, out _);
        }
        catch (OperationCanceledException)
        {
            _downloads.TryRemove(weights.Backbone, out _);
        }
        catch (Exception e)
        {
            log.LogWarning(e, "Weights could not be downloaded from {Url}.", weights.Url);
            string why =
                e is RefusedException
                    ? e.Message
                    : $"{new Uri(weights.Url).Host} cannot be reached from this machine "
                        + $"({e.GetBaseException().Message.TrimEnd('.')}). Download {weights.Url} elsewhere and import the file under "
                        + "Weights.";
            Set(weights, s => s with { Error = why });
        }
    }

    private async Task FetchWithPatienceAsync(OfficialWeights weights, string part, CancellationToken cancel)
    {
        for (int attempt = 1; ; attempt++)
        {
            long before = Length(part);
            try
            {
                await FetchAsync(weights, part, cancel);
                return;
            }
            catch (Exception e) when (e is HttpRequestException or IOException or TimeoutException && !cancel.IsCancellationRequested)
            {
                // Something came, so that trying on is worth it; a machine without a way out is told so soon.
                if (Length(part) > before)
                    attempt = 1;
                if (attempt >= MostAttempts || (attempt >= 2 && Length(part) == 0))
                    throw;
                await Task.Delay(options.Value.DownloadRetryDelay * attempt, cancel);
            }
        }
    }

    private async Task FetchAsync(OfficialWeights weights, string part, CancellationToken cancel)
    {
        using HttpClient client = clients.CreateClient(nameof(WeightsDownloads));
        using var request = new HttpRequestMessage(HttpMethod.Get, weights.Url);
        long have = Length(part);
        if (have > 0)
            request.Headers.Range = new RangeHeaderValue(have, null);
        using HttpResponseMessage answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        // All of it is here already, and the hash will tell whether it is right.
        if (answer.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
            return;
        if (answer.StatusCode is >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError)
            throw new RefusedException(
                $"{weights.Url} answers {(int)answer.StatusCode}. The file may have moved: download it elsewhere and import it "
                    + "under Weights."
            );
        answer.EnsureSuccessStatusCode();
        // A server that does not know ranges sends everything again.
        if (answer.StatusCode != HttpStatusCode.PartialContent || answer.Content.Headers.ContentRange?.From != have)
            have = 0;
        long? total = have + answer.Content.Headers.ContentLength;
        if (total > options.Value.MaximumUploadBytes)
            throw new RefusedException($"The file is larger than {options.Value.MaximumUploadBytes >> 30} GB.");
        await using var file = new FileStream(
            part,
            have == 0 ? FileMode.Create : FileMode.Append,
            FileAccess.Write,
            FileShare.Read,
            1 << 16,
            useAsync: true
        );
        await using Stream body = await answer.Content.ReadAsStreamAsync(cancel);
        byte[] buffer = new byte[1 << 16];
        while (await ReadAsync(body, buffer, cancel) is > 0 and int read)
        {
            await file.WriteAsync(buffer.AsMemory(0, read), cancel);
            have += read;
            if (have > options.Value.MaximumUploadBytes)
                throw new RefusedException($"The file is larger than {options.Value.MaximumUploadBytes >> 30} GB.");
            Set(weights, _ => new DownloadState(have, total));
        }

        if (total is { } expected && have < expected)
            throw new IOException("the line was cut");
    }

    /// <summary>A body may take as long as it likes, as long as something comes.</summary>
    private async Task<int> ReadAsync(Stream body, byte[] buffer, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(options.Value.DownloadSilence);
        try
        {
            return await body.ReadAsync(buffer, patience.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new TimeoutException($"nothing came for {options.Value.DownloadSilence.TotalSeconds:F0} s");
        }
    }

    private static async Task VerifyAsync(OfficialWeights weights, string part, CancellationToken cancel)
    {
        string hash;
        await using (FileStream file = File.OpenRead(part))
            hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancel));
        if (hash.StartsWith(weights.Sha256Prefix, StringComparison.Ordinal))
            return;
        File.Delete(part);
        throw new RefusedException(
            $"What came from {new Uri(weights.Url).Host} is not the official file: its SHA-256 begins with {hash[..8]}, not "
                + $"with {weights.Sha256Prefix}. It was deleted."
        );
    }

    private void Set(OfficialWeights weights, Func<DownloadState, DownloadState> change)
    {
        if (_downloads.TryGetValue(weights.Backbone, out (DownloadState State, CancellationTokenSource Cancel) download))
            _downloads[weights.Backbone] = (change(download.State), download.Cancel);
    }

    private static long Length(string path) => File.Exists(path) ? new FileInfo(path).Length : 0;
}
