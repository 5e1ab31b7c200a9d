using static TorchSharp.torch;

namespace BlazorTransfer.Training.Classifiers;

/// <summary>A classifier of features that was found at once.</summary>
internal interface IFittedClassifier : IDisposable
{
    /// <summary>What it says of each row, [N, D] to [N, classes], before the softmax.</summary>
    Tensor Logits(Tensor features);
}
