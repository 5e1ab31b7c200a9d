using System.Text;
using BlazorTransfer.Fuzzing;
using BlazorTransfer.Training.Weights;

namespace BlazorTransfer.Training.Tests.Weights;

/// <summary>Pickles that lie, loop or grow, in the zip and in the old format.</summary>
public sealed class HostilePickleTests
{
    // Texts of pickle opcodes, a byte a character. A dictionary with one tensor 'a' of two floats in storage '0'.
    private const string Storage = "((U\u0007storagectorch\nFloatStorage\nU\u00010U\u0003cpuK\u0002tQ",
        Rebuild = "ctorch._utils\n_rebuild_tensor_v2\n",
        NewStorage =
            "((\u008c\u0007storage\u0094\u008c\u0005torch\u0094\u008c\u000cFloatStorage\u0094\u0093\u0094"
            + "\u008c\u00010\u0094\u008c\u0003cpu\u0094K\u0002t\u0094Q",
        NewRebuild = "\u008c\u000ctorch._utils\u0094\u008c\u0012_rebuild_tensor_v2\u0094\u0093\u0094",
        End = "\u0089NtR";
    private const string Tensor = Rebuild + Storage + "K\0K\u0002\u0085K\u0001\u0085" + End;

    [Theory]
    [InlineData("}U\u0001a" + Tensor + "s.", "a")]
    [InlineData("}U\u0001a" + Tensor + "sU\u0006_extraNs.", "a")]
    [InlineData("}U\u0005modelc" + "collections\nOrderedDict\n)RU\u0001a" + Tensor + "ss.", "a")]
    [InlineData("}(U\u0008module.a" + Tensor + "U\u0008module.b" + Tensor + "u.", "a,b")]
    // protocol 4: the same names from the stack, memoized
    [InlineData("}\u0094\u008c\u0001a\u0094" + NewRebuild + NewStorage + "K\0K\u0002\u0085\u0094K\u0001\u0085\u0094" + End + "s.", "a")]
    [InlineData("}\u008d\u0001\0\0\0\0\0\0\0a" + NewRebuild + NewStorage + "K\0K\u0002\u0085K\u0001\u0085" + End + "s.", "a")]
    // numbers in the long form
    [InlineData("}U\u0001a" + Rebuild + Storage + "\u008a\0\u008a\u0001\u0002\u0085K\u0001\u0085" + End + "s.", "a")]
    // empty, its offset behind the storage
    [InlineData("}U\u0001a" + Rebuild + Storage + "K\u0009K\0\u0085K\u0001\u0085" + End + "s.", "a")]
    public void Read_WithStateDictionary_ReadsIt(string pickle, string names) => Assert.Equal(names.Split(','), Read(Pth(pickle)).Keys);

