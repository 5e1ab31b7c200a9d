using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Training.Numerics;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Augmentation;

/// <summary>Changes the images of a batch, each after its own recipe: what several images share at a step is done to them at once, on their
/// device.</summary>
internal static class BatchAugmentation
{
    /// <param name="inputs">[N, 3, S, S], normalised for the network.</param>
    /// <param name="recipes">One an image.</param>
    /// <param name="preprocessing">Says how the inputs are normalised.</param>
    /// <returns>[N, 3, S, S], normalised again.</returns>
    public static Tensor Apply(Tensor inputs, IReadOnlyList<Recipe> recipes, Preprocessing preprocessing)
    {
        using var scope = NewDisposeScope();
        Tensor mean = PerChannel(preprocessing.Mean, inputs.device),
            std = PerChannel(preprocessing.Std, inputs.device);
        Tensor images = inputs.mul(std).Plus(mean).Clamp(0, 1);
        if (recipes[0].Policy.Count > 0)
            images = Blend(images, recipes);
        images = Follow(images, [.. recipes.Select(r => r.Steps)]);
        return images.Minus(mean).div(std).MoveToOuterDisposeScope();
    }

    private static Tensor Blend(Tensor images, IReadOnlyList<Recipe> recipes)
    {
        // One that is not blended keeps its bits.
        if (recipes[0].Policy.Count == 1)
            return Follow(images, [.. recipes.Select(r => r.Policy[0].Steps)]);
        Tensor blended = zeros_like(images);
        for (int b = 0; b < recipes[0].Policy.Count; b++)
        {
            var weights = new Amounts([.. recipes.Select(r => new[] { r.Policy[b].Weight })], images.device);
            blended.AddInPlace(Follow(images, [.. recipes.Select(r => r.Policy[b].Steps)]).mul(weights.Column()));
        }

        return blended.Clamp(0, 1);
    }

    /// <summary>Lets each image take its steps; at each place, those with the same operation together.</summary>
    private static Tensor Follow(Tensor images, IReadOnlyList<Step?>[] steps)
    {
        for (int place = 0; place < steps.Max(s => s.Count); place++)
        {
            var groups = Enumerable
                .Range(0, steps.Length)
                .Select(i => (Image: i, Step: place < steps[i].Count ? steps[i][place] : null))
                .Where(s => s.Step is not null)
                .GroupBy(s => s.Step!.Operation);
            foreach (var group in groups)
            {
                var amounts = new Amounts([.. group.Select(s => s.Step!.Amount)], images.device);
                Tensor index = tensor([.. group.Select(s => (long)s.Image)], device: images.device);
                images =
                    amounts.Count == steps.Length
                        ? group.Key(images, amounts)
                        : images.index_copy(0, index, group.Key(images.index_select(0, index), amounts));
            }
        }

        return images;
    }

    private static Tensor PerChannel(IReadOnlyList<float> values, Device device) => tensor([.. values], [1, 3, 1, 1], device: device);
}
