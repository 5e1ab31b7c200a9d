using BlazorTransfer.Core.Datasets;
using CsCheck;

namespace BlazorTransfer.Core.Tests.Datasets;

public sealed class IterativeStratificationTests
{
    private static readonly Gen<(int[] Masks, int Parts)> Images = Gen.Select(Gen.Int[0, 31].Array[1, 80], Gen.Int[2, 5]);

    [Fact]
    public void Divide_ALabelThatIsRareAndOneThatIsFrequent_GivesEachPartItsShareOfBoth()
    {
        // Eight images with both, 24 with the frequent one alone, 8 with none.
        IReadOnlyList<string>[] labels =
        [
            .. Enumerable.Repeat<string[]>(["frequent"], 24),
            .. Enumerable.Repeat<string[]>(["frequent", "rare"], 8),
            .. Enumerable.Repeat<string[]>([], 8),
        ];

        int[] parts = IterativeStratification.Divide(labels, [0.5, 0.25, 0.25]);

        Assert.Equal([4, 2, 2], Counts(i => labels[i].Contains("rare")));
        Assert.Equal([16, 8, 8], Counts(i => labels[i].Contains("frequent")));
        Assert.Equal([20, 10, 10], Counts(_ => true));

        int[] Counts(Func<int, bool> of) =>
            [.. Enumerable.Range(0, 3).Select(part => parts.Index().Count(p => p.Item == part && of(p.Index)))];
    }

    [Fact]
    public void Divide_AnyImages_PutsEachIntoOnePart_AndTheRarestLabelEvenly() =>
        Images.Sample(drawn =>
        {
            IReadOnlyList<string>[] labels =
            [
                .. drawn.Masks.Select(mask => (string[])[.. Enumerable.Range(0, 5).Where(l => (mask >> l & 1) == 1).Select(l => $"l{l}")]),
            ];

            int[] parts = IterativeStratification.Divide(labels, [.. Enumerable.Repeat(1.0 / drawn.Parts, drawn.Parts)]);

            Assert.All(parts, part => Assert.InRange(part, 0, drawn.Parts - 1));
            if (labels.SelectMany(l => l).GroupBy(l => l).MinBy(g => (g.Count(), g.Key)) is not { } rarest)
                return;
            // It comes first, so that nothing has moved its desired counts.
            int[] counts =
            [
                .. Enumerable
                    .Range(0, drawn.Parts)
                    .Select(p => parts.Index().Count(x => x.Item == p && labels[x.Index].Contains(rarest.Key))),
            ];
            Assert.InRange(counts.Max() - counts.Min(), 0, 1);
        });

    [Fact]
    public void SplitPlan_ImagesWithSeveralLabels_DoesNotDependOnTheirOrder_AndAlwaysValidates()
    {
        Images.Sample(drawn =>
        {
            Sample[] samples = [.. drawn.Masks.Select((mask, i) => NewSample($"{i}", mask))];

            IReadOnlyList<Sample> one = new SplitPlan(0.2).Apply(samples),
                other = new SplitPlan(0.2).Apply(samples.Reverse());

            Assert.Equal(Assignment(one), Assignment(other));
            Assert.Equal(samples.Length, one.Count);
            if (samples.Length > 1)
                Assert.Contains(one, s => s.Split == Split.Validation);
            if (samples.Length > 1)
                Assert.Contains(one, s => s.Split == Split.Train);
        });
    }

    [Fact]
    public void Fold_ImagesWithSeveralLabels_ValidatesEachOnce()
    {
        Sample[] samples = [.. Enumerable.Range(0, 30).Select(i => NewSample($"{i}", i % 8))];
        var data = new DatasetManifest(["l0", "l1", "l2"], samples) { Kind = LabelKind.MultiLabel };

        DatasetManifest[] turns = [.. Enumerable.Range(0, 3).Select(i => new Fold(i, 3).Apply(data))];

        Assert.All(turns, t => Assert.InRange(t.Of(Split.Validation).Count, 9, 11));
        Assert.Equal(
            samples.Select(s => s.Sha256).Order(StringComparer.Ordinal),
            turns.SelectMany(t => t.Of(Split.Validation)).Select(s => s.Sha256).Order(StringComparer.Ordinal)
        );
        foreach (string label in data.Classes)
            Assert.All(turns, t => Assert.InRange(t.Of(Split.Validation).Count(s => s.Labels!.Contains(label)), 4, 6));
    }

    private static string[] Assignment(IEnumerable<Sample> samples) =>
        [.. samples.Select(s => $"{s.Sha256} {s.Split}").Order(StringComparer.Ordinal)];

    private static Sample NewSample(string name, int mask) =>
        new()
        {
            File = name,
            Sha256 = name,
            Name = name,
            Labels = [.. Enumerable.Range(0, 5).Where(l => (mask >> l & 1) == 1).Select(l => $"l{l}")],
            Split = Split.Train,
            Width = 1,
            Height = 1,
        };
}
