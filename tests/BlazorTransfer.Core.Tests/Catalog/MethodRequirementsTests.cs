using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Messages;

namespace BlazorTransfer.Core.Tests.Catalog;

/// <summary>What each kind of method is refused, over every combination of its needs.</summary>
public sealed class MethodRequirementsTests
{
    private static readonly bool[] Both = [false, true];
    private static readonly TransferMethodSpec Plain = new("plain", "Plain", "", "", null, []);
    private static readonly BackboneSpec Network = new("net", "Net", "Net", 1, 1, 1, [], Preprocessing.ImageNet, "")
    {
        MinimumImageSize = 63,
    };

    /// <summary>Every combination of needs, those that no registered method has included.</summary>
    private static IEnumerable<TransferMethodSpec> Methods =>
        from takesWeights in Both
        from source in Enum.GetValues<SourceUse>()
        from adapts in Both
        from usesLabels in Both
        from teacher in Both
        from labelSets in Both
        where takesWeights || source == SourceUse.None
        where adapts || !usesLabels
        where !(adapts && labelSets)
        select Plain with
        {
            TakesWeights = takesWeights,
            Source = source,
            AdaptsToTarget = adapts,
            UsesTargetLabels = usesLabels,
            TakesTeacher = teacher,
            LearnsLabelSets = labelSets,
        };

    [Fact]
    public void Check_UnknownInputs_FindsNothing() =>
        Assert.All(Methods, m => Assert.Empty(MethodRequirements.Check(m, new MethodInputs())));

    [Fact]
    public void Check_NeededInputsOnly_FindsNothing() => Assert.All(Methods, m => Assert.Empty(MethodRequirements.Check(m, NeededBy(m))));

    [Fact]
    public void Check_OneInputWrong_FindsThatOne()
    {
        foreach (TransferMethodSpec method in Methods)
        {
            MethodInputs right = NeededBy(method);
            Assert.Equal(method.AdaptsToTarget, Unmet(right with { HasTarget = false }, RequirementKind.Target));
            Assert.Equal(method.LearnsLabelSets, Unmet(right with { HasTarget = true }, RequirementKind.Target));
            Assert.Equal(method.LearnsLabelSets, Unmet(right with { LabelSets = 0 }, RequirementKind.LabelSets));
            Assert.Equal(!method.LearnsLabelSets, Unmet(right with { LabelSets = 2 }, RequirementKind.LabelSets));
            Assert.Equal(method.LearnsLabelSets, Unmet(right with { ImagesHaveLabelSets = false }, RequirementKind.LabelSets));
            Assert.Equal(method.UsesTargetLabels, Unmet(right with { LabelledPerClass = 0 }, RequirementKind.TargetLabels));
            Assert.Equal(!method.UsesTargetLabels, Unmet(right with { LabelledPerClass = 1 }, RequirementKind.TargetLabels));
            Assert.True(Unmet(right with { LabelledPerClass = -1 }, RequirementKind.TargetLabels));
            Assert.Equal(method.UsesTargetLabels, Unmet(right with { TargetHasLabels = false }, RequirementKind.TargetLabels));
            Assert.Equal(method.Source != SourceUse.None, Unmet(right with { HasWeights = false }, RequirementKind.Weights));
            Assert.Equal(!method.TakesWeights, Unmet(right with { HasWeights = true }, RequirementKind.Weights));
            Assert.Equal(method.Source == SourceUse.TrunkAndHead, Unmet(right with { WeightsHaveHead = false }, RequirementKind.Weights));
            Assert.Equal(method.TakesTeacher, Unmet(right with { HasTeacher = false }, RequirementKind.Teacher));
            Assert.Equal(!method.TakesTeacher, Unmet(right with { HasTeacher = true }, RequirementKind.Teacher));

            // Whether this and nothing else is unmet; nothing at all otherwise.
            bool Unmet(MethodInputs inputs, RequirementKind kind)
            {
                IReadOnlyList<UnmetRequirement> unmet = MethodRequirements.Check(method, inputs);
                Assert.All(unmet, u => Assert.Equal(kind, u.Kind));
                Assert.All(unmet, u => Assert.StartsWith("Plain ", u.Message, StringComparison.Ordinal));
                return unmet.Count == 1;
            }
        }
    }

