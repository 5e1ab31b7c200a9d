using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Web.Configuration;
using BlazorTransfer.Web.Jobs;
using BlazorTransfer.Web.Localization;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Storage;
using Microsoft.Extensions.Options;

namespace BlazorTransfer.Web.Features.Models;

/// <summary>What a download is given: the network whose official weights are wanted.</summary>
internal sealed record DownloadInput(string Backbone);

/// <summary>The file that was downloaded, by the beginning of its hash.</summary>
internal sealed record DownloadOutcome(string Sha256Prefix);

/// <summary>
/// Downloads official weights and enters them. What has come is kept when the line is cut or the application ends, and the rest is asked
/// for; a file is used only when its hash is the one that the catalogue says.
/// </summary>
internal sealed class WeightsDownload(
    OfficialWeightsCatalogue catalogue,
    WeightsLibrary library,
    DataFolder folder,
    IHttpClientFactory clients,
    IOptions<BlazorTransferOptions> options,
    TimeProvider clock,
    ILogger<WeightsDownload> log
) : JobKind<DownloadInput, DownloadOutcome>
{
    private const int MostAttempts = 6;

    public override string Name => "weights-download";

    public override JobLane Lane => JobLane.Downloads;

    public override bool SurvivesRestart => true;

    public override string? WhyRefused(BackgroundJob job, IReadOnlyCollection<BackgroundJob> live) =>
        live.Any(j => j.Subject == job.Subject) ? Texts<ModelTexts>.Get("AlreadyDownloading") : null;

    protected override async Task<DownloadOutcome> RunAsync(JobContext<DownloadInput> job, CancellationToken cancel)
    {
        OfficialWeights weights = catalogue.For(job.Input.Backbone) ?? throw new RefusedException(Texts<ModelTexts>.Get("NoOfficial"));
        string part = folder.PartialDownload(weights.Sha256Prefix);
        // Entered just before the application ended, or uploaded meanwhile.
        if (library.Has(weights.Sha256Prefix))
            return new DownloadOutcome(weights.Sha256Prefix);
        try
        {
            await FetchWithPatienceAsync(weights, part, job.Report, cancel);
            await VerifyAsync(weights, part, cancel);
        }
        catch (Exception e) when (e is not (RefusedException or OperationCanceledException or DiskFullException))
        {
            log.LogWarning(e, "Weights could not be downloaded from {Url}.", weights.Url);
            throw new RefusedException(
                Texts<ModelTexts>.Get("Unreachable", new Uri(weights.Url).Host, e.GetBaseException().Message.TrimEnd('.'), weights.Url)
            );
        }

        try
        {
            await library.TakeInAsync(job.Job.OwnerId, weights.Name, part, cancel);
        }
        catch (RefusedException)
        {
            // The right file, and still of no use: another download would bring the same.
            File.Delete(part);
            throw;
        }

        return new DownloadOutcome(weights.Sha256Prefix);
    }

    private async Task FetchWithPatienceAsync(OfficialWeights weights, string part, Action<JobProgress> report, CancellationToken cancel)
    {
        for (int attempt = 1; ; attempt++)
        {
            long before = Length(part);
            try
            {
                await FetchAsync(weights, part, report, cancel);
                return;
            }
            catch (Exception e)
                when (e is HttpRequestException or IOException or TimeoutException
                    && e is not DiskFullException
                    && !cancel.IsCancellationRequested
                )
            {
                // Something was received, so that further attempts make sense; a machine without internet access fails soon.
                if (Length(part) > before)
                    attempt = 1;
                if (attempt >= MostAttempts || (attempt >= 2 && Length(part) == 0))
                    throw;
                await Task.Delay(options.Value.DownloadRetryDelay * attempt, clock, cancel);
            }
        }
    }

    private async Task FetchAsync(OfficialWeights weights, string part, Action<JobProgress> report, CancellationToken cancel)
    {
        using HttpClient client = clients.CreateClient(nameof(WeightsDownload));
        using var request = new HttpRequestMessage(HttpMethod.Get, weights.Url);
        long have = Length(part);
        if (have > 0)
            request.Headers.Range = new RangeHeaderValue(have, null);
        using HttpResponseMessage answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        // All of it is here already, and the hash will tell whether it is right.
        if (answer.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
            return;
        if (answer.StatusCode is >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError)
            throw new RefusedException(Texts<ModelTexts>.Get("HttpStatus", weights.Url, (int)answer.StatusCode));
        answer.EnsureSuccessStatusCode();
        // A server that does not know ranges sends everything again.
        if (answer.StatusCode != HttpStatusCode.PartialContent || answer.Content.Headers.ContentRange?.From != have)
            have = 0;
        long? total = have + answer.Content.Headers.ContentLength;
        if (total > options.Value.MaximumUploadBytes)
            throw new RefusedException(Texts<ModelTexts>.Get("TooLarge", options.Value.MaximumUploadBytes >> 30));
        folder.RequireSpace();
        await using FileStream file = DurableFile.Open(part, have == 0 ? FileMode.Create : FileMode.OpenOrCreate, FileShare.Read);
        file.Seek(0, SeekOrigin.End);
        await using Stream body = await answer.Content.ReadAsStreamAsync(cancel);
        byte[] buffer = new byte[1 << 16];
        while (await ReadAsync(body, buffer, cancel) is > 0 and int read)
        {
            await file.WriteAsync(buffer.AsMemory(0, read), cancel);
            have += read;
            if (have > options.Value.MaximumUploadBytes)
                throw new RefusedException(Texts<ModelTexts>.Get("TooLarge", options.Value.MaximumUploadBytes >> 30));
            report(new JobProgress("", have, total ?? 0));
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
        throw new RefusedException(Texts<ModelTexts>.Get("OtherHash", new Uri(weights.Url).Host, hash[..8], weights.Sha256Prefix));
    }

    private static long Length(string path) => File.Exists(path) ? new FileInfo(path).Length : 0;
}
