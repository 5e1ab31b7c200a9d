using BlazorTransfer.Core.Datasets;
using CsCheck;

namespace BlazorTransfer.Core.Tests.Datasets;

public sealed class SplitPlanTests
{
    private static readonly Gen<(int[] Classes, int Validation, int Test, int Seed)> Plans = Gen.Select(
        Gen.Int[1, 60].Array[1, 6],
        Gen.Int[1, 50],
        Gen.Int[0, 40],
        Gen.Int[0, 1000]
    );

    [Fact]
    public void Apply_ToAnyClasses_IsStratifiedCompleteAndIndependentOfOrder() =>
        Plans.Sample(plan =>
        {
            var split = new SplitPlan(plan.Validation / 100.0, plan.Test / 100.0, plan.Seed);
            Sample[] samples =
            [
                .. plan.Classes.SelectMany(
                    (count, label) => Enumerable.Range(0, count).Select(i => NewSample($"c{label}", $"{label}/{i}"))
                ),
            ];

            IReadOnlyList<Sample> drawn = split.Apply(samples),
                shuffled = split.Apply(samples.Reverse());

            Assert.Equal(Assignment(drawn), Assignment(shuffled));
            Assert.Equal(samples.Length, drawn.Count);
            foreach (IGrouping<string?, Sample> label in drawn.GroupBy(s => s.Label))
            {
                int count = label.Count(),
                    validation = label.Count(s => s.Split == Split.Validation),
                    test = label.Count(s => s.Split == Split.Test);
                Assert.True(label.Any(s => s.Split == Split.Train), "A class has nothing to train on.");
                if (count >= 2)
                    Assert.True(validation >= 1, "A class is never validated.");
                // Rounded to the nearest image, unless one must stay on either side.
                if (count >= 10 && plan.Validation + plan.Test <= 80)
                {
                    Assert.InRange(validation, Math.Max(1, count * split.Validation - 0.5), Math.Max(1, count * split.Validation + 0.5));
                    Assert.InRange(test, count * split.Test - 1, count * split.Test + 0.5);
                }
            }
        });

    [Fact]
    public void Apply_WithAnotherSeed_DrawsOtherImages()
    {
        Sample[] samples = [.. Enumerable.Range(0, 100).Select(i => NewSample("c", $"{i}"))];

        Assert.NotEqual(Assignment(new SplitPlan(Seed: 1).Apply(samples)), Assignment(new SplitPlan(Seed: 2).Apply(samples)));
    }

    [Fact]
    public void Apply_AfterImagesWereAdded_MovesFewOfTheOthers()
    {
        Sample[] before = [.. Enumerable.Range(0, 200).Select(i => NewSample("c", $"{i}"))];
        Sample[] after = [.. before, .. Enumerable.Range(200, 20).Select(i => NewSample("c", $"{i}"))];

        Dictionary<string, Split> old = Assignment(SplitPlan.Default.Apply(before)),
            now = Assignment(SplitPlan.Default.Apply(after));

        Assert.InRange(old.Count(p => now[p.Key] != p.Value), 0, 12);
    }

    [Theory]
    [InlineData(0, 0, false)]
    [InlineData(0.2, 0, true)]
    [InlineData(0.5, 0.5, false)]
    [InlineData(0.45, 0.45, true)]
    [InlineData(0.2, -0.1, false)]
    public void Check_RefusesFractionsThatLeaveNothing(double validation, double test, bool isFine) =>
        Assert.Equal(isFine, new SplitPlan(validation, test).Check() is null);

    private static Dictionary<string, Split> Assignment(IEnumerable<Sample> samples) =>
        samples.OrderBy(s => s.Sha256, StringComparer.Ordinal).ToDictionary(s => s.Sha256, s => s.Split);

    private static Sample NewSample(string label, string id) =>
        new()
        {
            File = id,
            Sha256 = id,
            Name = id,
            Label = label,
            Split = Split.Train,
            Width = 1,
            Height = 1,
        };
}
