using System.Collections.Concurrent;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Imaging;
using BlazorTransfer.Web.Configuration;
using Microsoft.Extensions.Options;

namespace BlazorTransfer.Web.Execution;

/// <summary>
/// Decodes images that people brought, in processes with little memory and little time. A file that crashes its process, or needs more of
/// either, is rejected; the next one gets a new process. Idle processes end after a minute.
/// </summary>
internal sealed class ImageProcesses(
    WorkerLocator locator,
    IOptions<BlazorTransferOptions> options,
    IHostApplicationLifetime lifetime,
    TimeProvider clock
) : IDisposable
{
    private const int MostProcesses = 4;
    private static readonly TimeSpan IdleTime = TimeSpan.FromMinutes(1);
    private readonly SemaphoreSlim _free = new(Math.Min(MostProcesses, Environment.ProcessorCount));
    private readonly ConcurrentStack<ImageProcess> _idle = new();
    private readonly Lock _timerGate = new();
    private ITimer? _timer;

    /// <summary>Judges a file by decoding it.</summary>
    /// <exception cref="InvalidOperationException">The processes cannot be started.</exception>
    public Task<ImageAnswer> VerifyAsync(byte[] file, CancellationToken cancel) =>
        AskAsync(new ImageRequest { Length = file.Length }, file, cancel);

    /// <summary>Draws a JPEG whose longer side has at most so many pixels.</summary>
    /// <param name="source">The picture's file.</param>
    /// <param name="region">The part of it; null for all of it.</param>
    /// <param name="side">In pixels.</param>
    /// <param name="cancel">Stops the wait.</param>
    /// <inheritdoc cref="VerifyAsync"/>
    public Task<ImageAnswer> DrawThumbnailAsync(string source, PixelArea? region, int side, CancellationToken cancel) =>
        AskAsync(
            new ImageRequest
            {
                Source = source,
                Region = region,
                Side = side,
            },
            [],
            cancel
        );

    /// <summary>Draws a picture that lies in no file.</summary>
    /// <inheritdoc cref="DrawThumbnailAsync(string, PixelArea?, int, CancellationToken)"/>
    public Task<ImageAnswer> DrawThumbnailAsync(byte[] file, int side, CancellationToken cancel) =>
        AskAsync(new ImageRequest { Length = file.Length, Side = side }, file, cancel);

    /// <summary>Reads what the camera wrote into a file.</summary>
    /// <inheritdoc cref="VerifyAsync"/>
    public Task<ImageAnswer> ReadExifAsync(string source, CancellationToken cancel) =>
        AskAsync(new ImageRequest { Source = source, WantsExif = true }, [], cancel);

    public void Dispose()
    {
        _timer?.Dispose();
        EndIdle();
        _free.Dispose();
    }

    private async Task<ImageAnswer> AskAsync(ImageRequest request, byte[] file, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel, lifetime.ApplicationStopping);
        await _free.WaitAsync(limit.Token);
        try
        {
            ImageProcess process = _idle.TryPop(out ImageProcess? idle) ? idle : await StartAsync(limit.Token);
            try
            {
                bool isUsed = process.IsUsed;
                ImageAnswer answer = await process.AskAsync(request, file, limit.Token);
                if (process.HasEnded && isUsed)
                {
                    // Memory that earlier images left occupied must not decide about this one.
                    await process.DisposeAsync();
                    process = await StartAsync(limit.Token);
                    answer = await process.AskAsync(request, file, limit.Token);
                }

                if (process.HasEnded)
                    await process.DisposeAsync();
                else
                    _idle.Push(process);
                return answer;
            }
            catch
            {
                // Its answer may still come, and would be taken for that of the next request.
                await process.DisposeAsync();
                throw;
            }
        }
        finally
        {
            _free.Release();
            EndIdleLater();
        }
    }

    private Task<ImageProcess> StartAsync(CancellationToken cancel) =>
        ImageProcess.StartAsync(
            locator.Command(["images"], options.Value.MaximumImageMemoryBytes),
            new ImageProcessLimits(options.Value.MaximumImageMemoryBytes, options.Value.MaximumImageTime),
            clock,
            cancel
        );

    private void EndIdleLater()
    {
        lock (_timerGate)
        {
            _timer ??= clock.CreateTimer(_ => EndIdle(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _timer.Change(IdleTime, Timeout.InfiniteTimeSpan);
        }
    }

    private void EndIdle()
    {
        while (_idle.TryPop(out ImageProcess? process))
            _ = process.DisposeAsync().AsTask();
    }
}
