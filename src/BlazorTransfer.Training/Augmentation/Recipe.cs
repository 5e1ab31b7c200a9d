namespace BlazorTransfer.Training.Augmentation;

/// <summary>A chain of changes, and how much of its outcome goes into the image.</summary>
/// <param name="Weight">All branches of an image weigh 1 together.</param>
/// <param name="Steps">One after another; null changes nothing, and keeps the places of all images alike.</param>
internal sealed record Branch(double Weight, IReadOnlyList<Step?> Steps);

/// <summary>What happens to one image: the policy's branches, blended, then the changes that were set one by one.</summary>
/// <param name="Policy">As many branches for each image of a batch; none without a policy.</param>
/// <param name="Steps">As many for each image of a batch; null changes nothing.</param>
internal sealed record Recipe(IReadOnlyList<Branch> Policy, IReadOnlyList<Step?> Steps);
