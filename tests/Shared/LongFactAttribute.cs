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
    public LongFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line) => Explicit = true;

    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [new("Category", "Long")];
}