    [Fact]
    public void Check_PlainMethod_AcceptsWeightsAndTarget_RefusesEverythingElse()
    {
        foreach (bool weights in Both)
        foreach (bool target in Both)
            Assert.Empty(MethodRequirements.Check(Plain, Nothing with { HasWeights = weights, HasTarget = target }));

        MethodInputs everything = new()
        {
            HasWeights = true,
            HasTeacher = true,
            HasTarget = true,
            LabelledPerClass = 5,
            LabelSets = 1,
        };
        Assert.Equal(
            [RequirementKind.LabelSets, RequirementKind.TargetLabels, RequirementKind.Teacher],
            MethodRequirements.Check(Plain, everything).Select(u => u.Kind)
        );
    }

    [Theory]
    [InlineData(SingleLabelNeed.FittedClassifier)]
    [InlineData(SingleLabelNeed.ClassRelations)]
    public void Check_SeveralLabels_RefusesAMethodThatNeedsOne_AndSaysWhy(SingleLabelNeed need)
    {
        TransferMethodSpec method = Plain with { SingleLabel = need };

        UnmetRequirement unmet = Assert.Single(MethodRequirements.Check(method, Nothing with { Labels = LabelKind.MultiLabel }));

        Assert.Equal(RequirementKind.Labels, unmet.Kind);
        Assert.Contains("these images have several labels: it ", unmet.Message, StringComparison.Ordinal);
        Assert.Empty(MethodRequirements.Check(method, Nothing with { Labels = LabelKind.SingleLabel }));
        Assert.Empty(MethodRequirements.Check(Plain, Nothing with { Labels = LabelKind.MultiLabel }));
    }

    [Fact]
    public void Check_SeveralLabelsAndATarget_RefusesEveryMethod()
    {
        Assert.Equal(SingleLabelNeed.Adaptation, (Plain with { AdaptsToTarget = true }).SingleLabel);
        foreach (bool adapts in Both)
            Assert.Equal(
                RequirementKind.Labels,
                Assert
                    .Single(
                        MethodRequirements.Check(
                            Plain with
                            {
                                AdaptsToTarget = adapts,
                            },
                            NeededBy(Plain with { AdaptsToTarget = adapts }) with
                            {
                                HasTarget = true,
                                Labels = LabelKind.MultiLabel,
                            }
                        )
                    )
                    .Kind
            );
    }

    [Fact]
    public void With_CommonParameters_LeavesOutWhatOnlySeveralLabelsNeed_WhereTheMethodCannotLearnThem()
    {
        ParameterSpec loss = new()
        {
            Name = "loss",
            DisplayName = "Loss",
            Help = "",
            Kind = ParameterKind.Boolean,
            Default = false,
            OnlyFor = LabelKind.MultiLabel,
        };

        Assert.Equal([loss], Plain.With([loss]));
        Assert.Empty((Plain with { AdaptsToTarget = true }).With([loss]));
    }

    [Fact]
    public void Check_TargetLabelsWithoutTarget_AsksForTheTargetOnly()
    {
        TransferMethodSpec method = Plain with { AdaptsToTarget = true, UsesTargetLabels = true };

        UnmetRequirement unmet = Assert.Single(MethodRequirements.Check(method, Nothing with { TargetHasLabels = false }));

        Assert.Equal(RequirementKind.Target, unmet.Kind);
    }

