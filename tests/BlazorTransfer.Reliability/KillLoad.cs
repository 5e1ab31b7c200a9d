using System.Net;
using System.Text.Json;
using BlazorTransfer.Imaging;

namespace BlazorTransfer.Reliability;

/// <summary>Several clients that write as fast as they get answers, and note what was acknowledged.</summary>
internal sealed class KillLoad(ApiSession session, Ledger ledger, string executions, string project, string dataset)
{
    private const int MostQueued = 25;
    private const int Clients = 6;

    /// <summary>More would only make the checks slow.</summary>
    private const int MostProjects = 40;
    private int _refused;
    private string? _refusal;

    /// <summary>Answers that were neither success nor the end of the application.</summary>
    public int Refused => _refused;

    public string? Refusal => _refusal;

    /// <summary>Writes until the application ends.</summary>
    public Task RunAsync(int seed, CancellationToken cancel) =>
        Task.WhenAll(Enumerable.Range(0, Clients).Select(i => Task.Run(() => WriteAsync(new Random((seed * 31) + i), cancel), cancel)));

    public async Task SubmitAsync(string behaviour, CancellationToken cancel)
    {
        long sent = AcknowledgedRun.Now;
        JsonElement run = await session.SubmitRunAsync(
            project,
            new
            {
                name = ledger.NewName("run"),
                datasetId = dataset,
                datasetVersion = 1,
                backbone = "fake",
                method = "fake-method",
                parameters = new Dictionary<string, string> { ["behaviour"] = behaviour },
            },
            cancel
        );
        string id = run.GetProperty("id").GetString()!;
        ledger.Runs[id] = new AcknowledgedRun(id, project, behaviour, sent, AcknowledgedRun.Now);
    }

    public async Task CancelAsync(AcknowledgedRun run, CancellationToken cancel)
    {
        run.MayBeCancelled = true;
        JsonElement answer = await session.PostAsync($"/api/v1/projects/{run.ProjectId}/runs/{run.Id}/cancel", (object?)null, cancel);
        run.CancelledAs = answer.GetProperty("status").GetString();
    }

    private async Task WriteAsync(Random random, CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                await ActAsync(random, cancel);
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
            {
                // The application has ended.
                return;
            }
            catch (RequestRefusedException e) when (e.Status == HttpStatusCode.ServiceUnavailable)
            {
                return;
            }
            catch (RequestRefusedException e) when (e.Status == HttpStatusCode.TooManyRequests)
            {
                // The queue is full, which is an answer; others go on.
                await Task.Delay(100, CancellationToken.None);
            }
            catch (RequestRefusedException e)
            {
                if (Interlocked.Increment(ref _refused) == 1)
                    _refusal = e.Message;
            }
        }
    }

    private async Task ActAsync(Random random, CancellationToken cancel)
    {
        switch (random.Next(10))
        {
            case 0 or 1 or 2 when ledger.Projects.Count < MostProjects || random.Next(10) == 0:
                string name = ledger.NewName("project");
                ledger.Projects[await session.CreateProjectAsync(name, cancel)] = name;
                break;
            case 3 or 4 or 5 when ledger.Projects.Keys.ToArray() is { Length: > 0 } projects:
                await UploadAsync(projects[random.Next(projects.Length)], random, cancel);
                break;
            case 6 or 7 when QueuedRuns() < MostQueued:
                await SubmitAsync(
                    random.Next(5) switch
                    {
                        0 => AcknowledgedRun.Waits,
                        1 => "report-failure",
                        _ => "succeed",
                    },
                    cancel
                );
                break;
            default:
                if (Cancellable(random) is { } run)
                    await CancelAsync(run, cancel);
                else if (ledger.Projects.Keys.ToArray() is { Length: > 0 } others)
                    await UploadAsync(others[random.Next(others.Length)], random, cancel);
                break;
        }
    }

    private async Task UploadAsync(string projectId, Random random, CancellationToken cancel)
    {
        byte[] zip = ApiSession.Zip([
            ("a/1.jpg", Jpeg(random)),
            ("a/2.jpg", Jpeg(random)),
            ("b/1.jpg", Jpeg(random)),
            ("b/2.jpg", Jpeg(random)),
        ]);
        (string import, string uploaded) = await session.UploadAsync(projectId, ledger.NewName("data"), zip, cancel);
        ledger.Uploads[import] = new AcknowledgedUpload(projectId, import, uploaded);
    }

    private AcknowledgedRun? Cancellable(Random random)
    {
        // A worker that waits holds up the queue; one of the others is cancelled now and then.
        AcknowledgedRun[] open =
        [
            .. ledger.Runs.Values.Where(r => !r.MayBeCancelled && (r.Behaviour == AcknowledgedRun.Waits || random.Next(20) == 0)),
        ];
        return open.Length == 0 ? null : open[random.Next(open.Length)];
    }

    private int QueuedRuns() => ledger.Runs.Count - ledger.Runs.Values.Count(r => r.MayBeCancelled) - Executed(executions).Count;

    /// <summary>Ids of the runs that workers have begun, in order.</summary>
    public static IReadOnlyList<string> Executed(string file)
    {
        if (!File.Exists(file))
            return [];
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        return new StreamReader(stream).ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>An image that no other is like.</summary>
    private static byte[] Jpeg(Random random)
    {
        var image = new RgbImage(16, 16);
        random.NextBytes(image.Pixels);
        using var stream = new MemoryStream();
        JpegEncoder.Encode(image, stream, 90);
        return stream.ToArray();
    }
}
