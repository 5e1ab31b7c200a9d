using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Training.Methods;

namespace BlazorTransfer.Training.Tests.Methods;

/// <summary>What the catalogue says about its methods and parameters beside their names.</summary>
public sealed class MethodRoleTests
{
    public static TheoryData<MethodRole> Suggestions =>
        [.. Enum.GetValues<MethodRole>().Where(r => r is not (MethodRole.FeatureProbe or MethodRole.SourceOnlyBaseline))];

    [Theory]
    [MemberData(nameof(Suggestions))]
    public void Suggestion_HasExactlyOneMethod(MethodRole role) => Assert.Single(TransferMethodRegistry.All, m => m.Has(role));

    [Fact]
    public void EveryMethod_StandsInAKnownGroup_AndEachGroupTogether()
    {
        string[] groups = [.. TransferMethodRegistry.All.Select(m => m.Group)];

        Assert.All(groups, g => Assert.Contains(g, MethodGroups.All));
        Assert.Equal(MethodGroups.All.Order(StringComparer.Ordinal), groups.Distinct().Order(StringComparer.Ordinal));
        Assert.All(
            TransferMethodRegistry.All,
            m => Assert.Equal(m.AdaptsToTarget, m.Group is MethodGroups.AdaptationOfFeatures or MethodGroups.AdaptationByTraining)
        );
    }

    [Fact]
    public void AdaptingMethod_HasExactlyOneSourceOnlyBaseline_WhichDoesNotAdapt()
    {
        foreach (TransferMethodSpec method in TransferMethodRegistry.All.Where(m => m.AdaptsToTarget))
        {
            TransferMethodSpec baseline = Assert.Single(
                TransferMethodRegistry.All,
                m => m.Has(MethodRole.SourceOnlyBaseline) && m.FitsAtOnce == method.FitsAtOnce
            );
            Assert.False(baseline.AdaptsToTarget);
        }
    }

    [Fact]
    public void FeatureProbes_AreTheMethodsThatTrainTheHeadOnly() =>
        Assert.Equal(
            ["linear-probe", "logistic-regression"],
            TransferMethodRegistry.All.Where(m => m.Has(MethodRole.FeatureProbe)).Select(m => m.Name)
        );

    /// <summary>A method that gives another default keeps what the parameter is.</summary>
    [Fact]
    public void LengthThreadsAndScore_AreNeverSearched() =>
        Assert.Equal(
            ["best-of", "epochs", "patience", "threads"],
            TransferMethodRegistry
                .All.SelectMany(TransferMethodRegistry.ParametersOf)
                .GroupBy(p => p.Name)
                .Where(g => g.All(p => !p.Searchable))
                .Select(g => g.Key)
                .Order()
        );

    [Fact]
    public void NamesThatTheWebApplicationUses_AreRegistered() =>
        Assert.Empty(
            new[]
            {
                ParameterNames.Epochs,
                ParameterNames.BatchSize,
                ParameterNames.LearningRate,
                ParameterNames.BestOf,
                ParameterNames.TaskWeighting,
                ParameterNames.ImageSize,
                ParameterNames.FirstImageSize,
                ParameterNames.Precision,
                ParameterNames.FrozenPrecision,
            }.Except(TransferMethodRegistry.All.SelectMany(TransferMethodRegistry.ParametersOf).Select(p => p.Name))
        );
}
