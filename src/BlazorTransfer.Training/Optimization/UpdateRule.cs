using BlazorTransfer.Training.Numerics;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Optimization;

/// <summary>
/// How a gradient becomes a step. The formulas are PyTorch's; TorchSharp's own optimizers are not used, because the scalars that they
/// pass to libtorch may be collected during the call (see <see cref="Scalars"/>), which would change weights silently.
/// </summary>
internal abstract class UpdateRule : IDisposable
{
    private readonly Dictionary<Parameter, Tensor[]> _states = new(ReferenceEqualityComparer.Instance);

    /// <summary>One step for parameters that share a learning rate; their gradients are zero afterwards. No gradient, no step.</summary>
    public void Step(IEnumerable<Parameter> parameters, double learningRate)
    {
        using var gradients = no_grad();
        foreach (Parameter parameter in parameters)
        {
            using var scope = NewDisposeScope();
            if (parameter.grad is not { } gradient)
                continue;
            if (!_states.TryGetValue(parameter, out Tensor[]? state))
                _states[parameter] = state = [.. Enumerable.Range(0, Slots).Select(_ => zeros_like(parameter).DetachFromDisposeScope())];
            Update(parameter, gradient, state, learningRate);
            gradient.zero_();
        }
    }

    public void Dispose()
    {
        foreach (Tensor tensor in _states.Values.SelectMany(s => s))
            tensor.Dispose();
        _states.Clear();
    }

    /// <summary>How many tensors of a parameter's shape the rule remembers for it; zero at first.</summary>
    protected abstract int Slots { get; }

    /// <summary>Changes <paramref name="parameter"/>, and may change the others.</summary>
    protected abstract void Update(Parameter parameter, Tensor gradient, Tensor[] state, double learningRate);

    /// <summary>a ← a · factor.</summary>
    internal static void Scale(Tensor a, double factor)
    {
        using Scalar scalar = factor.ToScalar();
        a.mul_(scalar);
    }

    /// <summary>a ← a + factor · b.</summary>
    internal static void AddScaled(Tensor a, Tensor b, double factor)
    {
        using Scalar scalar = factor.ToScalar();
        a.add_(b, scalar);
    }
}
