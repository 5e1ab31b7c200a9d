using System.Globalization;
using System.Text.Json;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Core.Text;
using BlazorTransfer.Core.Tuning;
using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Localization;
using BlazorTransfer.Web.Refusals;
using Microsoft.AspNetCore.Components;
using ParameterValue = BlazorTransfer.Core.Catalog.ParameterValue;

namespace BlazorTransfer.Web.Features.NewRun;

/// <summary>Common part of the finders on the expert form: they follow a worker, which ends when the page is left.</summary>
/// <typeparam name="TReport">The result.</typeparam>
public abstract class FinderBase<TReport> : PageBase, IDisposable
    where TReport : class
{
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(200);

    private readonly Lock _gate = new();
    private readonly List<TuningEvent> _news = [];
    private CancellationTokenSource? _cancel;
    private string? _askedFor;

    [Parameter, EditorRequired]
    public string ProjectId { get; set; } = "";

    /// <summary>The current choices of the form.</summary>
    [Parameter, EditorRequired]
    public RunRequest Request { get; set; } = null!;

    [Parameter]
    public bool MayEdit { get; set; }

    /// <summary>Takes values into the form.</summary>
    [Parameter]
    public EventCallback<IReadOnlyDictionary<string, ParameterValue>> OnUse { get; set; }

    [Inject]
    private protected TuningService Tuning { get; set; } = null!;

    private protected TReport? Report { get; private set; }

    /// <summary>Why it failed, in words.</summary>
    private protected string? Error { get; private set; }

    private protected TuningProgressed? Progress { get; private set; }

    private protected bool IsAtWork => _cancel is not null;

    private protected bool IsOpen => IsAtWork || Report is not null || Error is not null;

    /// <summary>The form has changed since, in something that the finding depends on.</summary>
    private protected bool IsStale => !IsAtWork && Report is not null && _askedFor != KeyOf(Request);

    /// <summary>How often it was started: a chart belongs to one of them.</summary>
    private protected int Attempt { get; private set; }

    /// <summary>What was taken into the form last, in words; null where nothing was.</summary>
    private protected string? Used { get; private set; }

    public void Dispose()
    {
        _cancel?.Cancel();
        GC.SuppressFinalize(this);
    }

    /// <summary>Hyper-parameters that the finding does not depend on.</summary>
    private protected abstract IReadOnlyCollection<string> Irrelevant { get; }

    private protected abstract Task<TReport> AskAsync(Action<TuningEvent> take, CancellationToken cancel);

    /// <summary>Forgets what was seen of the attempt before.</summary>
    private protected abstract void Clear();

    /// <summary>Takes in an event, on the page's own thread.</summary>
    private protected abstract void See(TuningEvent happened);

    /// <summary>A learning rate as one would type it.</summary>
    private protected static string Rate(double rate) => rate.ToString(rate < 1e-3 ? "0.#e-0" : "0.####", CultureInfo.InvariantCulture);

    private protected async Task StartOrCancelAsync()
    {
        if (_cancel is not null)
        {
            await _cancel.CancelAsync();
            return;
        }

        using var cancel = _cancel = new CancellationTokenSource();
        (Report, Error, Progress, Used, _askedFor) = (null, null, null, null, KeyOf(Request));
        Attempt++;
        Clear();
        try
        {
            Task<TReport> work = AskAsync(Take, cancel.Token);
            while (await Task.WhenAny(work, Task.Delay(Refresh)) != work)
                SeeNews();
            Report = await work;
        }
        catch (OperationCanceledException)
        {
            if (!cancel.IsCancellationRequested)
                Error = Texts<NewRunTexts>.Get("WorkerStopped");
        }
        catch (Exception e)
            when (e
                    is RefusedException
                        or ForbiddenException
                        or NotFoundException
                        or FileNotFoundException
                        or System.ComponentModel.Win32Exception
            )
        {
            Error = ServerPaths.Hide(EngineTexts.Of(Message.Of(e)));
        }
        finally
        {
            SeeNews();
            _cancel = null;
        }
    }

    private protected async Task UseAsync(string words, params (string Name, ParameterValue Value)[] values)
    {
        await OnUse.InvokeAsync(values.ToDictionary(v => v.Name, v => v.Value));
        Used = words;
    }

    // On any thread.
    private void Take(TuningEvent happened)
    {
        lock (_gate)
            _news.Add(happened);
    }

    private void SeeNews()
    {
        TuningEvent[] news;
        lock (_gate)
        {
            news = [.. _news];
            _news.Clear();
        }

        foreach (TuningEvent happened in news)
        {
            if (happened is TuningProgressed progress)
                Progress = progress;
            See(happened);
        }

        if (news.Length > 0)
            StateHasChanged();
    }

    // A seed changes the noise, and what a run is called or how often it is repeated changes nothing.
    private string KeyOf(RunRequest request) =>
        JsonSerializer.Serialize(
            request with
            {
                Name = "",
                Seed = 0,
                Repeats = 1,
                Folds = 0,
                Search = null,
                Parameters = request
                    .Parameters.Where(p => !Irrelevant.Contains(p.Key))
                    .OrderBy(p => p.Key, StringComparer.Ordinal)
                    .ToDictionary(p => p.Key, p => p.Value),
            },
            ProtocolJson.Line
        );
}
