using System.Text;
using BlazorTransfer.Training.Weights;

namespace BlazorTransfer.Training.Tests.Weights;

/// <summary>The limits of the format, each with the words of its refusal.</summary>
public sealed class HostileSafetensorsTests
{
    [Theory]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""",
        8,
        "overlap"
    )]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""",
        4,
        "overlap"
    )]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "leave a gap")]
    [InlineData(
        """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""",
        8,
        "'b' overlap others or leave a gap"
    )]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}""", 0, "leave a gap")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,-8]}}""", 8, "leave the file")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 4, "leave the file")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,9223372036854775807]}}""", 8, "leave the file")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,9223372036854775808]}}""", 8, "damaged")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 12, "behind the last")]
    [InlineData("{}", 4, "behind the last")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "does not fit its bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,7]}}""", 7, "does not fit its bytes")]
    [InlineData("""{"a":{"dtype":"F64","shape":[2],"data_offsets":[0,8]}}""", 8, "does not fit its bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387905],"data_offsets":[0,4]}}""", 4, "does not fit its bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[9223372036854775807,4],"data_offsets":[0,8]}}""", 8, "fit into memory")]
    [InlineData("""{"a":{"dtype":"F32","shape":[9223372036854775807,4,0],"data_offsets":[0,0]}}""", 0, "fit into memory")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8, "negative side")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1,-2],"data_offsets":[0,8]}}""", 8, "negative side")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}""", 8, "damaged")]
    [InlineData("""{"a":{"dtype":"F32","shape":["2"],"data_offsets":[0,8]}}""", 8, "damaged")]
    [InlineData("""{"a":{"dtype":"F32","shape":2,"data_offsets":[0,8]}}""", 8, "damaged")]
    [InlineData("""{"a":{"dtype":"C64","shape":[1],"data_offsets":[0,8]}}""", 8, "'C64' is not supported")]
    [InlineData("""{"a":{"dtype":null,"shape":[1],"data_offsets":[0,8]}}""", 8, "not supported")]
    [InlineData("""{"a":{"dtype":32,"shape":[2],"data_offsets":[0,8]}}""", 8, "damaged")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4,8]}}""", 8, "two offsets")]
    [InlineData("""{"a":{"dtype":"F32","data_offsets":[0,8]}}""", 8, "type, shape and two offsets")]
    [InlineData("""{"a":[]}""", 0, "damaged")]
    [InlineData("""{"a":""", 8, "damaged")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""",
        8,
        "'a' is there twice"
    )]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"\u0061":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}""",
        0,
        "'a' is there twice"
    )]
    [InlineData("""{"a":{"dtype":"F32","dtype":"F64","shape":[1],"data_offsets":[0,8]}}""", 8, "described twice")]
    [InlineData("""{"\ud800":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "damaged")]
    [InlineData("""{"a":{"dtype":"F32","shape":[[[[[[1]]]]]],"data_offsets":[0,4]}}""", 4, "damaged")]
    [InlineData("""{"__metadata__":{"a":1},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "other than texts")]
    [InlineData("""{"__metadata__":{"a":"1","a":"2"},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "twice")]
    [InlineData("""{"__metadata__":[],"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "damaged")]
    [InlineData("""{"__metadata__":{"format":"pt"}}""", 0, "no tensors")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}} x""", 4, "damaged")]
    public void Read_WithHeaderThatLies_RefusesAndSaysWhy(string header, int dataBytes, string words) =>
        Assert.Contains(words, Refusal(File(Encoding.UTF8.GetBytes(header), dataBytes)), StringComparison.Ordinal);

    [Fact]
    public void Read_WithTextThatIsNoUtf8_Refuses()
    {
        byte[] name = Encoding.UTF8.GetBytes("""{"a?":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""");
        byte[] metadata = Encoding.UTF8.GetBytes("""{"__metadata__":{"a":"?"},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""");
        foreach (byte[] header in new[] { name, metadata })
        {
            header[Array.IndexOf(header, (byte)'?')] = 0xff;
            Assert.Contains("damaged", Refusal(File(header, 4)), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(ulong.MaxValue, "shorter than its header says")]
    [InlineData(long.MaxValue, "shorter than its header says")]
    [InlineData(1000, "shorter than its header says")]
    [InlineData(0, "damaged")]
    [InlineData(1, "damaged")]
    public void Read_WithWrongHeaderLength_Refuses(ulong length, string words)
    {
        byte[] file = File("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"""u8, 4);
        BitConverter.TryWriteBytes(file, length);

        Assert.Contains(words, Refusal(file), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_WithHeaderAtTheLimit_ReadsIt_AndOneBeyond_Refuses()
    {
        const int limit = 1 << 20;
        byte[] header = """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"""u8.ToArray();
        byte[] padded = [.. header, .. Enumerable.Repeat((byte)' ', limit - header.Length)];

        Assert.Equal(["a"], Read(File(padded, 4)).Keys);
        Assert.Contains("longer than allowed", Refusal(File([.. padded, (byte)' '], 4)), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_WithDeepJson_RefusesWithoutDescending() =>
        Assert.Contains(
            "damaged",
            Refusal(File(Encoding.UTF8.GetBytes("{\"a\":" + new string('[', 500_000)), 0)),
            StringComparison.Ordinal
        );

    [Fact]
    public void Read_WithNamesAndShapesOfAbsurdLength_RefusesInShortWords()
    {
        string name = new string('n', 2000) + "\\n",
            ones = string.Join(',', Enumerable.Repeat(1, 33));

        string longName = Refusal(
            File(Encoding.UTF8.GetBytes($$$"""{"{{{name}}}":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"""), 4)
        );
        string longShape = Refusal(
            File(Encoding.UTF8.GetBytes($$$"""{"a\n":{"dtype":"F32","shape":[{{{ones}}}],"data_offsets":[0,4]}}"""), 4)
        );

        Assert.Contains("2001 characters", longName, StringComparison.Ordinal);
        Assert.Contains("'a?' has 33 dimensions", longShape, StringComparison.Ordinal);
        Assert.All([longName, longShape], words => Assert.True(words.Length < 200 && !words.Any(char.IsControl), words));
    }

    [Fact]
    public void Read_WithTensorLargerThanAnArray_Refuses()
    {
        long bytes = (long)Array.MaxLength + 1;
        byte[] header = Encoding.UTF8.GetBytes($$$"""{"a":{"dtype":"U8","shape":[{{{bytes}}}],"data_offsets":[0,{{{bytes}}}]}}""");
        string path = Path.GetTempFileName();
        try
        {
            using (FileStream stream = System.IO.File.OpenWrite(path))
            {
                stream.Write(File(header, 0));
                // No byte is written for it where the file system knows holes.
                stream.SetLength(stream.Length + bytes);
            }

            Assert.Contains(
                "larger than 2 GB",
                Assert.Throws<WeightsException>(() => WeightsFile.Open(path)).Message,
                StringComparison.Ordinal
            );
        }
        finally
        {
            System.IO.File.Delete(path);
        }
    }

    [Fact]
    public void Read_WithUnalignedAndEmptyTensorsInAnyOrder_ReadsThem()
    {
        // The format asks no alignment: the float begins at an odd byte, and its entry comes first.
        byte[] file = File(
            """
            {"f":{"dtype":"F32","shape":[1],"data_offsets":[1,5]},
             "e":{"dtype":"F32","shape":[0,3],"data_offsets":[5,5]},
             "b":{"dtype":"U8","shape":[],"data_offsets":[0,1]}}
            """u8,
            0
        );
        file = [.. file, 7, .. BitConverter.GetBytes(1.5f)];

        IReadOnlyDictionary<string, TensorData> tensors = Read(file);

        Assert.Equal([1.5f], tensors["f"].ToSingles());
        Assert.Equal([7f], tensors["b"].ToSingles());
        Assert.Equal([0, 3], tensors["e"].Shape);
    }

    private static byte[] File(ReadOnlySpan<byte> header, int dataBytes) =>
        [.. BitConverter.GetBytes((ulong)header.Length), .. header, .. new byte[dataBytes]];

    private static IReadOnlyDictionary<string, TensorData> Read(byte[] file) => WeightsFile.Read(new MemoryStream(file)).Tensors;

    private static string Refusal(byte[] file) => Assert.Throws<WeightsException>(() => Read(file)).Message;
}
