using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Models;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.NewRun;
using BlazorTransfer.Web.Features.Rankings;
using BlazorTransfer.Web.Features.Runs;
using BlazorTransfer.Web.Features.Train;

namespace BlazorTransfer.Web.Tests.Train;

public sealed class PresetsTests
{
    private static readonly ParameterSpec Epochs = new()
    {
        Name = ParameterNames.Epochs,
        DisplayName = "Epochs",
        Help = "",
        Kind = ParameterKind.Integer,
        Default = 6,
        Minimum = 1,
        Maximum = 100,
    };

    private static readonly BackboneSpec Usual = new("usual", "Usual", "U", 1, 2, 1, [], Preprocessing.ImageNet, "")
    {
        Roles = [BackboneRole.Default],
    };

    private static readonly BackboneSpec Large = Usual with { Name = "large", DisplayName = "Large", GigaMacs = 20, Roles = [] };

    private static readonly Catalogue Catalogue = new()
    {
        WorkerVersion = "test",
        Backbones = [Large, Usual],
        Methods =
        [
            Method("head", MethodRole.Default, MethodRole.FeatureProbe, MethodRole.SuggestedFirst),
            Method("solved", MethodRole.FeatureProbe) with
            {
                FitsAtOnce = true,
            },
            Method("deep", MethodRole.SuggestedWithMoreImages),
            Method("whole", MethodRole.SuggestedWithManyImages),
        ],
        CommonParameters = [Epochs],
        Devices = [new DeviceSpec("cpu", "CPU")],
    };

    [Fact]
    public void Quick_IsOneRunOfTheDefaultNetworkWithItsWeights()
    {
        RunRequest request = Assert.Single(NewPresets(100).Quick().Requests);

        Assert.Equal(("usual", "w-usual", "head", 0), (request.Backbone, request.WeightsId, request.Method, request.Folds));
    }

    [Theory]
    [InlineData(40, "head, solved")]
    [InlineData(100, "head, solved, deep")]
    [InlineData(600, "head, solved, whole")]
    public void Balanced_TrainsAllLayersOnlyWithEnoughImages(int perClass, string methods)
    {
        Comparison balanced = NewPresets(perClass, measured: 10_000).Balanced();

        Assert.Equal(methods, string.Join(", ", balanced.Requests.Select(r => r.Method)));
        Assert.All(balanced.Requests, r => Assert.Equal(0, r.Folds));
    }

    [Fact]
    public void Balanced_WithFewValidationImages_IsCrossValidated()
    {
        Comparison balanced = NewPresets(40, validationPerClass: 2).Balanced();

        Assert.All(balanced.Requests, r => Assert.Equal(3, r.Folds));
        Assert.Contains(balanced.Steps, s => s.StartsWith("3-fold cross-validation", StringComparison.Ordinal));
    }

    [Theory]
    // 200 training images take 100 s an epoch, so that 10 minutes are enough for 5 epochs of 6.
    [InlineData(2, 5)]
    // And at half that speed for 2, which is no training.
    [InlineData(1, null)]
    public void Balanced_OnASlowMachine_ShortensTheFineTuning_OrLeavesItOut(double trainingSpeed, int? epochs)
    {
        Comparison balanced = NewPresets(100, measured: trainingSpeed).Balanced();

        RunRequest? tuning = balanced.Requests.SingleOrDefault(r => r.Method == "deep");
        Assert.Equal(epochs, (int?)tuning?.Parameters[ParameterNames.Epochs].AsNumber);
        Assert.Equal(epochs is null, balanced.Steps.Any(s => s.Contains("would take too long", StringComparison.Ordinal)));
    }

    [Fact]
    public void Best_CrossValidatesTheHeadsOfEachNetwork_AndFineTunesTheBestOne()
    {
        Comparison best = NewPresets(100, measured: 10_000).Best([ChoiceOf(Large), ChoiceOf(Usual)]);

        Assert.Equal(
            ["large head", "large solved", "usual head", "usual solved", "large deep"],
            best.Requests.Select(r => $"{r.Backbone} {r.Method}")
        );
        Assert.All(best.Requests, r => Assert.Equal(5, r.Folds));
    }

