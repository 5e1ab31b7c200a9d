using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace BlazorTransfer.Core.Datasets.Changes;

/// <summary>What never changes of the samples of a working copy, in arrays: about 100 bytes a sample. Immutable.</summary>
internal sealed class SampleTable
{
    private const int LongestNameOnStack = 512;
    private readonly Hash[] _hashes;
    private readonly PixelArea[]? _regions;
    private readonly (int Width, int Height)[] _sizes;
    private readonly byte[] _endings;
    private readonly string[] _knownEndings;
    private readonly byte[] _names;
    private readonly int[] _nameEnds;

    // Hashes and files that are not as an import makes them, by row.
    private readonly Dictionary<int, (string Sha256, string File)> _odd;
    private readonly int[] _byKey;
    private readonly Lazy<int[]> _byName;

    private SampleTable(Builder rows)
    {
        _hashes = [.. rows.Hashes];
        _regions = rows.Regions.Exists(r => r != default) ? [.. rows.Regions] : null;
        _sizes = [.. rows.Sizes];
        _endings = [.. rows.Endings];
        _knownEndings = [.. rows.KnownEndings];
        _names = rows.Names.ToArray();
        _nameEnds = [.. rows.NameEnds];
        _odd = rows.Odd;
        _byKey = [.. Enumerable.Range(0, Count)];
        Array.Sort(_byKey, CompareKeys);
        _byName = new Lazy<int[]>(() =>
        {
            int[] rowsByName = [.. Enumerable.Range(0, Count)];
            Array.Sort(rowsByName, (a, b) => NameOf(a).SequenceCompareTo(NameOf(b)) is not 0 and int order ? order : a.CompareTo(b));
            return rowsByName;
        });
    }

    public int Count => _hashes.Length;

    /// <summary>Rows in the order of names.</summary>
    public int[] ByName => _byName.Value;

    /// <summary>The row of a key; negative where there is none.</summary>
    public int Find(string key) => SampleId.Parse(key) is { } id ? Find(id.Sha256, id.Region) : -1;

    public int Find(Sample sample) => Find(sample.Sha256, sample.Region ?? default);

    /// <summary>The first row of an image, or of a region of it; negative where there is none.</summary>
    public int FindImage(string sha256)
    {
        int place = LowerBound(Hash.Of(sha256, out _), new PixelArea(int.MinValue, 0, 0, 0));
        return place < Count && _hashes[_byKey[place]] == Hash.Of(sha256, out _) ? _byKey[place] : -1;
    }

    public string KeyOf(int row) =>
        _regions is null || _regions[row] == default
            ? Sha256Of(row)
            : new Sample
            {
                File = "",
                Name = "",
                Sha256 = Sha256Of(row),
                Region = _regions[row],
                Split = default,
                Width = 0,
                Height = 0,
            }.Key;

