using System.Text;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Messages;

namespace BlazorTransfer.Core.Tests.Datasets;

public sealed class ImportReportTests
{
    [Fact]
    public void Write_OfNamesWithQuotesLinesAndFormulas_IsACsvFileThatIsSafeToOpen()
    {
        var sample = new Sample
        {
            File = "aa/1.jpg",
            Sha256 = "abc",
            Name = "a,\"b\".jpg",
            Labels = ["cat", "dog"],
            Region = new PixelArea(1, 2, 3, 4),
            Split = Split.Validation,
            Width = 9,
            Height = 9,
        };
        using var file = new MemoryStream();

        ImportReport.Write(file, [sample], [new RejectedFile("=cmd()", Message.Plain("It is\nbad."))], r => r.English);

        Assert.Equal(
            "\uFEFFfile,result,labels,split,region,sha256,reason\r\n"
                + "\"a,\"\"b\"\".jpg\",taken,cat|dog,validation,1 2 3 4,abc,\r\n"
                + "'=cmd(),skipped,,,,,\"It is\nbad.\"\r\n",
            Encoding.UTF8.GetString(file.ToArray())
        );
    }
}