    [Fact]
    public void Best_WithFewImagesOfAClass_TakesAsManyFolds()
    {
        Comparison best = NewPresets(2, validationPerClass: 1).Best([ChoiceOf(Usual)]);

        Assert.All(best.Requests, r => Assert.Equal(3, r.Folds));
        Assert.NotNull(NewPresets(1, validationPerClass: 0).Offers().Single(o => o.Preset == TrainPreset.Best).WhyNot);
    }

    [Fact]
    public void Offers_GoFromTheShortestToTheLongest_AndSayWhatIsTried()
    {
        IReadOnlyList<PresetOffer> offers = NewPresets(100).Offers();

        Assert.Equal([TrainPreset.Quick, TrainPreset.Balanced, TrainPreset.Best], offers.Select(o => o.Preset));
        Assert.True(offers[0].Time.High < offers[1].Time.High && offers[1].Time.High < offers[2].Time.High);
        Assert.Equal(["head on Usual"], offers[0].Steps);
        Assert.Contains("Rank 2 networks with a linear probe", offers[2].Steps);
        // Five folds of what Balanced runs once, on two networks.
        IReadOnlyList<PresetOffer> measured = NewPresets(100, measured: 100).Offers();
        Assert.True(measured[2].Time.High > 5 * measured[1].Time.High);
        // Models of runs are no default.
        Assert.Empty(
            new Presets(
                Catalogue,
                NewDataset(100, 20),
                [ChoiceOf(Usual) with { RunId = "r" }],
                NewTimes(NewDataset(100, 20), null)
            ).Offers()
        );
    }

    [Fact]
    public void Time_OfAMeasuredNetwork_FollowsTheMeasurement_AndOtherwiseIsARoughGuess()
    {
        TimeRange measured = NewPresets(100, measured: 25).Quick().Time,
            guessed = NewPresets(100).Quick().Time;

        // 240 images at 100 images/s and the overhead.
        Assert.InRange(6 + 2.4, measured.Low.TotalSeconds, measured.High.TotalSeconds);
        Assert.False(measured.IsGuess);
        Assert.True(guessed.IsGuess);
        Assert.EndsWith("on this machine (rough guess)", guessed.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(10, 20, "about 10–20 s on this machine")]
    [InlineData(1, 2, "about 5 s on this machine")]
    [InlineData(61, 130, "about 1–2 min on this machine")]
    [InlineData(3600, 9000, "about 1–2.5 h on this machine")]
    public void TimeRange_IsShownInRoundNumbersOfOneUnit(double low, double high, string shown) =>
        Assert.Equal(shown, new TimeRange(TimeSpan.FromSeconds(low), TimeSpan.FromSeconds(high), IsGuess: false).ToString());

    private static TransferMethodSpec Method(string name, params MethodRole[] roles) => new(name, name, "", "", null, []) { Roles = roles };

    private static RankingChoice ChoiceOf(BackboneSpec network) => new($"w-{network.Name}", "W", "file", network);

    private static Presets NewPresets(int perClass, int validationPerClass = 20, double? measured = null)
    {
        Dataset dataset = NewDataset(perClass, validationPerClass);
        return new Presets(Catalogue, dataset, [ChoiceOf(Usual), ChoiceOf(Large)], NewTimes(dataset, measured));
    }

    private static TrainingTimes NewTimes(Dataset dataset, double? trainingSpeed) =>
        new(
            dataset,
            trainingSpeed is { } speed
                ? Catalogue.Backbones.ToDictionary(b => b.Name, b => new BackboneSpeed(b.Name, "CPU", 4 * speed, speed, 8))
                : new Dictionary<string, BackboneSpeed>(),
            ranking: null,
            runs: [],
            Catalogue.Devices[0]
        );

    private static Dataset NewDataset(int perClass, int validationPerClass) =>
        new()
        {
            Id = "d",
            ProjectId = "p",
            Name = "Data",
            CreatedAt = default,
            Versions =
            [
                new DatasetVersion
                {
                    Number = 1,
                    CreatedAt = default,
                    SplitOrigin = Message.Plain(""),
                    Classes = [new ClassCount("a", perClass, validationPerClass, 0), new ClassCount("b", perClass, validationPerClass, 0)],
                    Bytes = 0,
                    Rejected = 0,
                },
            ],
        };
}
