using static TorchSharp.torch;

namespace BlazorTransfer.Training.Numerics;

/// <summary>
/// B v = λ A v with B symmetric and A symmetric and positive definite, as JDA has it. With the Cholesky factor A = R Rᵀ it is the symmetric
/// problem R⁻¹ B R⁻ᵀ y = λ y with v = R⁻ᵀ y.
/// </summary>
internal static class GeneralisedEigenproblem
{
    /// <param name="b">B, [n, n], float64.</param>
    /// <param name="a">A, [n, n], float64.</param>
    /// <param name="count">How many, from the largest λ down; at most n.</param>
    /// <returns>λ, [count], and v as columns, [n, count], with vᵀ A v = 1.</returns>
    public static (Tensor Values, Tensor Vectors) Leading(Tensor b, Tensor a, long count)
    {
        using var scope = NewDisposeScope();
        Tensor factor = linalg.cholesky(a);
        Tensor half = linalg.solve_triangular(factor, b, upper: false); // R⁻¹ B
        Tensor reduced = linalg.solve_triangular(factor, half.t(), upper: false); // R⁻¹ B R⁻ᵀ, B being symmetric
        (Tensor values, Tensor vectors) = linalg.eigh(reduced.Plus(reduced.t()).Times(0.5));
        // They come in rising order.
        Tensor leading = vectors.narrow(1, b.shape[0] - count, count).flip(1);
        return (
            values.narrow(0, b.shape[0] - count, count).flip(0).MoveToOuterDisposeScope(),
            linalg.solve_triangular(factor.t(), leading, upper: true).MoveToOuterDisposeScope()
        );
    }
}
