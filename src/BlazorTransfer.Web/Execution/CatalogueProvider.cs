using System.ComponentModel;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Web.Refusals;

namespace BlazorTransfer.Web.Execution;

/// <summary>The worker's catalogue, asked for once; a failure is told and tried again at the next question.</summary>
internal sealed class CatalogueProvider(WorkerCommands worker)
{
    private readonly SemaphoreSlim _once = new(1);
    private Catalogue? _catalogue;

    /// <exception cref="RefusedException">The worker cannot start; the message is its one line.</exception>
    public async Task<Catalogue> GetAsync(CancellationToken cancel = default)
    {
        await _once.WaitAsync(cancel);
        try
        {
            return _catalogue ??= await worker.DescribeAsync(cancel);
        }
        finally
        {
            _once.Release();
        }
    }

    /// <summary>The catalogue; null where the worker cannot start, for pages that can do without it.</summary>
    public async Task<Catalogue?> TryGetAsync(CancellationToken cancel = default)
    {
        try
        {
            return await GetAsync(cancel);
        }
        catch (Exception e) when (e is RefusedException or FileNotFoundException or DiskFullException or Win32Exception)
        {
            return null;
        }
    }
}
