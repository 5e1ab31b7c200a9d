using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Training.LabelKinds;
using BlazorTransfer.Training.Settings;
using TorchSharp;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Tests.LabelKinds;

/// <summary>Targets, losses and predictions of images with several labels, by hand.</summary>
public sealed class MultiLabelTests : IDisposable
{
    private static readonly TaskKind Kind = TaskKind.Of(LabelKind.MultiLabel);
    private static readonly LabelTask Task = LabelTask.OfClasses(["cat", "dog"], LabelKind.MultiLabel);
    private static readonly double[][] Logits =
    [
        [2, -1],
        [0.5, 3],
    ];

    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void TargetsOf_SeveralNoneAndUnknownLabels_MarksOnlyTheUnlabelledImage()
    {
        Tensor targets = Kind.TargetsOf(Task, [Of("dog", "cat"), Of(), Of("horse", "dog"), Of() with { Labels = null }], CPU);

        Assert.Equal([1, 1, 0, 0, 0, 1, -1, -1], targets.data<float>().ToArray());
        Assert.Equal([true, true, true, false], Kind.IsKnown(targets).data<bool>().ToArray());
    }

    [Fact]
    public void Loss_BinaryCrossEntropy_IsSummedOverLabelsAndAveragedOverImages()
    {
        double expected = (Bce(2, 1) + Bce(-1, 0) + Bce(0.5, 0) + Bce(3, 1)) / 2;

        Assert.Equal(
            expected,
            Loss([
                [1, 0],
                [0, 1],
            ]),
            1e-5
        );
    }

    [Fact]
    public void Loss_Smoothed_MovesTargetsToTheMiddle()
    {
        double Smooth(double logit, double y) => Bce(logit, 0.8 * y + 0.1);

        Assert.Equal(
            (Smooth(2, 1) + Smooth(-1, 0) + Smooth(0.5, 0) + Smooth(3, 1)) / 2,
            Loss(
                [
                    [1, 0],
                    [0, 1],
                ],
                settings: Settings((CommonParameters.LabelSmoothing, 0.2))
            ),
            1e-5
        );
    }

    [Fact]
    public void Loss_Asymmetric_IsTheFormulaOfThePaper()
    {
        static double Of(double logit, bool y)
        {
            double p = 1 / (1 + Math.Exp(-logit)),
                shifted = Math.Max(p - 0.05, 0);
            return y ? -Math.Log(p) : -Math.Pow(shifted, 4) * Math.Log(1 - shifted);
        }

        double expected = (Of(2, true) + Of(-1, false) + Of(0.5, false) + Of(3, true)) / 2;

        Assert.Equal(
            expected,
            Loss(
                [
                    [1, 0],
                    [0, 1],
                ],
                settings: Settings((CommonParameters.LabelLoss, "asymmetric"))
            ),
            1e-5
        );
    }

    [Fact]
    public void Loss_AsymmetricOnAnEasyNegative_HasNoGradient()
    {
        Tensor logits = tensor(
                new[,]
                {
                    { -4f },
                }
            )
            .requires_grad_();

        Kind.Loss(logits, zeros(1, 1), null, null, Settings((CommonParameters.LabelLoss, "asymmetric"))).backward();

        // The probability, 0.018, is below the margin.
        Assert.Equal(0, logits.grad!.item<float>());
    }

    [Fact]
    public void Loss_OfMixedImages_CountsBothPartsByTheirShares()
    {
        var mixture = new Mixture(
            Rows([
                [0, 1],
                [1, 0],
            ]),
            tensor([0.75f, 0.5f]),
            tensor([true, true])
        );

        double mixed = Kind.Loss(
                Rows(Logits),
                Rows([
                    [1, 0],
                    [0, 1],
                ]),
                mixture,
                null,
                Settings()
            )
            .item<float>();

        double one = 0.75 * (Bce(2, 1) + Bce(-1, 0)) + 0.25 * (Bce(2, 0) + Bce(-1, 1)),
            other = 0.5 * (Bce(0.5, 0) + Bce(3, 1)) + 0.5 * (Bce(0.5, 1) + Bce(3, 0));
        Assert.Equal((one + other) / 2, mixed, 1e-5);
    }

