using System.Globalization;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Text;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Localization;

namespace BlazorTransfer.Web.Features.NewRun;

/// <summary>Kind of experiment that a form asks for.</summary>
public enum ExperimentKind
{
    Single,
    Seeds,
    Folds,
    Search,
}

/// <summary>A setting to search, with its range as typed.</summary>
public sealed class SearchedSetting(ParameterSpec spec, string low, string high)
{
    public ParameterSpec Spec { get; } = spec;
    public string Low { get; set; } = low;
    public string High { get; set; } = high;

    /// <summary>Values of a choice that are left out.</summary>
    public HashSet<string> LeftOut { get; } = [];

    public bool IsRange => Spec.Kind is ParameterKind.Integer or ParameterKind.Number;

    /// <summary>Why the range is not valid; null if it is.</summary>
    public string? Error => TextError ?? EngineTexts.Of(SearchPlan.WhatIsWrong(ToRange(), Spec));

    private string? TextError =>
        !IsRange ? null
        : !NumberText.TryParse(Low, out _, out Message? wrong) || !NumberText.TryParse(High, out _, out wrong)
            ? EngineTexts.Of(Message.Of("parameter.unreadable", $"{Spec.Title}: {wrong}"))
        : null;

    public SearchRange ToRange() =>
        Spec.Kind switch
        {
            ParameterKind.Boolean => new SearchRange(Spec.Name, Values: [false, true]),
            ParameterKind.Choice => new SearchRange(
                Spec.Name,
                Values: [.. Spec.Choices.Where(c => !LeftOut.Contains(c.Value)).Select(c => (ParameterValue)c.Value)]
            ),
            // Text that is no number becomes NaN, which no range allows.
            _ => new SearchRange(Spec.Name, Number(Low), Number(High)),
        };

    /// <summary>The text that was typed for a range.</summary>
    internal static SearchedSetting Of(ParameterSpec spec, SearchRange range)
    {
        var setting = new SearchedSetting(spec, Typed(range.Low), Typed(range.High));
        if (range.Values is { } values && spec.Kind == ParameterKind.Choice)
            setting.LeftOut.UnionWith(spec.Choices.Select(c => c.Value).Except(values.Select(v => v.ToString()!)));
        return setting;
    }

    // What was typed and is no number comes back as an empty field.
    private static string Typed(double number) => double.IsNaN(number) ? "" : number.ToString("G6", CultureInfo.InvariantCulture);

    private static double Number(string typed) => NumberText.TryParse(typed, out double number, out _) ? number : double.NaN;
}

/// <summary>The part of the expert form for repeats: seeds, folds or a search.</summary>
public sealed class ExperimentForm
{
    private readonly Dictionary<string, SearchedSetting> _searched = [];

    public ExperimentKind Kind { get; set; }

    /// <summary>Runs to start, with the form's seed and those after it.</summary>
    public int Seeds { get; set; } = 5;
    public int Folds { get; set; } = 5;
    public int Trials { get; set; } = 9;
    public bool SuccessiveHalving { get; set; } = true;

    /// <summary>Those of the searched settings that the method has.</summary>
    public IReadOnlyList<SearchedSetting> Searched(IReadOnlyList<ParameterSpec> specs) =>
        [.. specs.Where(s => _searched.ContainsKey(s.Name)).Select(s => _searched[s.Name])];

    /// <summary>Settings that can be added: what changes the model, and not how long or where it is computed.</summary>
    public IReadOnlyList<ParameterSpec> Searchable(IReadOnlyList<ParameterSpec> specs) =>
        [.. specs.Where(s => s.Searchable && !_searched.ContainsKey(s.Name))];

    /// <summary>Adds a setting, around the value that the form has for it.</summary>
    public void Add(ParameterSpec spec, ParameterValue value)
    {
        double around = value.AsNumber ?? 0;
        (double low, double high) = spec switch
        {
            { Logarithmic: true } when around > 0 => (around / 10, around * 10),
            { Logarithmic: true } => (1e-5, 0.1),
            _ => (Math.Min(around, around / 2), Math.Max(1, 2 * around)),
        };
        string Typed(double number) =>
            Math.Clamp(number, spec.Minimum ?? number, spec.Maximum ?? number).ToString("G6", CultureInfo.InvariantCulture);
        if (spec.Kind == ParameterKind.Integer)
            (low, high) = (Math.Floor(low), Math.Ceiling(high));
        _searched[spec.Name] = new SearchedSetting(spec, Typed(low), Typed(high));
    }

    public void Remove(SearchedSetting setting) => _searched.Remove(setting.Spec.Name);

    /// <summary>How many runs start, over all rounds.</summary>
    public int Runs =>
        Kind switch
        {
            ExperimentKind.Single => 1,
            ExperimentKind.Seeds => Seeds,
            ExperimentKind.Folds => Folds,
            ExperimentKind.Search => Trials,
            _ => throw new InvalidOperationException($"No count for {Kind}."),
        };

    internal RunRequest ApplyTo(RunRequest request, IReadOnlyList<ParameterSpec> specs) =>
        Kind switch
        {
            ExperimentKind.Single => request,
            ExperimentKind.Seeds => request with { Repeats = Seeds },
            ExperimentKind.Folds => request with { Folds = Folds },
            ExperimentKind.Search => request with { Search = Plan(specs) },
            _ => throw new InvalidOperationException($"No request for {Kind}."),
        };

    /// <summary>Takes over repeats, folds or a search of a request, as far as the method has the searched settings.</summary>
    internal void TakeOver(RunRequest request, IReadOnlyList<ParameterSpec> specs)
    {
        _searched.Clear();
        Kind = request switch
        {
            { Search: not null } => ExperimentKind.Search,
            { Folds: > 1 } => ExperimentKind.Folds,
            { Repeats: > 1 } => ExperimentKind.Seeds,
            _ => ExperimentKind.Single,
        };
        if (request.Folds > 1)
            Folds = request.Folds;
        if (request.Repeats > 1)
            Seeds = request.Repeats;
        if (request.Search is not { } search)
            return;
        (Trials, SuccessiveHalving) = (search.Trials, search.SuccessiveHalving);
        foreach (SearchRange range in search.Ranges)
        {
            if (specs.FirstOrDefault(s => s.Name == range.Name) is { } spec)
                _searched[spec.Name] = SearchedSetting.Of(spec, range);
        }
    }

    /// <param name="specs">The method's settings.</param>
    /// <param name="epochs">Of a trial that is trained to the end.</param>
    public SearchPlan Plan(IReadOnlyList<ParameterSpec> specs, int epochs = 0) =>
        new()
        {
            Trials = Trials,
            SuccessiveHalving = SuccessiveHalving,
            Ranges = [.. Searched(specs).Select(s => s.ToRange())],
            Epochs = epochs,
        };
}
