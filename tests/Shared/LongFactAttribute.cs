using System.Runtime.CompilerServices;
using Xunit.v3;

namespace BlazorTransfer.Tests;

/// <summary>
/// A test that learns for minutes. <c>dotnet test</c> leaves it out; <c>dotnet test -- --explicit only</c> runs these alone, and
/// <c>--explicit on</c> all tests.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LongFactAttribute : FactAttribute, ITraitAttribute
{
    internal static readonly IReadOnlyCollection<KeyValuePair<string, string>> Traits = [new("Category", "Long")];

    public LongFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line) => Explicit = true;

    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => Traits;
}

/// <summary>As <see cref="LongFactAttribute"/>, with one test for each row of data.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LongTheoryAttribute : TheoryAttribute, ITraitAttribute
{
    public LongTheoryAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line) => Explicit = true;

    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => LongFactAttribute.Traits;
}
