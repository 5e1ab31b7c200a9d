using System.Diagnostics;
using System.Text.Json;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Models;
using BlazorTransfer.Core.Previews;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Web.Security;

namespace BlazorTransfer.Web.Execution;

/// <summary>Asks the worker's program short questions.</summary>
internal sealed class WorkerCommands(WorkerLocator locator)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public Task<Catalogue> DescribeAsync(CancellationToken cancel) => AskAsync<Catalogue>(cancel, "describe", "--json");

    /// <exception cref="RefusedException">The file is refused; the message is the worker's.</exception>
    public Task<WeightsInspection> InspectWeightsAsync(string file, CancellationToken cancel) =>
        AskAsync<WeightsInspection>(cancel, "inspect-weights", file, "--json");

    /// <exception cref="RefusedException">The network cannot be measured; the message is the worker's.</exception>
    public Task<BackboneSpeed> MeasureAsync(string backbone, CancellationToken cancel) =>
        AskAsync<BackboneSpeed>(cancel, "measure", backbone, "--json");

    /// <param name="job">What to show.</param>
    /// <param name="file">Where the job is written for the worker; deleted at the end.</param>
    /// <param name="cancel">Ends the worker.</param>
    /// <exception cref="RefusedException">It cannot be shown; the message is the worker's.</exception>
    public async Task<PreviewSheet> PreviewAugmentationAsync(PreviewJob job, string file, CancellationToken cancel)
    {
        job.Save(file);
        try
        {
            return await AskAsync<PreviewSheet>(cancel, "preview-augmentation", "--job", file, "--json");
        }
        finally
        {
            File.Delete(file);
        }
    }

    private async Task<T> AskAsync<T>(CancellationToken cancel, params string[] arguments)
    {
        ProcessStartInfo start = locator.Start(arguments);
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(Patience);
        using Process process = Process.Start(start)!;
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(limit.Token),
                errors = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            if (process.ExitCode == 0)
                return JsonSerializer.Deserialize<T>(await output, ProtocolJson.Line)!;
            throw new RefusedException(
                (await errors).Split('\n')[0] is { Length: > 0 } line ? line : $"The worker ended with code {process.ExitCode}."
            );
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new RefusedException($"The worker did not answer within {Patience.TotalMinutes} minutes.");
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }
}
