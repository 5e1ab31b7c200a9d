using System.Text.Json;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Protocol;

namespace BlazorTransfer.Core.Tests.Messages;

/// <summary>Messages keep their code and arguments wherever they are stored, and their English text everywhere.</summary>
public sealed class MessageTests
{
    private static readonly Message Whole = Message.Of(
        "test.whole",
        $"{"A text"}, {1234:N0} images, {0.25:P0}, {new[] { "ants", "bees" }}: {Message.Of("test.inner", $"an inner one")}"
    );

    [Fact]
    public void Of_InterpolatedString_SeparatesArgumentsFromEnglish()
    {
        Assert.Equal("A text, 1,234 images, 25 %, ants, bees: an inner one", Whole.English);
        Assert.Equal(["String", "Int64", "Double", "String[]", "Message"], Whole.Arguments.Select(a => a.Value.GetType().Name));
    }

    [Fact]
    public void Json_OfAMessage_ComesBackWhole()
    {
        Message read = RoundTrip(Whole);

        Assert.Equal(JsonSerializer.Serialize(Whole, ProtocolJson.Line), JsonSerializer.Serialize(read, ProtocolJson.Line));
        Assert.Equal((Whole.Code, Whole.English), (read.Code, read.English));
        Assert.Equal("test.inner", Assert.IsType<Message>(read.Arguments[^1].Value).Code);
    }

    [Fact]
    public void Json_OfABareText_IsAMessageWithoutCode()
    {
        Message read = JsonSerializer.Deserialize<Message>("\"It is damaged.\"", ProtocolJson.Line)!;

        Assert.Equal((null, "It is damaged."), (read.Code, read.English));
        Assert.Equal("\"It is damaged.\"", JsonSerializer.Serialize(read, ProtocolJson.Line));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{ \"code\": \"run.diverged\", \"text\": null }")]
    [InlineData("{ \"code\": \"run.diverged\", \"arguments\": [true], \"text\": \"It diverged.\" }")]
    public void Json_WithoutATextOrWithAnotherArgument_IsRefused(string json) =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Message>(json, ProtocolJson.Line));

    [Fact]
    public void Events_KeepTheirTexts_AndAddTheCode()
    {
        MessageLogged logged = MessageLogged.Of(MessageLevel.Warning, Whole);
        var finished = new RunFinished
        {
            Outcome = RunOutcome.Failed,
            Failure = Whole,
            Seconds = 1,
        };

        Assert.Contains(
            $"\"text\":\"{Whole.English}\"",
            JsonSerializer.Serialize<RunEvent>(logged, ProtocolJson.Line),
            StringComparison.Ordinal
        );
        Assert.Equal("test.whole", Assert.IsType<MessageLogged>(RoundTrip<RunEvent>(logged)).Message.Code);
        Assert.Equal(
            JsonSerializer.Serialize(Whole, ProtocolJson.Line),
            JsonSerializer.Serialize(Assert.IsType<RunFinished>(RoundTrip<RunEvent>(finished)).Failure, ProtocolJson.Line)
        );
    }

    [Fact]
    public void Map_ChangesEachTextAndNoNumber()
    {
        Message hidden = Message
            .Of("test.path", $"{"/data/a"} has {3} files: {Message.Plain("/data/b")}")
            .Map(t => t.Replace("/data/", "", StringComparison.Ordinal));

        Assert.Equal("a has 3 files: b", hidden.English);
        Assert.Equal(["a", 3L, Message.Plain("b")], hidden.Arguments.Select(a => a.Value));
    }

    [Fact]
    public void MessageLine_OfAnyProgram_IsRead()
    {
        Assert.Equal("test.whole", MessageLine.Read(MessageLine.Write(Whole)).Code);
        Assert.Equal((null, "It failed."), (MessageLine.Read("It failed.").Code, MessageLine.Read("It failed.").English));
        Assert.Equal("{ no JSON", MessageLine.Read("{ no JSON").English);
    }

    [Fact]
    public void Requirement_NamesItsMethodByKey()
    {
        var method = new TransferMethodSpec("dan", "DAN", "", "", null, []) { AdaptsToTarget = true };

        Message message = MethodRequirements.WhyNot(method, new MethodInputs { HasTarget = false })!;

        Assert.Equal("method.needs-target", message.Code);
        Assert.Equal("method.dan.name", Assert.IsType<Message>(message.Arguments[0].Value).Code);
    }

    private static T RoundTrip<T>(T value) =>
        JsonSerializer.Deserialize<T>(JsonSerializer.Serialize(value, ProtocolJson.Line), ProtocolJson.Line)!;
}
