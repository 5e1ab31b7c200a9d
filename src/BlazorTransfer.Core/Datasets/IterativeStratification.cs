namespace BlazorTransfer.Core.Datasets;

/// <summary>
/// Divides images with several labels into parts that have each label in proportion
/// (Sechidis, Tsoumakas and Vlahavas, "On the Stratification of Multi-Label Data", 2011). Of n images, n_l with label l, part j desires
/// c_j = n r_j images and c_jl = n_l r_j with label l. The label with the fewest images left comes first; each of its images goes to
/// the part
/// that desires the label most, then to the one of these that desires images most, then to the first. Images without a label come last.
/// </summary>
public static class IterativeStratification
{
    /// <summary>The number of the part that each image goes to.</summary>
    /// <param name="labels">Labels of each image, which go to their parts in this order.</param>
    /// <param name="shares">Share of each part; they sum to 1.</param>
    public static int[] Divide(IReadOnlyList<IReadOnlyList<string>> labels, IReadOnlyList<double> shares)
    {
        int[] parts = [.. labels.Select(_ => -1)];
        double[] desired = [.. shares.Select(s => s * labels.Count)];
        // Sorted, so that of labels with equally many images the same one comes first each time.
        var left = new SortedDictionary<string, List<int>>(StringComparer.Ordinal);
        for (int i = 0; i < labels.Count; i++)
            foreach (string label in labels[i].Distinct(StringComparer.Ordinal))
            {
                if (!left.TryGetValue(label, out List<int>? images))
                    left[label] = images = [];
                images.Add(i);
            }

        Dictionary<string, double[]> desiredOf = left.ToDictionary(l => l.Key, l => shares.Select(s => s * l.Value.Count).ToArray());
        while (left.Count > 0)
        {
            (string rarest, List<int> images) = left.MinBy(l => l.Value.Count);
            foreach (int image in images.ToArray())
                Put(image, Most(desiredOf[rarest], desired));
            left.Remove(rarest);
        }

        foreach (int image in Enumerable.Range(0, labels.Count).Where(i => parts[i] < 0))
            Put(image, Most(desired, desired));
        return parts;

        void Put(int image, int part)
        {
            parts[image] = part;
            desired[part]--;
            foreach (string label in labels[image].Distinct(StringComparer.Ordinal))
            {
                desiredOf[label][part]--;
                if (!left.TryGetValue(label, out List<int>? images))
                    continue;
                images.Remove(image);
                if (images.Count == 0)
                    left.Remove(label);
            }
        }
    }

    private static int Most(double[] first, double[] second) =>
        Enumerable.Range(0, first.Length).MaxBy(part => (Math.Round(first[part], 9), Math.Round(second[part], 9)));
}
