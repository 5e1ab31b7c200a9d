using BlazorTransfer.Core.Models;
using BlazorTransfer.Web.Execution;

namespace BlazorTransfer.Web.Features.Models;

/// <summary>
/// Enters the weights that come with the program, at each start and before any page is served, so that the very first run on a machine
/// without internet is one that transfers.
/// </summary>
internal sealed class BuiltInWeightsImport(WeightsLibrary library, WorkerLocator worker, ILogger<BuiltInWeightsImport> log) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            foreach ((BuiltInWeights card, string file) in BuiltInWeights.Of(worker.Folder))
                library.EnterBuiltIn(card, file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.Text.Json.JsonException)
        {
            // The application is of use without them, and each page that needs the worker says what is wrong with it.
            log.LogWarning("The built-in weights could not be taken over: {Reason}", e.Message);
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
