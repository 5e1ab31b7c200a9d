using System.Collections.Concurrent;
using System.ComponentModel;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Web.Localization;
using BlazorTransfer.Web.Refusals;

namespace BlazorTransfer.Web.Execution;

/// <summary>The worker's catalogue in the language of the page, asked for once; after a failure the next question asks again.</summary>
internal sealed class CatalogueProvider(WorkerCommands worker)
{
    private readonly SemaphoreSlim _once = new(1);
    private readonly ConcurrentDictionary<string, Catalogue> _translated = new();
    private Catalogue? _catalogue;

    /// <exception cref="RefusedException">The worker cannot start; the message is its one line.</exception>
    public async Task<Catalogue> GetAsync(CancellationToken cancel = default)
    {
        await _once.WaitAsync(cancel);
        try
        {
            _catalogue ??= await worker.DescribeAsync(cancel);
            return _translated.GetOrAdd(Languages.Current.Name, _ => CatalogueTexts.Translate(_catalogue));
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
