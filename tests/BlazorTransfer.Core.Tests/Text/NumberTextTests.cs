using System.Globalization;
using System.Text.RegularExpressions;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Text;
using CsCheck;

namespace BlazorTransfer.Core.Tests.Text;

public sealed class NumberTextTests
{
    // Pieces that spellings of numbers are made of in some country, notation or language.
    private static readonly string[] Pieces =
    [
        .. "0123456789".Select(c => c.ToString()),
        .. ",.+-−eE _'\u00a0\u202f\u2019\u066b\u066c٠١٢٣٠１２".Select(c => c.ToString()),
        "000",
        "0x1F",
        "#",
        "%",
        "$",
        "€",
        "(",
        ")",
        "NaN",
        "nan",
        "Infinity",
        "-inf",
        "∞",
        "1e999",
        "e-3",
        "\t",
        "\n",
        "\0",
    ];

    [Theory]
    [InlineData("0.01", 0.01)]
    [InlineData(" 1e-3 ", 0.001)]
    [InlineData("+5", 5)]
    [InlineData("-.5", -0.5)]
    [InlineData("1000000", 1e6)]
    public void TryParse_OfANumber_IsItsValue(string text, double expected)
    {
        Assert.True(NumberText.TryParse(text, out double number, out Message? error), error);
        Assert.Equal(expected, number);
    }

    [Theory]
    [InlineData("0,01", "'0,01' is not a number. Write it with a point: 0.01.")]
    [InlineData("0,05", "'0,05' is not a number. Write it with a point: 0.05.")]
    [InlineData("-1,5e-3", "'-1,5e-3' is not a number. Write it with a point: -1.5e-3.")]
    [InlineData("1,000", "'1,000' is not a number. Write 1000, or 1.000 if the comma is a decimal point.")]
    [InlineData("1,000.5", "'1,000.5' is not a number. Write it without thousands separators: 1000.5.")]
    [InlineData("1 000 000", "'1 000 000' is not a number. Write it without thousands separators: 1000000.")]
    [InlineData("much", "'much' is not a number.")]
    [InlineData("", "'' is not a number.")]
    [InlineData("0x10", "'0x10' is not a number.")]
    [InlineData("١٢", "'١٢' is not a number.")]
    [InlineData("NaN", "'NaN' is not a number.")]
    [InlineData("1e999", "'1e999' is too large. Write a finite number.")]
    [InlineData("-Infinity", "'-Infinity' is too large. Write a finite number.")]
    public void TryParse_OfSomethingElse_SaysWhatToWrite(string text, string expected)
    {
        Assert.False(NumberText.TryParse(text, out _, out Message? error));
        Assert.Equal(expected, error);
    }

    [Fact]
    public void TryParse_OfAnySpelling_IsWhatInvariantFloatParsingGivesOrARefusalThatNamesTheText() =>
        Gen.Int[0, Pieces.Length - 1]
            .Select(i => Pieces[i])
            .Array[0, 8]
            .Select(string.Concat)
            .Sample(
                text =>
                {
                    bool isNumber =
                        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double expected)
                        && double.IsFinite(expected);
                    Assert.Equal(isNumber, NumberText.TryParse(text, out double number, out Message? error));
                    Assert.Equal(isNumber ? expected : 0, number);
                    Assert.Equal(isNumber, error is null);
                    if (error is not null)
                        Assert.StartsWith("'", error, StringComparison.Ordinal);
                    // Everything that reads numbers agrees.
                    Assert.Equal(isNumber ? expected : (double?)null, ParameterValue.Parse(text, ParameterKind.Number)?.AsNumber);
                    bool isGrouped = Regex.IsMatch(text.Trim(), @"^[+-]?[1-9]\d{0,2}\.\d{3}$"),
                        isWhole = isNumber && !isGrouped && expected == Math.Floor(expected) && Math.Abs(expected) <= int.MaxValue;
                    Assert.Equal(isWhole, NumberText.TryParseInteger(text, out int whole, out _));
                    Assert.Equal(isWhole ? expected : 0, whole);
                    Assert.Equal(isNumber, LabelSetSpec.TryParse("x=" + text, out LabelSetSpec? spec, out _));
                    Assert.Equal(isNumber ? expected : (double?)null, spec?.Weight);
                },
                iter: 20_000
            );

    [Fact]
    public void TryParse_OfWhatDoubleWritesInAnyFormat_ReturnsIt() =>
        Gen
            .Double.Where(double.IsFinite)
            .Sample(number =>
            {
                string text = number.ToString("R", CultureInfo.InvariantCulture);
                Assert.True(NumberText.TryParse(text, out double read, out _));
                Assert.Equal(number, read);
            });

    [Theory]
    [InlineData("1.5", "'1.5' is not a whole number.")]
    [InlineData("1,5", "'1,5' is not a number. Write it with a point: 1.5.")]
    [InlineData("3e9", "'3e9' is out of range. Write a number from -2147483648 to 2147483647.")]
    public void TryParseInteger_OfSomethingElse_SaysWhatToWrite(string text, string expected)
    {
        Assert.False(NumberText.TryParseInteger(text, out _, out Message? error));
        Assert.Equal(expected, error);
    }

    [Theory]
    [InlineData(0.012345, 3, 0.0123)]
    [InlineData(987654, 2, 990000)]
    [InlineData(0, 3, 0)]
    public void Round_ToSignificantDigits_KeepsSoMany(double number, int digits, double expected) =>
        Assert.Equal(expected, NumberText.Round(number, digits));

    [Fact]
    public void Check_OfAParameterThatWasTypedWithAComma_SaysWhatToWrite()
    {
        var spec = new ParameterSpec
        {
            Name = "learning-rate",
            DisplayName = "Learning rate",
            Help = "",
            Kind = ParameterKind.Number,
            Default = 0.1,
        };

        Assert.Equal("Learning rate: '0,01' is not a number. Write it with a point: 0.01.", spec.Check("0,01"));
        Assert.Equal("Learning rate must be a number.", spec.Check(true));
    }

    [Fact]
    public void Check_OfAWholeNumberThatNoIntegerHolds_RefusesIt()
    {
        var spec = new ParameterSpec
        {
            Name = "steps",
            DisplayName = "Steps",
            Help = "",
            Kind = ParameterKind.Integer,
            Default = 1,
        };

        Assert.Equal("Steps must be at most 2147483647.", spec.Check(3e9));
        Assert.Equal("Steps must be at least -2147483648.", spec.Check(-3e9));
        Assert.Null(spec.Check(int.MaxValue));
    }

    [Theory]
    [InlineData("1.000")]
    [InlineData("12.000")]
    [InlineData("-1.000")]
    public void TryParseInteger_OfGroupedDigits_IsRefused(string text)
    {
        Assert.False(NumberText.TryParseInteger(text, out _, out Message? error));

        Assert.Contains("thousands", error, StringComparison.Ordinal);
        Assert.True(NumberText.TryParse(text, out _, out _));
    }
}
