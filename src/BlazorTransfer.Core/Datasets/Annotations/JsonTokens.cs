using System.Text.Json;

namespace BlazorTransfer.Core.Datasets.Annotations;

/// <summary>Reads a JSON file token by token, with as much of it in memory as its longest token has, which is limited.</summary>
/// <param name="name">The file's name, for messages.</param>
/// <param name="content">Its bytes, in UTF-8.</param>
internal sealed class JsonTokens(string name, Stream content)
{
    private const int FirstBytes = 1 << 16;
    private const int MostTokenBytes = 1 << 20;
    private byte[] _buffer = new byte[FirstBytes];
    private int _start;
    private int _end;
    private bool _isLast;
    private JsonReaderState _state = new(new JsonReaderOptions { MaxDepth = 32 });

    public JsonTokenType Type { get; private set; }

    /// <summary>A property's name, or a text; null for other tokens.</summary>
    public string? Text { get; private set; }

    /// <summary>A number; NaN for other tokens.</summary>
    public double Number { get; private set; }

    private int Depth { get; set; }

    /// <summary>Moves to the next token; false at the end of the file.</summary>
    /// <exception cref="ImportException">It is no JSON, or a token is longer than allowed.</exception>
    public bool Read()
    {
        SkipMark();
        while (true)
        {
            try
            {
                var reader = new Utf8JsonReader(_buffer.AsSpan(_start, _end - _start), _isLast, _state);
                bool hasRead = reader.Read();
                _state = reader.CurrentState;
                _start += (int)reader.BytesConsumed;
                if (hasRead)
                {
                    (Type, Depth) = (reader.TokenType, reader.CurrentDepth);
                    Text = Type is JsonTokenType.PropertyName or JsonTokenType.String ? reader.GetString() : null;
                    Number = Type == JsonTokenType.Number && reader.TryGetDouble(out double number) ? number : double.NaN;
                    return true;
                }
            }
            catch (JsonException e)
            {
                throw new ImportException(
                    "annotations.no-json",
                    $"{name} is no valid JSON, in line {(e.LineNumber ?? 0) + 1}. Export it again; NaN is not a number in JSON."
                );
            }
            catch (InvalidOperationException)
            {
                // A text that is no valid UTF-8 or UTF-16.
                throw new ImportException("annotations.no-text", $"{name} has text that is damaged. Export it again, as UTF-8.");
            }

            if (_isLast)
                return false;
            Fill();
        }
    }

    /// <summary>Moves to the end of the value that begins here, or of the property whose name was read.</summary>
    public void Skip()
    {
        if (Type == JsonTokenType.PropertyName && !Read())
            return;
        if (Type is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
            return;
        int depth = Depth;
        while (Read() && Depth > depth) { }
    }

    /// <summary>Goes through the properties of the object that begins here; the action reads or skips the value.</summary>
    public void Object(Action<string> property)
    {
        if (Type != JsonTokenType.StartObject)
        {
            Skip();
            return;
        }

        while (Read() && Type == JsonTokenType.PropertyName)
            property(Text!);
    }

    /// <summary>Goes through the values of the array that is the next value; the action reads or skips each.</summary>
    /// <returns>Whether it is an array.</returns>
    public bool Array(Action value)
    {
        if (!Read() || Type != JsonTokenType.StartArray)
        {
            Skip();
            return false;
        }

        while (Read() && Type != JsonTokenType.EndArray)
            value();
        return true;
    }

    private void SkipMark()
    {
        if (_end > 0 || _isLast)
            return;
        Fill();
        if (_buffer.AsSpan(0, _end).StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
            _start = 3;
    }

    private void Fill()
    {
        if (_start == 0 && _end == _buffer.Length)
        {
            if (_buffer.Length >= MostTokenBytes)
                throw new ImportException(
                    "annotations.long-text",
                    $"{name} has a text or number of more than {MostTokenBytes >> 20} MB, which no annotation has."
                );
            System.Array.Resize(ref _buffer, 2 * _buffer.Length);
        }
        else
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        int read = content.Read(_buffer, _end, _buffer.Length - _end);
        _end += read;
        _isLast = read == 0;
    }
}
