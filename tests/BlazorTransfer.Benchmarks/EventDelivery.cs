using System.CommandLine;
using System.Diagnostics;
using BlazorTransfer.Core.Protocol;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;

namespace BlazorTransfer.Benchmarks;

/// <summary>
/// How fast an event reaches many clients: from the time in the record, which its writer set, to its receipt. The application runs in a
/// process of its own, and so does a run that writes two steps a second; all clients are in this process and watch that run.
/// </summary>
internal static class EventDelivery
{
    public static Command Create()
    {
        var clients = new Option<int>("--clients") { Description = "SignalR clients.", DefaultValueFactory = _ => 500 };
        var seconds = new Option<int>("--seconds") { Description = "How long is measured.", DefaultValueFactory = _ => 60 };
        var command = new Command("events", "Measures how fast events reach many clients.") { clients, seconds };
        command.SetAction((parsed, cancel) => MeasureAsync(parsed.GetValue(clients), parsed.GetValue(seconds), cancel));
        return command;
    }

    private static async Task MeasureAsync(int count, int seconds, CancellationToken cancel)
    {
        using WatchedApp app = await WatchedApp.StartAsync(cancel);
        double before = app.Megabytes;
        var delays = new Delays();
        HubConnection[] connections = [.. Enumerable.Range(0, count).Select(_ => Build(app))];
        // A few at a time: it is the delivery that is measured, not the rush.
        await Parallel.ForEachAsync(
            connections,
            new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancel },
            StartAsync
        );
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Task[] readers = [.. connections.Select(c => ReadAsync(c, app, delays, ended.Token))];
        Console.WriteLine($"{count} clients are connected; the server takes {app.Megabytes:N0} MB ({before:N0} MB without them).");
        // Until all have caught up with what was written before they came.
        while (delays.Clients < count)
            await Task.Delay(TimeSpan.FromSeconds(1), cancel);
        await Task.Delay(TimeSpan.FromSeconds(5), cancel);
        delays.Begin();
        TimeSpan busy = app.ProcessorTime;
        long began = Stopwatch.GetTimestamp();
        await Task.Delay(TimeSpan.FromSeconds(seconds), cancel);
        TimeSpan took = Stopwatch.GetElapsedTime(began);
        double[] sorted = delays.End();
        Console.WriteLine(
            $"{sorted.Length:N0} messages in {took.TotalSeconds:N0} s, "
                + $"{sorted.Length / took.TotalSeconds / count:N2} a second for each client"
        );
        Console.WriteLine(
            $"from written to received: p50 {Percentile(sorted, 0.5):N0} ms, p99 {Percentile(sorted, 0.99):N0} ms, "
                + $"longest {Percentile(sorted, 1):N0} ms"
        );
        Console.WriteLine($"server: {app.Megabytes:N0} MB, {(app.ProcessorTime - busy) / took:P0} of a core");
        await ended.CancelAsync();
        await Task.WhenAll(readers);

        async ValueTask StartAsync(HubConnection connection, CancellationToken token) => await connection.StartAsync(token);
    }

    private static HubConnection Build(WatchedApp app) =>
        new HubConnectionBuilder()
            .WithUrl(
                new Uri(app.Address, "hubs/runs"),
                options =>
                {
                    options.SkipNegotiation = true;
                    options.Transports = HttpTransportType.WebSockets;
                    options.Headers["Cookie"] = app.Cookie;
                }
            )
            .AddJsonProtocol(json => json.PayloadSerializerOptions = ProtocolJson.Line)
            .Build();

    private static async Task ReadAsync(HubConnection connection, WatchedApp app, Delays delays, CancellationToken ended)
    {
        bool isFirst = true;
        try
        {
            await foreach (RunEvent e in connection.StreamAsync<RunEvent>("StreamRun", app.ProjectId, app.RunId, 0L, ended))
            {
                if (e is not StepCompleted)
                    continue;
                delays.Add((DateTimeOffset.UtcNow - e.Time).TotalMilliseconds, isFirst);
                isFirst = false;
            }
        }
        catch (OperationCanceledException) { }
        finally
        {
            await connection.DisposeAsync();
        }
    }

    private static double Percentile(double[] sorted, double part) =>
        sorted.Length == 0 ? double.NaN : sorted[Math.Min(sorted.Length - 1, (int)(part * sorted.Length))];

    /// <summary>The delays of all clients.</summary>
    private sealed class Delays
    {
        private readonly Lock _lock = new();
        private List<double>? _measured;

        public void Begin()
        {
            lock (_lock)
                _measured = [];
        }

        /// <summary>How many clients have received something.</summary>
        public int Clients { get; private set; }

        public void Add(double milliseconds, bool isFirst)
        {
            lock (_lock)
            {
                Clients += isFirst ? 1 : 0;
                _measured?.Add(milliseconds);
            }
        }

        /// <returns>The delays, the shortest first.</returns>
        public double[] End()
        {
            lock (_lock)
            {
                double[] all = [.. _measured!.Order()];
                _measured = null;
                return all;
            }
        }
    }
}
