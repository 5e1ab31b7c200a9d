using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Imaging;
using CliWrap;

namespace BlazorTransfer.Web.Execution;

/// <summary>What one image may cost.</summary>
/// <param name="MemoryBytes">Memory of the process, in bytes; kept by Linux only.</param>
/// <param name="Time">Time of the processor. A wait is not counted, so that a busy machine rejects nothing.</param>
internal sealed record ImageProcessLimits(long MemoryBytes, TimeSpan Time);

/// <summary>A process that decodes one image at a time, as <see cref="ImageServer"/> does, and ends with this object.</summary>
internal sealed class ImageProcess : IAsyncDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    // A process that waits for something that never comes takes no time of the processor.
    private const int LongestWait = 30;
    private readonly Channel<byte[]> _requests = Channel.CreateUnbounded<byte[]>();
    private readonly Channel<string> _answers = Channel.CreateUnbounded<string>();
    private readonly CancellationTokenSource _kill = new();
    private readonly ImageProcessLimits _limits;
    private readonly TimeProvider _clock;
    private Process? _process;
    private Task _run = Task.CompletedTask;

    private ImageProcess(ImageProcessLimits limits, TimeProvider clock) => (_limits, _clock) = (limits, clock);

    public bool HasEnded => _run.IsCompleted;

    /// <summary>It has decoded an image before.</summary>
    public bool IsUsed { get; private set; }

    /// <exception cref="InvalidOperationException">The process cannot be started.</exception>
    public static async Task<ImageProcess> StartAsync(
        Command command,
        ImageProcessLimits limits,
        TimeProvider clock,
        CancellationToken cancel
    )
    {
        var started = new ImageProcess(limits, clock);
        try
        {
            started.Run(command);
            if (
                await started._answers.Reader.WaitToReadAsync(cancel)
                && await started._answers.Reader.ReadAsync(cancel) == ImageServer.Ready
            )
                return started;
        }
        catch (Exception e) when (e is Win32Exception or FileNotFoundException)
        {
            throw new InvalidOperationException("The program that decodes images could not be started.", e);
        }
        catch
        {
            await started.DisposeAsync();
            throw;
        }

        await started.DisposeAsync();
        throw new InvalidOperationException("The program that decodes images ended at its start.");
    }

    /// <summary>Asks, and waits for the answer within the limits. A process that exceeds them is ended.</summary>
    public async Task<ImageAnswer> AskAsync(ImageRequest request, byte[] file, CancellationToken cancel)
    {
        TimeSpan before = ProcessorTime() ?? TimeSpan.Zero;
        long start = _clock.GetTimestamp();
        await _requests.Writer.WriteAsync(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(request, ProtocolJson.Line) + "\n"), cancel);
        await _requests.Writer.WriteAsync(file, cancel);
        Task<bool> waiting = _answers.Reader.WaitToReadAsync(cancel).AsTask();
        while (await Task.WhenAny(waiting, Task.Delay(Look, cancel)) != waiting)
        {
            cancel.ThrowIfCancellationRequested();
            if (ProcessorTime() - before > _limits.Time || _clock.GetElapsedTime(start) > LongestWait * _limits.Time)
            {
                await EndAsync();
                return new ImageAnswer(
                    Rejection: Message.Of(
                        "image.slow",
                        $"It takes more than {Math.Round(_limits.Time.TotalSeconds, 1)} seconds to decode. Open it in a picture "
                            + $"editor and save "
                            + $"it again."
                    )
                );
            }
        }

        if (await waiting && _answers.Reader.TryRead(out string? answer))
        {
            IsUsed = true;
            return JsonSerializer.Deserialize<ImageAnswer>(answer, ProtocolJson.Line)!;
        }

        await EndAsync();
        return new ImageAnswer(
            Rejection: Message.Of(
                "image.crashes",
                $"It crashes the decoder, or needs more than {_limits.MemoryBytes >> 20} MB to decode. Open it in a picture editor "
                    + $"and save "
                    + $"it again."
            )
        );
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _process?.Dispose();
        _kill.Dispose();
    }

    private void Run(Command command)
    {
        CommandTask<CommandResult> run = command
            .WithStandardInputPipe(PipeSource.Create(WriteAsync))
            .WithStandardOutputPipe(PipeTarget.Create(ReadAsync))
            .WithValidation(CommandResultValidation.None)
            .ExecuteAsync(_kill.Token);
        _process = Find(run.ProcessId);
        _run = WatchAsync(run);
    }

    private async Task WatchAsync(Task run)
    {
        try
        {
            await run;
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // A pending request sees the end of the answers.
        }
        finally
        {
            _answers.Writer.TryComplete();
        }
    }

    private async Task WriteAsync(Stream input, CancellationToken ended)
    {
        await foreach (byte[] bytes in _requests.Reader.ReadAllAsync(ended))
        {
            await input.WriteAsync(bytes, ended);
            await input.FlushAsync(ended);
        }
    }

    private async Task ReadAsync(Stream output, CancellationToken ended)
    {
        using var reader = new StreamReader(output, Encoding.UTF8);
        while (await reader.ReadLineAsync(ended) is { } line)
            _answers.Writer.TryWrite(line);
        _answers.Writer.TryComplete();
    }

    private async Task EndAsync()
    {
        await _kill.CancelAsync();
        _requests.Writer.TryComplete();
        await _run;
    }

    private TimeSpan? ProcessorTime()
    {
        try
        {
            _process?.Refresh();
            return _process?.TotalProcessorTime;
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            return null;
        }
    }

    private static Process? Find(int id)
    {
        try
        {
            return Process.GetProcessById(id);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