    [Fact]
    public void Check_NoFinishedRun_SaysToTrainOneFirst()
    {
        TransferMethodSpec method = Plain with { TakesTeacher = true };

        Assert.Contains(
            "Train another network first",
            MethodRequirements.WhyNot(method, Nothing with { HasFinishedRuns = false }),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "Choose the teacher",
            MethodRequirements.WhyNot(method, Nothing with { HasFinishedRuns = true }),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void WhyNot_SeveralUnmet_NamesAll()
    {
        TransferMethodSpec method = Plain with { Source = SourceUse.Trunk, AdaptsToTarget = true };

        Assert.Equal(
            "Plain adapts to a target domain. Choose the target images, or another method. "
                + "Plain needs pretrained weights. Choose weights to start from, or another method.",
            MethodRequirements.WhyNot(method, Nothing)
        );
        Assert.Null(MethodRequirements.WhyNot(Plain, Nothing));
    }

    [Theory]
    [InlineData(0, 0, null)]
    [InlineData(62, 0, 62)]
    [InlineData(63, 0, null)]
    [InlineData(96, 48, 48)]
    [InlineData(0, 62, 62)]
    [InlineData(64, 80, null)]
    public void Check_ImageSize_RefusesImagesBelowTheNetworksMinimum(int size, int first, int? refused)
    {
        Dictionary<string, ParameterValue> settings = new() { [ParameterNames.ImageSize] = size, [ParameterNames.FirstImageSize] = first };

        IReadOnlyList<UnmetRequirement> unmet = MethodRequirements.Check(Plain, new MethodInputs().With(Network, settings, null));

        Assert.Equal(
            refused is null
                ? []
                :
                [
                    new UnmetRequirement(
                        RequirementKind.ImageSize,
                        Message.Plain(
                            $"Net needs images of at least 63 pixels, and the image size is {refused}. "
                                + "Choose a larger image size, such as 224, or another network."
                        )
                    ),
                ],
            unmet
        );
    }

    [Theory]
    [InlineData("fp32", "fp32", false, false, 0)]
    [InlineData("bf16", "fp32", false, null, 1)]
    [InlineData("fp32", "bf16", false, null, 1)]
    [InlineData("bf16", "bf16", false, null, 1)]
    [InlineData("bf16", "bf16", true, null, 0)]
    [InlineData("bf16", "bf16", null, null, 0)]
    [InlineData("bf16", "fp32", true, false, 1)]
    [InlineData("fp32", "bf16", true, false, 0)]
    [InlineData("bf16", "fp32", false, false, 2)]
    [InlineData("bf16", "fp32", true, true, 0)]
    public void Warnings_BFloat16_CountsWhatHasNoEffectOrIsSlow(string steps, string frozen, bool? device, bool? trains, int expected)
    {
        Dictionary<string, ParameterValue> settings = new()
        {
            [ParameterNames.Precision] = steps,
            [ParameterNames.FrozenPrecision] = frozen,
        };
        MethodInputs inputs = new MethodInputs().With(Network, settings, new DeviceSpec("cpu", "CPU") { ComputesBFloat16 = device });

        IReadOnlyList<Message> warnings = MethodRequirements.Warnings(inputs with { TrainsBackbone = trains });

        Assert.Equal(expected, warnings.Count);
        Assert.Equal(
            trains == false && steps == "bf16",
            warnings.Any(w => w.English.Contains("do not use bfloat16", StringComparison.Ordinal))
        );
        // They do not stop a run.
        Assert.Empty(MethodRequirements.Check(Plain, inputs));
    }

    private static MethodInputs Nothing =>
        new()
        {
            HasWeights = false,
            HasTeacher = false,
            HasTarget = false,
            LabelledPerClass = 0,
            LabelSets = 0,
        };

    private static MethodInputs NeededBy(TransferMethodSpec method) =>
        new()
        {
            HasWeights = method.Source != SourceUse.None,
            WeightsHaveHead = method.Source == SourceUse.TrunkAndHead,
            HasTeacher = method.TakesTeacher,
            HasFinishedRuns = method.TakesTeacher,
            HasTarget = method.AdaptsToTarget,
            TargetHasLabels = method.UsesTargetLabels,
            LabelledPerClass = method.UsesTargetLabels ? 1 : 0,
            LabelSets = method.LearnsLabelSets ? 1 : 0,
            ImagesHaveLabelSets = method.LearnsLabelSets,
        };
}
