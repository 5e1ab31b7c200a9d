using System.Text.Json;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Protocol;

namespace BlazorTransfer.Core.Tests.Catalog;

public sealed class ParameterSetTests
{
    private static readonly ParameterSpec[] Specs =
    [
        new()
        {
            Name = "epochs",
            DisplayName = "Epochs",
            Help = "",
            Kind = ParameterKind.Integer,
            Default = 8,
            Minimum = 1,
            Maximum = 100,
        },
        new()
        {
            Name = "rate",
            DisplayName = "Rate",
            Help = "",
            Kind = ParameterKind.Number,
            Default = 0.01,
            Minimum = 1e-7,
            Maximum = 10,
        },
        new()
        {
            Name = "freeze",
            DisplayName = "Freeze",
            Help = "",
            Kind = ParameterKind.Boolean,
            Default = false,
        },
        new()
        {
            Name = "optimizer",
            DisplayName = "Optimizer",
            Help = "",
            Kind = ParameterKind.Choice,
            Default = "sgd",
            Choices = [new("sgd", "SGD"), new("adamw", "AdamW")],
        },
    ];

    [Fact]
    public void Resolve_TakesWhatIsChosenAndDefaultsForTheRest()
    {
        (ParameterSet? set, _) = ParameterSet.Resolve(
            Specs,
            new Dictionary<string, ParameterValue> { ["epochs"] = 3, ["optimizer"] = "adamw" }
        );

        Assert.Equal(
            (3, 0.01, false, "adamw"),
            (set!.Integer("epochs"), set.Number("rate"), set.Boolean("freeze"), set.Choice("optimizer"))
        );
    }

    public static TheoryData<string, ParameterValue> WrongValues =>
        new()
        {
            { "epochs", 0 },
            { "epochs", 101 },
            { "epochs", 2.5 },
            { "epochs", "three" },
            { "epochs", true },
            { "rate", double.NaN },
            { "rate", double.PositiveInfinity },
            { "rate", 0 },
            { "freeze", "yes" },
            { "freeze", 1 },
            { "optimizer", "adam" },
            { "optimizer", 1 },
            { "unknown", 1 },
        };

    [Theory]
    [MemberData(nameof(WrongValues))]
    public void Resolve_WithAWrongValue_NamesItsParameter(string name, ParameterValue value)
    {
        (ParameterSet? set, IReadOnlyDictionary<string, Message> errors) = ParameterSet.Resolve(
            Specs,
            new Dictionary<string, ParameterValue> { [name] = value }
        );

        Assert.Null(set);
        Assert.Equal(name, Assert.Single(errors).Key);
    }

    [Theory]
    [InlineData("3", ParameterKind.Integer)]
    [InlineData("1e-4", ParameterKind.Number)]
    [InlineData("true", ParameterKind.Boolean)]
    [InlineData("sgd", ParameterKind.Choice)]
    public void Value_AsABareJsonScalar_ComesBackTheSame(string typed, ParameterKind kind)
    {
        ParameterValue value = ParameterValue.Parse(typed, kind)!.Value;

        Assert.Equal(
            value,
            JsonSerializer.Deserialize<ParameterValue>(JsonSerializer.Serialize(value, ProtocolJson.Line), ProtocolJson.Line)
        );
    }

    [Theory]
    [InlineData("1,5", ParameterKind.Boolean)]
    [InlineData("", ParameterKind.Integer)]
    [InlineData("abc", ParameterKind.Number)]
    [InlineData("NaN", ParameterKind.Number)]
    [InlineData("1e999", ParameterKind.Number)]
    public void Parse_OfWhatIsNoSuchValue_IsNull(string typed, ParameterKind kind) => Assert.Null(ParameterValue.Parse(typed, kind));
}