    public bool NameContains(int row, string text)
    {
        ReadOnlySpan<byte> name = NameOf(row);
        Span<char> buffer = stackalloc char[LongestNameOnStack];
        return name.Length <= LongestNameOnStack
            ? ((ReadOnlySpan<char>)buffer[..Encoding.UTF8.GetChars(name, buffer)]).Contains(text, StringComparison.OrdinalIgnoreCase)
            : Encoding.UTF8.GetString(name).Contains(text, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>A sample without what can change of it.</summary>
    public Sample SampleOf(int row, Split split)
    {
        string sha256 = Sha256Of(row);
        return new Sample
        {
            File = _odd.TryGetValue(row, out (string, string File) odd) ? odd.File : FileOf(sha256, _knownEndings[_endings[row]]),
            Sha256 = sha256,
            Region = _regions is null || _regions[row] == default ? null : _regions[row],
            Name = Encoding.UTF8.GetString(NameOf(row)),
            Split = split,
            Width = _sizes[row].Width,
            Height = _sizes[row].Height,
        };
    }

    /// <summary>The place where an import stores an image.</summary>
    private static string FileOf(string sha256, string ending) => $"{sha256[..2]}/{sha256}{ending}";

    private string Sha256Of(int row) => _odd.TryGetValue(row, out (string Sha256, string) odd) ? odd.Sha256 : _hashes[row].ToString();

    private ReadOnlySpan<byte> NameOf(int row)
    {
        int start = row == 0 ? 0 : _nameEnds[row - 1];
        return _names.AsSpan(start, _nameEnds[row] - start);
    }

    private int Find(string sha256, PixelArea region)
    {
        Hash hash = Hash.Of(sha256, out _);
        int place = LowerBound(hash, region);
        return place < Count && Compare(_byKey[place], hash, region) == 0 ? _byKey[place] : -1;
    }

    private int LowerBound(Hash hash, PixelArea region)
    {
        int low = 0;
        for (int high = Count; low < high; )
        {
            int middle = (low + high) / 2;
            if (Compare(_byKey[middle], hash, region) < 0)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    private int CompareKeys(int a, int b) => Compare(a, _hashes[b], _regions is null ? default : _regions[b]);

    private int Compare(int row, Hash hash, PixelArea region)
    {
        PixelArea own = _regions is null ? default : _regions[row];
        return _hashes[row].CompareTo(hash) is not 0 and int byHash
            ? byHash
            : (own.Left, own.Top, own.Width, own.Height).CompareTo((region.Left, region.Top, region.Width, region.Height));
    }

    /// <summary>The rows of a table to be, after those of another one.</summary>
    internal sealed class Builder
    {
        private readonly Dictionary<string, byte> _endingNumbers = new(StringComparer.Ordinal);
        private readonly SampleTable? _before;

        public Builder(SampleTable? before = null)
        {
            _before = before;
            if (before is null)
                return;
            Hashes.AddRange(before._hashes);
            Regions.AddRange(before._regions ?? new PixelArea[before.Count]);
            Sizes.AddRange(before._sizes);
            Endings.AddRange(before._endings);
            foreach (string ending in before._knownEndings)
                EndingNumber(ending);
            Names.Write(before._names);
            NameEnds.AddRange(before._nameEnds);
            foreach ((int row, (string, string) odd) in before._odd)
                Odd.Add(row, odd);
        }

        public List<Hash> Hashes { get; } = [];
        public List<PixelArea> Regions { get; } = [];
        public List<(int Width, int Height)> Sizes { get; } = [];
        public List<byte> Endings { get; } = [];
        public List<string> KnownEndings { get; } = [];
        public MemoryStream Names { get; } = new();
        public List<int> NameEnds { get; } = [];
        public Dictionary<int, (string Sha256, string File)> Odd { get; } = [];

        /// <returns>The sample's row: a new one, unless the table before has it.</returns>
        public int Add(Sample sample)
        {
            if (_before?.Find(sample) is >= 0 and int known)
                return known;
            int row = Hashes.Count;
            Hashes.Add(Hash.Of(sample.Sha256, out bool isWhole));
            Regions.Add(sample.Region ?? default);
            Sizes.Add((sample.Width, sample.Height));
            string ending = Path.GetExtension(sample.File);
            int number = EndingNumber(ending);
            Endings.Add((byte)number);
            if (number < 0 || !isWhole || sample.File != FileOf(sample.Sha256, ending))
                Odd.Add(row, (sample.Sha256, sample.File));
            Names.Write(Encoding.UTF8.GetBytes(sample.Name));
            NameEnds.Add((int)Names.Length);
            return row;
        }

        public SampleTable Build() => _before?.Count == Hashes.Count ? _before : new SampleTable(this);

        /// <summary>Negative where there are too many.</summary>
        private int EndingNumber(string ending)
        {
            if (_endingNumbers.TryGetValue(ending, out byte number))
                return number;
            if (KnownEndings.Count > byte.MaxValue)
                return -1;
            KnownEndings.Add(ending);
            return _endingNumbers[ending] = (byte)(KnownEndings.Count - 1);
        }
    }

    /// <summary>A SHA-256 in 32 bytes.</summary>
    internal readonly record struct Hash(ulong A, ulong B, ulong C, ulong D) : IComparable<Hash>
    {
        private const int Digits = 64;

        /// <param name="sha256">The hash as text.</param>
        /// <param name="isWhole">Whether the text can be made of the bytes; another text, which no import makes, is hashed itself.</param>
        public static Hash Of(string sha256, out bool isWhole)
        {
            Span<byte> bytes = stackalloc byte[SHA256.HashSizeInBytes];
            isWhole =
                sha256.Length == Digits
                && !sha256.AsSpan().ContainsAnyInRange('A', 'F')
                && Convert.FromHexString(sha256, bytes, out _, out _) == System.Buffers.OperationStatus.Done;
            if (!isWhole)
                SHA256.HashData(Encoding.UTF8.GetBytes(sha256), bytes);
            return new Hash(
                BinaryPrimitives.ReadUInt64BigEndian(bytes),
                BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]),
                BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]),
                BinaryPrimitives.ReadUInt64BigEndian(bytes[24..])
            );
        }

        public int CompareTo(Hash other) => (A, B, C, D).CompareTo((other.A, other.B, other.C, other.D));

        public override string ToString()
        {
            Span<byte> bytes = stackalloc byte[SHA256.HashSizeInBytes];
            BinaryPrimitives.WriteUInt64BigEndian(bytes, A);
            BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], B);
            BinaryPrimitives.WriteUInt64BigEndian(bytes[16..], C);
            BinaryPrimitives.WriteUInt64BigEndian(bytes[24..], D);
            return Convert.ToHexStringLower(bytes);
        }
    }
}

/// <summary>A <see cref="Sample.Key"/> in its parts.</summary>
/// <param name="Sha256">Of the image.</param>
/// <param name="Region">The region; the default for the whole image.</param>
internal readonly record struct SampleId(string Sha256, PixelArea Region)
{
    /// <summary>Null where the text is no key.</summary>
    public static SampleId? Parse(string key)
    {
        if (!key.Contains('@'))
            return new SampleId(key, default);
        string[] parts = key.Split('@', 2);
        int[] sides = new int[4];
        string[] texts = parts[1].Split(',');
        if (texts.Length != sides.Length)
            return null;
        for (int i = 0; i < sides.Length; i++)
        {
            if (!int.TryParse(texts[i], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out sides[i]))
                return null;
        }

        return new SampleId(parts[0], new PixelArea(sides[0], sides[1], sides[2], sides[3]));
    }
}
