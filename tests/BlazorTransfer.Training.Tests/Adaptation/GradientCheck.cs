using static TorchSharp.torch;

namespace BlazorTransfer.Training.Tests.Adaptation;

/// <summary>Compares a loss's gradient to central differences in float64, number by number.</summary>
internal static class GradientCheck
{
    private const double Step = 1e-5;

    public static void AssertIsDerivative(Func<Tensor[], Tensor> loss, params Tensor[] inputs)
    {
        using var scope = NewDisposeScope();
        double[][] gradients = Gradients(loss, inputs);
        for (int k = 0; k < inputs.Length; k++)
        {
            double[] values = inputs[k].Values();
            for (int i = 0; i < values.Length; i++)
            {
                using var point = NewDisposeScope();
                double At(double change)
                {
                    double[] moved = [.. values];
                    moved[i] += change;
                    Tensor[] all = [.. inputs];
                    all[k] = tensor(moved).reshape(inputs[k].shape);
                    return loss(all).item<double>();
                }

                double expected = (At(Step) - At(-Step)) / (2 * Step);
                Assert.True(
                    Math.Abs(expected - gradients[k][i]) <= 1e-4 * Math.Max(1e-3, Math.Abs(expected)),
                    $"Input {k}, number {i}: the gradient is {gradients[k][i]:R}, the difference quotient {expected:R}."
                );
            }
        }
    }

    public static double[][] Gradients(Func<Tensor[], Tensor> loss, params Tensor[] inputs)
    {
        using var scope = NewDisposeScope();
        Tensor[] leaves = [.. inputs.Select(x => x.clone().requires_grad_())];
        loss(leaves).backward();
        return [.. leaves.Select(x => x.grad!.Values())];
    }
}
