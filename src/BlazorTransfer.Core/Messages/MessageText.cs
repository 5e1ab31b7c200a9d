using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace BlazorTransfer.Core.Messages;

/// <summary>Takes an interpolated string apart into its English text and the values in it. The compiler calls it where a method has such a
/// parameter.</summary>
/// <param name="literalLength">Estimated length.</param>
/// <param name="formattedCount">Number of values.</param>
[InterpolatedStringHandler]
public sealed class MessageText(int literalLength, int formattedCount)
{
    private readonly StringBuilder _english = new(literalLength + 16 * formattedCount);
    private readonly List<MessageArgument> _arguments = new(formattedCount);

    internal string English => _english.ToString();

    internal IReadOnlyList<MessageArgument> Arguments => _arguments;

    public void AppendLiteral(string text) => _english.Append(text);

    public void AppendFormatted(string? text) => Append(new MessageArgument(text ?? ""), text);

    public void AppendFormatted(long number, string? format = null) =>
        Append(new MessageArgument(number), number.ToString(format, CultureInfo.InvariantCulture));

    public void AppendFormatted(double number, string? format = null) =>
        Append(new MessageArgument(number), number.ToString(format, CultureInfo.InvariantCulture));

    /// <summary>Texts separated by commas, or by what separates them in the language of the page.</summary>
    public void AppendFormatted(IEnumerable<string> texts)
    {
        string[] list = [.. texts];
        Append(new MessageArgument(list), string.Join(", ", list));
    }

    public void AppendFormatted(Message message) => Append(new MessageArgument(message), message.English);

    private void Append(MessageArgument argument, string? english)
    {
        _arguments.Add(argument);
        _english.Append(english);
    }
}
