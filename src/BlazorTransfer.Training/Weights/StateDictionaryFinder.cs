using System.Text.RegularExpressions;
using BlazorTransfer.Core.Messages;

namespace BlazorTransfer.Training.Weights;

/// <summary>The tensors that lie in one dictionary of a file.</summary>
/// <param name="Names">Their names, in the order of the file.</param>
/// <param name="Path">The keys that lead to the dictionary, joined by dots; empty for the outermost. Called for few.</param>
internal sealed record TensorGroup(IReadOnlyList<string> Names, Func<string> Path);

/// <summary>The state dictionary that a file is read for.</summary>
/// <param name="Group">Number of the dictionary.</param>
/// <param name="Prefix">What its names begin with in the file.</param>
/// <param name="Names">Its names in the file, with the prefix.</param>
/// <param name="Note">See <see cref="WeightsContent.Note"/>.</param>
internal sealed record FoundStateDictionary(int Group, string Prefix, IReadOnlyList<string> Names, Message? Note);

/// <summary>
/// Finds the network's tensors among all of a file, however they are wrapped: <c>module.</c>, <c>state_dict</c>, an averaged copy or an
/// optimizer beside them. Names alone decide. Every known network has a first layer of one of a few names, and what stands before that
/// name is the prefix. Of several networks the largest is taken; of equal ones the trained rather than the averaged.
/// </summary>
internal static partial class StateDictionaryFinder
{
    /// <summary>What the first tensor of a network is called; a test compares them with all backbones.</summary>
    public static readonly IReadOnlyList<string> FirstTensors =
    [
        "conv1.weight",
        "features.0.weight",
        "features.0.0.weight",
        "features.conv0.weight",
        "conv1.0.weight",
        "conv1.conv.weight",
        "Conv2d_1a_3x3.conv.weight",
        "layers.0.weight",
        "stem.0.weight",
    ];

    // Blocks inside a network have layers of these names too, but far fewer than so many.
    private const int MostCandidates = 1000;

    // A network inside another's prefix is one of its own, such as an averaged copy, if it has at least this share of the tensors.
    private const int RivalShare = 5;
    private const int ShownParts = 4;

    private static readonly string[] Wrappers =
    [
        "module",
        "model",
        "_orig_mod",
        "net",
        "network",
        "backbone",
        "encoder",
        "student",
        "teacher",
        "state_dict",
    ];
    private static readonly string[] AveragedWords = ["ema", "averaged", "avg", "swa", "shadow", "teacher", "momentum", "k"];
    private static readonly string[] OptimizerWords = ["optim", "optimizer", "exp", "grad"];

    /// <param name="groups">All dictionaries of the file that hold tensors, at least one.</param>
    public static FoundStateDictionary Find(IReadOnlyList<TensorGroup> groups)
    {
        Candidate[] candidates = [.. groups.SelectMany(CandidatesIn).Take(MostCandidates).Select(c => c.Counted(groups))];
        Candidate chosen = candidates.Length > 0 ? Best(candidates, groups) : WithoutFirstTensor(groups);
        string[] rivals = [.. RivalsOf(chosen, candidates).Select(r => r.Prefix)];
        string[] names = [.. groups[chosen.Group].Names.Where(n => StartsWith(n, chosen.Prefix) && !rivals.Any(r => StartsWith(n, r)))];
        return new FoundStateDictionary(chosen.Group, chosen.Prefix, names, Describe(groups, chosen, names));
    }

    private static IEnumerable<Candidate> CandidatesIn(TensorGroup group, int number)
    {
        var prefixes = new HashSet<string>(StringComparer.Ordinal);
        foreach (string name in group.Names)
        foreach (string first in FirstTensors)
        {
            int length = name.Length - first.Length;
            bool isFirst =
                length >= 0 && name.EndsWith(first, StringComparison.Ordinal) && (length == 0 || name[length - 1] is '.' or '/' or ':');
            if (isFirst && prefixes.Add(name[..length]))
                yield return new Candidate(number, name[..length], 0);
        }
    }

    private static Candidate Best(Candidate[] candidates, IReadOnlyList<TensorGroup> groups)
    {
        (Candidate Candidate, int Own)[] sized = [.. candidates.Select(c => (c, c.Count - RivalsOf(c, candidates).Sum(r => r.Count)))];
        int most = sized.Max(s => s.Own);
        // An averaged copy may lack a few counters, or have one more.
        return sized
            .Where(s => s.Own * 10L >= most * 9L)
            .Select(s => s.Candidate)
            .MinBy(c => Doubt($"{groups[c.Group].Path()}.{c.Prefix}"))!;
    }

    /// <summary>Networks inside a candidate's prefix that are no part of it; none of them inside another.</summary>
    private static Candidate[] RivalsOf(Candidate outer, Candidate[] candidates)
    {
        Candidate[] inside =
        [
            .. candidates.Where(c =>
                c.Group == outer.Group
                && c.Prefix.Length > outer.Prefix.Length
                && StartsWith(c.Prefix, outer.Prefix)
                && c.Count * RivalShare >= outer.Count
            ),
        ];
        return [.. inside.Where(c => !inside.Any(o => o.Prefix.Length < c.Prefix.Length && StartsWith(c.Prefix, o.Prefix)))];
    }