    [Fact]
    public void WeightsFor_ARareLabel_LetBothSidesOfItWeighTheSame()
    {
        Sample[] training = [Of("cat"), Of("cat", "dog"), Of("cat"), Of()];

        Tensor weights = Kind.WeightsFor(Task, training, CPU);

        // Three of four have the one, one of four has the other: 4/(2·1), 4/(2·3); 4/(2·3), 4/(2·1).
        Assert.Equal([2, 2 / 3f, 2 / 3f, 2], weights.data<float>().ToArray(), (a, b) => Math.Abs(a - b) < 1e-6);
        double expected = (2 / 3.0 * Bce(2, 1) + 2 / 3.0 * Bce(-1, 0) + 2 * Bce(0.5, 0) + 2 * Bce(3, 1)) / 2;
        Assert.Equal(
            expected,
            Loss(
                [
                    [1, 0],
                    [0, 1],
                ],
                weights: weights
            ),
            1e-5
        );
    }

    [Fact]
    public void Divergence_IsZeroForTheSameAnswers_AndOtherwiseTheSumOverTheLabels()
    {
        static double Kl(double a, double b)
        {
            double p = 1 / (1 + Math.Exp(-a / 2)),
                q = 1 / (1 + Math.Exp(-b / 2));
            return p * Math.Log(p / q) + (1 - p) * Math.Log((1 - p) / (1 - q));
        }

        Assert.Equal(0, Kind.Divergence(Rows(Logits), Rows(Logits), 2).item<float>(), 1e-6);
        Assert.Equal(
            (Kl(2, 1) + Kl(-1, 0) + Kl(0.5, -2) + Kl(3, 0.5)) / 2,
            Kind.Divergence(
                    Rows(Logits),
                    Rows([
                        [1, 0],
                        [-2, 0.5],
                    ]),
                    2
                )
                .item<float>(),
            1e-5
        );
    }

    [Fact]
    public void Agreement_IsMicroF1AtOneHalf()
    {
        // Predicted: cat; cat and dog. True: cat and dog; dog.
        Assert.Equal(
            (4, 6),
            Kind.Agreement(
                Rows(Logits),
                Rows([
                    [1, 1],
                    [0, 1],
                ])
            )
        );
    }

    [Fact]
    public void Answer_NamesAllPredictedLabels_AndFillsUpWithOthers()
    {
        IReadOnlyList<string> labels = ["a", "b", "c", "d"];
        float[] logits = [1, 3, -1, 2];

        IReadOnlyList<ClassProbability> two = Kind.Answer(labels, logits, [0.9, 0.5, 0.1, 0.5], top: 2),
            four = Kind.Answer(labels, logits, [0.9, 0.5, 0.1, 0.5], top: 4);

        Assert.Equal(["b", "d", "c"], two.Select(a => a.Label));
        Assert.All(two, a => Assert.True(a.IsPredicted));
        Assert.Equal((false, 0.9), (four[3].IsPredicted, four[3].Threshold));
    }

    private static double Loss(double[][] targets, Tensor? weights = null, ParameterSet? settings = null) =>
        Kind.Loss(Rows(Logits), Rows(targets), null, weights, settings ?? Settings()).item<float>();

    private static double Bce(double logit, double y)
    {
        double p = 1 / (1 + Math.Exp(-logit));
        return -y * Math.Log(p) - (1 - y) * Math.Log(1 - p);
    }

    private static Tensor Rows(double[][] rows) =>
        tensor([.. rows.SelectMany(r => r).Select(v => (float)v)], [rows.Length, rows[0].Length]);

    private static ParameterSet Settings(params (string Name, ParameterValue Value)[] chosen) =>
        ParameterSet.Resolve(CommonParameters.All, chosen.ToDictionary(c => c.Name, c => c.Value)).Set!;

    private static Sample Of(params string[] labels) =>
        new()
        {
            File = "a.jpg",
            Sha256 = "",
            Name = "a.jpg",
            Labels = labels,
            Split = Split.Train,
            Width = 1,
            Height = 1,
        };
}
