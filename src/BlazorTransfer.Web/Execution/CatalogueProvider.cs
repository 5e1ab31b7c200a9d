using BlazorTransfer.Core.Catalog;

namespace BlazorTransfer.Web.Execution;

/// <summary>The worker's catalogue, asked for once; a failure is told and tried again at the next question.</summary>
internal sealed class CatalogueProvider(WorkerCommands worker)
{
    private readonly SemaphoreSlim _once = new(1);
    private Catalogue? _catalogue;

    /// <exception cref="Refusals.RefusedException">The worker cannot start; the message is its one line.</exception>
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
}
