using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Features.RunDetails;
using BlazorTransfer.Web.Features.Runs;
using Bunit;
using Microsoft.Extensions.DependencyInjection;

namespace BlazorTransfer.Web.Tests.RunDetails;

/// <summary>Words of the run page: epochs, names, predictions and the log.</summary>
public sealed class RunTextsTests : BunitContext
{
    [Fact]
    public void NameOfEpoch_OfAFinishedRun_TellsBestFromFinal()
    {
        RunView view = new FinishedRun { Epochs = 3 }.Build();

        Assert.Equal(["epoch 1 (best)", "epoch 2", "epoch 3 (final)"], Enumerable.Range(1, 3).Select(view.NameOfEpoch));
        Assert.Equal(
            "epoch 1 (best and final)",
            new FinishedRun { Epochs = 1 }
                .Build()
                .NameOfEpoch(1)
        );
    }

    [Fact]
    public void TitleOf_AnEvaluation_NamesTheImagesAndTheEpoch()
    {
        RunView view = new FinishedRun { Epochs = 3, TestImages = 10 }.Build();

        Assert.Equal(["Validation results, best epoch 1", "Test results, best epoch 1"], view.Evaluations.Select(view.TitleOf));
        RunView once = new FinishedRun { Epochs = 1 }.Build();
        Assert.Equal("Validation results", once.TitleOf(once.Evaluations[0]));
    }

    [Fact]
    public void DisplayNames_OfNetworksMethodsAndSettings_AreThoseOfTheCatalogue()
    {
        DisplayNames names = DisplayNames.From(
            new Catalogue
            {
                WorkerVersion = "1",
                Backbones = [new BackboneSpec("net_1", "Net-1", "Net", 1, 1, 1, [], Preprocessing.ImageNet, "")],
                Methods = [new TransferMethodSpec("a-method", "A method", "", "", null, [])],
                CommonParameters =
                [
                    Setting("tf32", ParameterKind.Boolean, true),
                    Setting("epochs", ParameterKind.Integer, 3) with
                    {
                        Unit = "epochs",
                    },
                    Setting("best-of", ParameterKind.Choice, "top1") with
                    {
                        Choices = [new ParameterChoice("top1", "Accuracy")],
                    },
                ],
                Devices = [],
            }
        );

        Assert.Equal(["Net-1", "A method", "The tf32", "gone"], new[] { "net_1", "a-method", "tf32", "gone" }.Select(n => names.Of(n)));
        Assert.Equal(
            ["on", "off", "5 epochs", "Accuracy", "other"],
            new (string Name, ParameterValue Value)[]
            {
                ("tf32", true),
                ("tf32", false),
                ("epochs", 5),
                ("best-of", "top1"),
                ("best-of", "other"),
            }.Select(s => names.Of(s.Name, s.Value))
        );
        Assert.Equal("net_1", DisplayNames.None.Of("net_1"));
    }

    [Theory]
    [InlineData("a", "✓ a good,b neutral")]
    [InlineData("b", "✗ a bad,✓ b good")]
    [InlineData("c", "✗ a bad,b neutral")]
    public void PredictionCard_OfRightAndWrongAnswers_MarksThemBySignAndColour(string label, string expected)
    {
        Services.AddLocalization();
        IRenderedComponent<PredictionCard> card = Render<PredictionCard>(p =>
            p.Add(c => c.ProjectId, "p")
                .Add(c => c.DatasetId, "d")
                .Add(c => c.Sample, new SamplePrediction("00", "x.jpg", label, [new("a", 0.7), new("b", 0.3)]))
        );

        string[] tones = [.. card.FindAll("svg.bar").Select(b => b.ClassList[^1])];
        Assert.Equal(expected, string.Join(',', card.FindAll(".row span:first-child").Select((s, i) => $"{s.TextContent} {tones[i]}")));
    }

    [Fact]
    public void Readable_OfALogWithEvents_IsSentences()
    {
        string log = string.Join(
            '\n',
            new FinishedRun { Epochs = 1 }
                .Events()
                .Select(e => System.Text.Json.JsonSerializer.Serialize(e, ProtocolJson.Line))
                .Append("a warning of a library")
                .Append("{\"no\": \"event\"}")
        );

        string[] lines = RunLog.Readable(log).Split('\n');

        Assert.Equal("00:00:00  Started on CPU. Training images: 100, validation images: 50, epochs: 1.", lines[0]);
        Assert.Equal("00:00:00  Epoch 1 ended after 1.0 s: validation accuracy 80.0 %. Best so far.", lines[1]);
        Assert.Equal("00:00:00  Evaluated the best epoch on the validation images.", lines[2]);
        Assert.Equal("00:00:00  Ended: succeeded.", lines[3]);
        Assert.Equal(["a warning of a library", "{\"no\": \"event\"}"], lines[4..]);
    }

    private static ParameterSpec Setting(string name, ParameterKind kind, ParameterValue value) =>
        new()
        {
            Name = name,
            DisplayName = $"The {name}",
            Help = "",
            Kind = kind,
            Default = value,
        };
}
