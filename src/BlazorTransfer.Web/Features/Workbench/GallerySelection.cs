namespace BlazorTransfer.Web.Features.Workbench;

/// <summary>
/// The images that a user has selected: some of them by key, or all that match the filter but for a few. The second form holds no keys,
/// so that "all" of a large data set costs no memory.
/// </summary>
public sealed class GallerySelection
{
    private readonly HashSet<string> _keys = new(StringComparer.Ordinal);

    /// <summary>All that match are selected, except <see cref="Keys"/>.</summary>
    public bool IsAll { get; private set; }

    /// <summary>Keys of the selected images, or of those left out where <see cref="IsAll"/>.</summary>
    public IReadOnlySet<string> Keys => _keys;

    /// <summary>Position from which a range is selected.</summary>
    public int Anchor { get; private set; }

    public bool IsEmpty => !IsAll && _keys.Count == 0;

    public bool Contains(string key) => IsAll != _keys.Contains(key);

    /// <param name="matching">Images that match the filter.</param>
    public int Count(int matching) => IsAll ? Math.Max(0, matching - _keys.Count) : _keys.Count;

    /// <summary>Selects one image and no other.</summary>
    public void SelectOnly(string key, int position)
    {
        Clear();
        _keys.Add(key);
        Anchor = position;
    }

    /// <summary>Selects an image, or takes it out of the selection.</summary>
    public void Toggle(string key, int position)
    {
        if (!_keys.Remove(key))
            _keys.Add(key);
        Anchor = position;
    }

    /// <summary>Selects further images, or these alone. The anchor stays where it is.</summary>
    public void SelectRange(IEnumerable<string> keys, bool isAdded)
    {
        if (!isAdded)
            Clear();
        foreach (string key in keys)
            _ = IsAll ? _keys.Remove(key) : _keys.Add(key);
    }

    public void SelectAll()
    {
        Clear();
        IsAll = true;
    }

    public void Clear()
    {
        IsAll = false;
        _keys.Clear();
    }

    /// <summary>Moves the start of ranges without selecting anything.</summary>
    public void MoveAnchor(int position) => Anchor = position;
}