    [Theory]
    [InlineData("N.", "no state dictionary")]
    [InlineData("(.", "no state dictionary")]
    [InlineData("}.", "no tensors")]
    [InlineData(".", "damaged")]
    [InlineData("NNa.", "damaged")]
    [InlineData("N(Ne.", "damaged")]
    [InlineData("NNNs.", "damaged")]
    [InlineData("}(Nu.", "damaged")]
    [InlineData("NNR.", "damaged")]
    [InlineData("NQ.", "damaged")]
    [InlineData("Nb.", "damaged")]
    [InlineData("Nt.", "damaged")]
    [InlineData("N\u0087.", "damaged")]
    [InlineData("}NNs.", "no texts")]
    [InlineData("}q\u0009.", "damaged")]
    [InlineData("}r\u00ff\u00ff\u00ff\u00ff.", "damaged")]
    [InlineData("h\u0005.", "damaged")]
    [InlineData("j\u00ff\u00ff\u00ff\u007f.", "damaged")]
    [InlineData("X\u00ff\u00ff\u00ff\u00ff.", "too long")]
    [InlineData("X\u00ff\u00ff\u00ff\u007f.", "ends in the middle")]
    [InlineData("U\u0002\u00c3\u0028.", "no UTF-8")]
    [InlineData("\u008a\u0011aaaaaaaaaaaaaaaaa.", "too long")]
    [InlineData("\u0080\u0006.", "protocol 6")]
    [InlineData("}", "ends in the middle")]
    [InlineData("cos", "ends in the middle of a name")]
    [InlineData("cbuiltins\neval\n.", "builtins.eval")]
    [InlineData("\u0081.", "opcode 0x81")] // NEWOBJ
    [InlineData("\u008c\u0008builtins\u008c\u0004eval\u0093.", "builtins.eval")]
    [InlineData("\u008c\u0005posix\u0094\u008c\u0006system\u0094\u0093\u0094\u008c\u0001x\u0085R.", "posix.system")]
    [InlineData("\u0093.", "damaged")]
    [InlineData("N\u008c\u0001a\u0093.", "damaged")]
    [InlineData("\u0094.", "damaged")]
    [InlineData("\u0095\u00ff\0\0\0\0\0\0\0.", "ends in the middle")]
    [InlineData("\u0095\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff.", "ends in the middle")]
    [InlineData("\u008c\u0009abc.", "ends in the middle")]
    [InlineData("\u008d\u00ff\u00ff\u00ff\u00ff\0\0\0\0.", "too long")]
    [InlineData("}q\0U\u0005modelh\0s.", "no state dictionary")] // a dictionary that is its own model
    [InlineData("}U\u0001a" + Tensor + "sU\u0001a" + Tensor + "s.", "'a' is there twice")]
    [InlineData("}U\u0001a" + Rebuild + Storage + "K\u0001K\u0002\u0085K\u0001\u0085" + End + "s.", "leaves its storage")]
    [InlineData("}U\u0001a" + Rebuild + Storage + "J\u00ff\u00ff\u00ff\u00ffK\u0002\u0085K\u0001\u0085" + End + "s.", "'a' is damaged")]
    [InlineData("}U\u0001a" + Rebuild + Storage + "K\0K\u0002\u0085J\u00ff\u00ff\u00ff\u00ff\u0085" + End + "s.", "'a' is damaged")]
    [InlineData("}U\u0001a" + Rebuild + Storage + "K\0K\u0002\u0085)" + End + "s.", "'a' is damaged")]
    [InlineData("}U\u0001a" + Rebuild + Storage + "K\0K\u0002\u0085N\u0085" + End + "s.", "damaged")]
    [InlineData("}U\u0001a" + Rebuild + Storage + "K\0NN" + End + "s.", "calls something")]
    [InlineData("}U\u0001a" + Rebuild + Storage + "K\0J\u00ff\u00ff\u00ff\u00ff\u0085K\0\u0085" + End + "s.", "negative side")]
    // 2^60 and 2^61 elements of no stride, whose bytes overflow to little or nothing.
    [InlineData("}U\u0001a" + Rebuild + Storage + "K\0\u008a\u0008\0\0\0\0\0\0\0\u0010\u0085K\0\u0085" + End + "s.", "far more bytes")]
    [InlineData("}U\u0001a" + Rebuild + Storage + "K\0\u008a\u0008\0\0\0\0\0\0\0\u0020\u0085K\0\u0085" + End + "s.", "far more bytes")]
    [InlineData(
        "}U\u0001a" + Rebuild + Storage + "K\0\u008a\u0008\0\0\0\0\0\0\0\u0040K\u0008\u0086K\0K\0\u0086" + End + "s.",
        "fit into memory"
    )]
    [InlineData(
        "}U\u0001ac"
            + "torch._utils\n_rebuild_tensor_v2\n"
            + "((U\u0007storagectorch\nFloatStorage\nU\u00010U\u0003cpuK\u0001tQK\0K\u0001\u0085K\u0001\u0085\u0089NtRs.",
        "another length"
    )]
    [InlineData(
        "}U\u0001ac"
            + "torch._utils\n_rebuild_tensor_v2\n"
            + "((U\u0007storagectorch\nDoubleStorage\nU\u00010U\u0003cpuK\u0002tQK\0K\u0001\u0085K\u0001\u0085\u0089NtRs.",
        "another length"
    )]
    [InlineData(
        "}U\u0001ac"
            + "torch._utils\n_rebuild_tensor_v2\n"
            + "((U\u0007storagectorch\nFloatStorage\nU\u00011U\u0003cpuK\u0002tQK\0K\u0001\u0085K\u0001\u0085\u0089NtRs.",
        "is missing"
    )]
    [InlineData("(U\u0007storagectorch\nFloatStorage\nU\u00010U\u0003cpuK\u0002NNtQ.", "no state dictionary does")]
    public void Read_WithPickleThatLies_RefusesAndSaysWhy(string pickle, string words) =>
        Assert.Contains(words, Refusal(Pth(pickle)), StringComparison.Ordinal);

