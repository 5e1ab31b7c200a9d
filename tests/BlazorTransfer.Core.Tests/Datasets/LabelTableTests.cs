using System.Text;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Messages;

namespace BlazorTransfer.Core.Tests.Datasets;

public sealed class LabelTableTests
{
    [Theory]
    [InlineData("file,material,size\na/1.jpg,steel,s\na/2.jpg,\"brass, old\",\n")]
    [InlineData("\ufeffFile;material;size\r\na/1.jpg;steel;s\r\na\\2.jpg;\"brass, old\";\r\n")]
    [InlineData("size\tfile_name\tmaterial\ns\ta/1.jpg\tsteel\n\t/a/2.jpg\tbrass, old")]
    [InlineData("sep=;\r\nfile;material;size\r\na/1.jpg;steel;s\r\na/2.jpg;brass, old;\r\n")]
    public void Read_OfWhatSpreadsheetsWrite_FindsTheLabels(string text)
    {
        LabelTable table = Read("upload/labels.csv", text);

        Assert.Equal(["material", "size"], table.Columns.Order());
        Assert.Equal(new Dictionary<string, string> { ["material"] = "steel", ["size"] = "s" }, table.TagsOf("upload/a/1.jpg"));
        Assert.Equal(new Dictionary<string, string> { ["material"] = "brass, old" }, table.TagsOf("upload/a/2.jpg"));
        Assert.Null(table.TagsOf("a/1.jpg"));
    }

    [Fact]
    public void Read_WithClassAndSplit_PlacesTheFiles_AndSaysWhatItKnowsNothingOf()
    {
        LabelTable table = Read(
            "labels.csv",
            "file,class,split,light\n1.jpg,pit,train,warm\nin/2.jpg,good,val,\n3.jpg,,test,cold\n4.jpg,pit,,\n5.jpg,pit,Training,\n"
        );

        ClassFolderLayout layout = ClassFolderLayout.Of(
            ["labels.csv", "1.jpg", "in/2.jpg", "3.jpg", "4.jpg", "6.jpg"],
            ImportLayout.Table,
            table
        );

        Assert.Equal(
            [("1.jpg", "pit", Split.Train), ("4.jpg", "pit", (Split?)null), ("in/2.jpg", "good", Split.Validation)],
            layout.Placed.Select(p => (p.Name, p.Label!, p.Split))
        );
        Assert.Equal(
            [("3.jpg", "labels.csv names no class for it."), ("6.jpg", "labels.csv has no row for it.")],
            layout.Rejected.Select(r => (r.Name, r.Reason.English))
        );
        Assert.Equal("5.jpg", Assert.Single(table.Absent(["1.jpg", "in/2.jpg", "3.jpg", "4.jpg"])).Name);
    }