    /// <summary>No known network: the dictionary of most tensors, without the wrappers that all its names begin with.</summary>
    private static Candidate WithoutFirstTensor(IReadOnlyList<TensorGroup> groups)
    {
        int most = groups.Max(g => g.Names.Count);
        int number = Enumerable
            .Range(0, groups.Count)
            .Where(i => groups[i].Names.Count == most)
            .Take(MostCandidates)
            .MinBy(i => Doubt(groups[i].Path()));
        return new Candidate(number, CommonPrefix(groups[number].Names), most);
    }

    /// <summary>The longest common prefix of wrappers' names; other common parts may be the network's own.</summary>
    private static string CommonPrefix(IReadOnlyList<string> names)
    {
        ReadOnlySpan<char> common = names[0];
        foreach (string name in names)
            common = common[..common.CommonPrefixLength(name)];
        int end = 0;
        while (common[end..].IndexOf('.') is var length and > 0 && Wrappers.Contains(common.Slice(end, length).ToString()))
            end += length + 1;
        return common[..end].ToString();
    }

    /// <summary>How unlikely a place is to hold the network itself: 0 for none of the words, 1 for a copy, 2 for an optimizer.</summary>
    private static int Doubt(string place)
    {
        string[] words = [.. Word().Matches(place).Select(m => m.Value.ToLowerInvariant())];
        return words.Any(OptimizerWords.Contains) ? 2
            : words.Any(AveragedWords.Contains) ? 1
            : 0;
    }

    private static Message? Describe(IReadOnlyList<TensorGroup> groups, Candidate chosen, string[] names)
    {
        string path = groups[chosen.Group].Path();
        string[] unused = Unused(groups, chosen, names);
        string where = WeightsLimits.Shown(path),
            prefix = WeightsLimits.Shown(chosen.Prefix);
        Message? read = (path.Length > 0, chosen.Prefix.Length > 0) switch
        {
            (true, true) => Message.Of(
                "weights.read-from-without-prefix",
                $"Read {names.Length} tensors from '{where}', without the prefix '{prefix}' of their names."
            ),
            (true, false) => Message.Of("weights.read-from", $"Read {names.Length} tensors from '{where}'."),
            (false, true) => Message.Of(
                "weights.read-without-prefix",
                $"Read {names.Length} tensors, without the prefix '{prefix}' of their names."
            ),
            (false, false) => unused.Length > 0 ? Message.Of("weights.read", $"Read {names.Length} tensors.") : null,
        };
        if (read is null || unused.Length == 0)
            return read;
        return Message.Join([
            read,
            unused.Length <= ShownParts
                ? Message.Of("weights.not-used", $"Not used: {unused}.")
                : Message.Of("weights.not-used-and-more", $"Not used: {unused.Take(ShownParts)} and more."),
        ]);
    }

    /// <summary>What else holds tensors, a text a part; one more than is shown at most.</summary>
    private static string[] Unused(IReadOnlyList<TensorGroup> groups, Candidate chosen, string[] names)
    {
        HashSet<string> used = [.. names];
        string taken = FirstPart(groups[chosen.Group].Path());
        IEnumerable<string> beside = groups[chosen.Group].Names.Where(n => !used.Contains(n)).Select(n => PlaceBeside(n, chosen.Prefix));
        IEnumerable<string> elsewhere = groups
            .Where((_, i) => i != chosen.Group)
            .Select(g => g.Path())
            .Select(p => FirstPart(p) is var part && part == taken ? p : part.TrimEnd('.'))
            .Select(p => p.Length == 0 ? "tensors beside the dictionaries" : p);
        return [.. beside.Concat(elsewhere).Distinct().Take(ShownParts + 1).Select(p => $"'{WeightsLimits.Shown(p)}'")];
    }

    /// <summary>The parts of a name up to the first in which it differs from the network's prefix.</summary>
    private static string PlaceBeside(string name, string prefix)
    {
        int begin = 0;
        while (FirstPart(name[begin..]) is { Length: > 0 } part && StartsWith(prefix[Math.Min(begin, prefix.Length)..], part))
            begin += part.Length;
        return name[..(begin + FirstPart(name[begin..]).Length)].TrimEnd('.');
    }

    private static string FirstPart(string path) => path.IndexOf('.') is var dot and >= 0 ? path[..(dot + 1)] : path;

    private static bool StartsWith(string text, string prefix) => text.StartsWith(prefix, StringComparison.Ordinal);

    [GeneratedRegex("[A-Za-z]+", RegexOptions.CultureInvariant)]
    private static partial Regex Word();

    /// <summary>A place where a network may begin.</summary>
    /// <param name="Group">Number of the dictionary.</param>
    /// <param name="Prefix">Beginning of its names.</param>
    /// <param name="Count">Tensors that begin so.</param>
    private sealed record Candidate(int Group, string Prefix, int Count)
    {
        public Candidate Counted(IReadOnlyList<TensorGroup> groups) =>
            this with
            {
                Count = groups[Group].Names.Count(n => StartsWith(n, Prefix)),
            };
    }
}
