using System.Buffers;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.DependencyInjection;

namespace BlazorTransfer.Reliability;

/// <summary>
/// An open page, as the server sees it: a circuit with the components of the page. Answers the page's calls of scripts, and acknowledges
/// what it draws, as a browser does; it draws nothing.
/// </summary>
internal sealed partial class Circuit : IAsyncDisposable
{
    private readonly ApiSession _session;
    private readonly HubConnection _connection;
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string _id = "";
    private long _objects;
    private int _batches;
    private int _charts;

    private Circuit(ApiSession session)
    {
        _session = session;
        IHubConnectionBuilder builder = new HubConnectionBuilder().WithUrl(
            $"{session.BaseUrl}/_blazor",
            HttpTransportType.WebSockets,
            options => options.Headers["Cookie"] = session.Cookie
        );
        builder.Services.AddSingleton<IHubProtocol>(new BlazorPack());
        _connection = builder.Build();
        _connection.On<long, string, string, int, long, int>("JS.BeginInvokeJS", AnswerAsync);
        _connection.On<string, string>("JS.EndInvokeDotNet", (_, _) => { });
        _connection.On<int, int, byte[]>("JS.AttachComponent", (_, _, _) => { });
        _connection.On<long, byte[]>("JS.RenderBatch", AcknowledgeAsync);
        _connection.On<string>("JS.EndUpdateRootComponents", _ => { });
        _connection.On<string>("JS.Error", error => _failed.TrySetException(new InvalidOperationException($"The page failed: {error}")));
    }

    /// <summary>How often the server has drawn.</summary>
    public int Batches => Volatile.Read(ref _batches);

    /// <summary>How often the page has sent points to a chart.</summary>
    public int ChartUpdates => Volatile.Read(ref _charts);

    /// <summary>Faults once the page has failed.</summary>
    public Task Failed => _failed.Task;

    /// <summary>Opens a page and returns once its components are created.</summary>
    public static async Task<Circuit> OpenAsync(ApiSession session, string path)
    {
        string page = await session.GetTextAsync(path);
        JsonNode[] markers =
        [
            .. Marker().Matches(page).Select(m => JsonNode.Parse(m.Groups[1].Value)!).Where(m => m["type"]?.GetValue<string>() == "server"),
        ];
        if (markers.Length == 0)
            throw new InvalidOperationException($"{path} has no interactive component.");
        var circuit = new Circuit(session);
        await circuit._connection.StartAsync();
        string address = $"{session.BaseUrl}{path}";
        circuit._id =
            await circuit._connection.InvokeAsync<string?>("StartCircuit", $"{session.BaseUrl}/", address, "[]", "")
            ?? throw new InvalidOperationException("The server has not opened a circuit.");
        var operations = new JsonObject
        {
            ["batchId"] = 1,
            ["operations"] = new JsonArray([
                .. markers.Select(
                    (m, i) =>
                        (JsonNode)
                            new JsonObject
                            {
                                ["type"] = "add",
                                ["ssrComponentId"] = i + 1,
                                ["marker"] = m,
                            }
                ),
            ]),
        };
        await circuit._connection.SendAsync("UpdateRootComponents", operations.ToJsonString(), State().Match(page).Groups[1].Value);
        return circuit;
    }

    /// <summary>Returns once the server has drawn so often.</summary>
    public Task WaitForBatchesAsync(int count, TimeSpan patience) => WaitAsync(() => Batches >= count, patience);

    /// <summary>Returns once the page has sent points to its charts so often.</summary>
    public Task WaitForChartsAsync(int count, TimeSpan patience) => WaitAsync(() => ChartUpdates >= count, patience);

    private async Task WaitAsync(Func<bool> condition, TimeSpan patience)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        while (!condition())
        {
            if (Failed.IsFaulted)
                await Failed;
            if (clock.Elapsed > patience)
                throw new TimeoutException($"The page was drawn {Batches} times, and its charts {ChartUpdates} times.");
            await Task.Delay(20);
        }
    }

    /// <summary>Closes the page as a browser does: it tells the server, and the connection ends.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_id.Length > 0)
            await _session.PostFormAsync("/_blazor/disconnect", "circuitId", _id);
        await _connection.DisposeAsync();
    }

    /// <summary>Breaks the connection, as a computer that goes to sleep does.</summary>
    public ValueTask BreakAsync() => _connection.DisposeAsync();

    private Task AcknowledgeAsync(long batch, byte[] content)
    {
        Interlocked.Increment(ref _batches);
        return _connection.SendAsync("OnRenderCompleted", batch, null);
    }

    private Task AnswerAsync(long handle, string identifier, string arguments, int resultType, long target, int callType)
    {
        if (identifier == "append")
            Interlocked.Increment(ref _charts);
        // The server does not wait for calls without a number.
        if (handle == 0)
            return Task.CompletedTask;
        string result =
            resultType == 1 ? $$"""{"__jsObjectId":{{Interlocked.Increment(ref _objects)}}}"""
            : identifier == "blazorTransferTheme.watch" ? "false"
            : "null";
        return _connection.SendAsync("EndInvokeJSFromDotNet", handle, true, $"[{handle},true,{result}]");
    }

    [GeneratedRegex("<!--Blazor:({.*?})-->")]
    private static partial Regex Marker();

    [GeneratedRegex("<!--Blazor-Server-Component-State:(.*?)-->")]
    private static partial Regex State();

    /// <summary>The protocol of circuits: MessagePack under a name of its own.</summary>
    private sealed class BlazorPack : IHubProtocol
    {
        private readonly MessagePackHubProtocol _inner = new();

        public string Name => "blazorpack";
        public int Version => _inner.Version;
        public TransferFormat TransferFormat => TransferFormat.Binary;

        public bool IsVersionSupported(int version) => _inner.IsVersionSupported(version);

        public ReadOnlyMemory<byte> GetMessageBytes(HubMessage message) => _inner.GetMessageBytes(message);

        public bool TryParseMessage(
            ref ReadOnlySequence<byte> input,
            IInvocationBinder binder,
            [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out HubMessage? message
        ) => _inner.TryParseMessage(ref input, binder, out message);

        public void WriteMessage(HubMessage message, IBufferWriter<byte> output) => _inner.WriteMessage(message, output);
    }
}