    [Fact]
    public void Table_WithinFoldersThatWrapEverything_NamesFilesFromItsOwn()
    {
        string[] names = ["set/images/labels.csv", "set/images/1.jpg", "set/images/b/2.jpg", "set/labels.txt", "set/images/b/labels.csv"];
        LabelTable table = LabelTable.In(
            names,
            name => (Encoding.UTF8.GetBytes(name == names[0] ? "file,class\n1.jpg,x\nb/2.jpg,y" : "no"), null),
            ImportLayout.Table,
            []
        )!;

        Assert.Equal(
            [("set/images/1.jpg", "x"), ("set/images/b/2.jpg", "y")],
            ClassFolderLayout.Of(names, ImportLayout.Table, table).Placed.Select(p => (p.Name, p.Label!))
        );
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("material,size\nsteel,s", "Call it 'file'")]
    [InlineData("file,size,Size\n1.jpg,s,s", "twice")]
    [InlineData("file,size\n1.jpg,s\n1.jpg,m", "line 3: '1.jpg' has a row already")]
    [InlineData("file,size\n,s", "line 2: no file")]
    [InlineData("file,size,split\n1.jpg,s,perhaps", "'perhaps' is no split")]
    [InlineData("file,size\n1.jpg,\"s", "quotation marks")]
    [InlineData("file,size\n1.jpg,a\u0001b", "line 2")]
    [InlineData("\0\0", "no text")]
    public void Read_OfWhatIsNoTable_SaysWhatToChange(string text, string words) =>
        Assert.Contains(words, Assert.Throws<ImportException>(() => Read("labels.csv", text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Read_OfMoreThanIsAllowed_Refuses()
    {
        Assert.Contains(
            "columns",
            Refusal("file," + string.Join(',', Enumerable.Range(0, 50).Select(i => $"c{i}")) + "\n"),
            StringComparison.Ordinal
        );
        Assert.Contains("longer than 100", Refusal($"file,size\n1.jpg,{new string('x', 101)}"), StringComparison.Ordinal);
        Assert.Contains(
            "32 MB",
            Assert
                .Throws<ImportException>(() => LabelTable.In(["labels.csv"], _ => (new byte[(32 << 20) + 1], null), ImportLayout.Table, []))
                .Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "It is encrypted.",
            Assert
                .Throws<ImportException>(() =>
                    LabelTable.In(["labels.csv"], _ => (null, Message.Plain("It is encrypted.")), ImportLayout.Table, [])
                )
                .Message,
            StringComparison.Ordinal
        );
        Assert.Null(LabelTable.In(["a/1.jpg"], _ => throw new InvalidOperationException(), ImportLayout.Table, []));

        static string Refusal(string text) => Assert.Throws<ImportException>(() => Read("labels.csv", text)).Message;
    }

    /// <summary>Whatever somebody uploads: a table, or a refusal in words.</summary>
    [Fact]
    public void Read_OfDamagedTables_ReadsOrRefuses()
    {
        const int times = 20_000;
        byte[] whole = Encoding.UTF8.GetBytes(
            "file,class,split,\"ma\"\"terial\"\r\na/1.jpg,pit,train,\"steel, old\"\r\nb/2.jpg,good,val,ä\r\n"
        );
        byte[] signs = [.. "\",;\t\n\r\0 /.aä"u8, 0xff, 0xef, 0xbb, 0xbf];
        var random = new Random(5);
        int read = 0,
            refused = 0;
        for (int i = 0; i < times; i++)
        {
            List<byte> bytes = [.. whole];
            for (int change = 0; change <= i % 4; change++)
            {
                int at = random.Next(bytes.Count);
                if (random.Next(3) == 0)
                    bytes.RemoveRange(at, random.Next(Math.Min(9, bytes.Count - at)));
                else if (random.Next(2) == 0)
                    bytes.Insert(at, signs[random.Next(signs.Length)]);
                else
                    bytes[at] = signs[random.Next(signs.Length)];
            }

            try
            {
                LabelTable.Read("labels.csv", [.. bytes]);
                read++;
            }
            catch (ImportException)
            {
                refused++;
            }
        }

        Assert.Equal(times, read + refused);
        Assert.InRange(read, times / 20, times - times / 20);
    }

    [Fact]
    public void LabelSets_AreReadAsPeopleTypeThem_AndAskedForWhereTheyCanBeLearned()
    {
        Assert.Equal(new LabelSetSpec("material"), Read("material"));
        Assert.Equal(new LabelSetSpec("material", 0.5), Read("material = 0.5"));
        Assert.Equal("The weight of 'material': 'much' is not a number.", Refusal("material=much"));
        Assert.Equal("The weight of 'material': '0,5' is not a number. Write it with a point: 0.5.", Refusal("material=0,5"));
        Assert.Equal("'=1' names no label set. Write a name, or a name and a weight, such as material=0.5.", Refusal("=1"));
        Sample[] samples = [Of("a", Split.Train), Of("b", Split.Train), Of("b", Split.Test), Of(null, Split.Validation)];
        Assert.Equal(
            "No validation image has a label 'material', so that nobody could tell how well it is learned.",
            LabelSetSpec.WhyNot([new("material")], samples)
        );
        Assert.Null(LabelSetSpec.WhyNot([new("material")], [.. samples, Of("b", Split.Validation)]));
        Assert.Equal(new LabelTask("material", ["a", "b"]), LabelTask.OfTag("material", samples));
        Assert.Contains(
            "import them with a labels.csv",
            LabelSetSpec.WhyNot([new("size")], [Of(null, Split.Train)]),
            StringComparison.Ordinal
        );

        static Sample Of(string? material, Split split) =>
            new()
            {
                File = "f",
                Sha256 = "s",
                Name = "n",
                Label = "c",
                Split = split,
                Width = 1,
                Height = 1,
                Tags = material is null ? [] : new Dictionary<string, string> { ["material"] = material },
            };
    }

    private static LabelTable Read(string name, string text) => LabelTable.Read(name, Encoding.UTF8.GetBytes(text));

    private static LabelSetSpec Read(string text)
    {
        Assert.True(LabelSetSpec.TryParse(text, out LabelSetSpec? spec, out Message? error), error);
        return spec;
    }

    private static string Refusal(string text)
    {
        Assert.False(LabelSetSpec.TryParse(text, out _, out Message? error));
        return error;
    }
}
