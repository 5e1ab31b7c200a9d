using System.CommandLine;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Text;

namespace BlazorTransfer.Worker.Commands;

/// <summary>Options that take a whole number, read as the form reads it and refused in the same words.</summary>
internal static class NumberOption
{
    /// <param name="name">Name with its two dashes.</param>
    /// <param name="usual">Value where the option is absent.</param>
    /// <param name="description">One sentence for the help.</param>
    /// <param name="least">The smallest value that is taken.</param>
    public static Option<int> Create(string name, int usual, string description, int least = int.MinValue) =>
        new(name)
        {
            Description = description,
            DefaultValueFactory = _ => usual,
            CustomParser = result =>
            {
                if (NumberText.TryParseInteger(result.Tokens[0].Value, out int number, out Message? error))
                {
                    if (number >= least)
                        return number;
                    error = Message.Plain(FormattableString.Invariant($"It must be at least {least}."));
                }

                result.AddError($"{name}: {error}");
                return usual;
            },
        };
}
