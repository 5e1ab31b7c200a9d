using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Web.Configuration;
using BlazorTransfer.Web.Refusals;
using BlazorTransfer.Web.Storage;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Options;

namespace BlazorTransfer.Web.Features.Datasets;

/// <summary>Streams a request's body to the disk. A cut upload leaves nothing.</summary>
internal sealed class UploadReceiver(DataFolder folder, IOptions<BlazorTransferOptions> options, IStringLocalizer<DatasetTexts> texts)
{
    private const int SpaceCheckBytes = 64 << 20;

    /// <returns>Path of the received file in the uploads folder; the caller deletes it.</returns>
    /// <exception cref="RefusedException">It is too large, or the disk is nearly full.</exception>
    public async Task<string> ReceiveAsync(HttpContext context, string extension)
    {
        long maximum = options.Value.MaximumUploadBytes;
        if (context.Request.ContentLength is 0)
            throw new RefusedException(texts["Empty"]);
        if (context.Request.ContentLength > maximum)
            throw new RefusedException(texts["TooLarge", maximum >> 30]);
        folder.RequireSpace();
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = maximum;
        string path = Path.Combine(folder.Uploads, Ids.New() + extension);
        try
        {
            await using FileStream file = DurableFile.Open(path, FileMode.CreateNew);
            byte[] buffer = new byte[1 << 16];
            long received = 0,
                nextCheck = SpaceCheckBytes;
            for (int read; (read = await context.Request.Body.ReadAsync(buffer, context.RequestAborted)) > 0; )
            {
                if ((received += read) > maximum)
                    throw new RefusedException(texts["TooLarge", maximum >> 30]);
                if (received > nextCheck)
                {
                    nextCheck += SpaceCheckBytes;
                    folder.RequireSpace();
                }

                await file.WriteAsync(buffer.AsMemory(0, read), context.RequestAborted);
            }

            // What is acknowledged survives a power cut.
            file.Flush(flushToDisk: true);
            return received > 0 ? path : throw new RefusedException(texts["Empty"]);
        }
        catch
        {
            File.Delete(path);
            throw;
        }
    }
}

/// <summary>At start, takes over the uploads that wait for a choice and deletes those that were not finished; accepted ones are in the
/// folders of their jobs.</summary>
internal sealed class UploadRecovery(PendingUploads pending) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        pending.Recover();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