    [Fact]
    public void Read_WithShapeThatManyTensorsShare_RefusesToCopyItForEach()
    {
        // Written once, kept in the memo, called for again and again: quadratic in the length of the file.
        var pickle = new StringBuilder("}((").Insert(1, "(").Append(string.Concat(Enumerable.Repeat("K\u0001", 100_000))).Append("tq\0");
        pickle.Append(Rebuild).Append(Storage).Append("K\0h\0h\0").Append(End).Append('.');

        Assert.Contains("100000 dimensions", Refusal(Pth(pickle.ToString())), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_WithMillionsOfOperations_RefusesInTime()
    {
        Assert.Contains("too many objects", Refusal(Pth(new string('N', 5_000_001))), StringComparison.Ordinal);
        Assert.Contains("no texts", Refusal(Pth(new string('N', 4_000_000) + "}NNs.")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_WithNumbersAsKeysThatAllHashAlike_IsNotSlowed()
    {
        // The hash of a long is its halves' exclusive or, so these are all 0.
        var pickle = new StringBuilder("}(");
        for (uint i = 1; i <= 500_000; i++)
        {
            string half = Encoding.Latin1.GetString(BitConverter.GetBytes(i));
            pickle.Append("\u008a\u0008").Append(half).Append(half).Append('N');
        }

        byte[] file = Pth(pickle.Append("u.").ToString());

        // Comparing each key with all before it takes 10¹¹ steps, far longer than the limit; one look at each takes a second.
        string refusal = await Task.Run(() => Refusal(file)).WaitAsync(TimeSpan.FromMinutes(3));

        Assert.Contains("no tensors", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_WithNameOfManyPrefixes_TakesOffAFew()
    {
        string name = string.Concat(Enumerable.Repeat("module.", 140)),
            text = Encoding.Latin1.GetString(BitConverter.GetBytes(name.Length));

        Assert.Single(Read(Pth("}X" + text + name + Tensor + "s.")));
        string longer = string.Concat(Enumerable.Repeat("module.", 150)),
            longerText = Encoding.Latin1.GetString(BitConverter.GetBytes(longer.Length));
        Assert.Contains("1050 characters", Refusal(Pth("}X" + longerText + longer + Tensor + "s.")), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_WithTransposedTensor_GathersItsRows()
    {
        const string six = "((U\u0007storagectorch\nFloatStorage\nU\u00010U\u0003cpuK\u0006tQ";
        byte[] pickle = Pickle("}U\u0001a" + Rebuild + six + "K\0K\u0003K\u0002\u0086K\u0001K\u0003\u0086" + End + "s.");
        byte[] data = [.. Enumerable.Range(0, 6).SelectMany(i => BitConverter.GetBytes((float)i))];

        TensorData tensor = Read(WeightsSeed.Zip([("m/data.pkl", pickle), ("m/data/0", data)]))["a"];

        Assert.Equal([0, 3, 1, 4, 2, 5], tensor.ToSingles());
    }

    public static TheoryData<string, int, string, string> LegacyLies =>
        new()
        {
            { "magic", 5, "\u0001", "no PyTorch file" },
            { "protocol", 3, "\u0001", "version is unknown" },
            { "system", 23, "\u0089", "big-endian" },
            { "keys", 2, "}", "damaged" },
            { "keys", 9, "9", "no part of its state dictionary" },
            { "keys", 9, "1", "names one twice" },
            { "2", 0, "\0", "another length" },
            { "0", 7, "\u0080", "ends before its data" },
            { "0", 7, "\u007f", "ends before its data" },
            { "2", 0, "\u0002", "ends before its data" },
        };

    [Theory]
    [MemberData(nameof(LegacyLies))]
    public void Read_WithOldFormatThatLies_RefusesAndSaysWhy(string part, int at, string bytes, string words)
    {
        WeightsSeed seed = WeightsSeed.Of("legacy")[0];
        (string Name, byte[] Bytes)[] parts = [.. seed.Parts.Select(p => (p.Name, (byte[])[.. p.Bytes]))];
        Encoding.Latin1.GetBytes(bytes).CopyTo(parts.Single(p => p.Name == part).Bytes, at);

        Assert.Contains(words, Refusal(seed.Assemble(parts)), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OfOldFormatCutAnywhere_Refuses()
    {
        byte[] file = WeightsSeed.Of("legacy")[0].File;
        for (int length = 0; length < file.Length; length++)
            Refusal(file[..length]);
    }

    private static byte[] Pickle(string opcodes) => [0x80, 2, .. Encoding.Latin1.GetBytes(opcodes)];

    private static byte[] Pth(string opcodes) => WeightsSeed.Zip([("m/data.pkl", Pickle(opcodes)), ("m/data/0", new byte[8])]);

    private static IReadOnlyDictionary<string, TensorData> Read(byte[] file) => WeightsFile.Read(new MemoryStream(file)).Tensors;

    private static string Refusal(byte[] file) => Assert.Throws<WeightsException>(() => Read(file)).Message;
}
