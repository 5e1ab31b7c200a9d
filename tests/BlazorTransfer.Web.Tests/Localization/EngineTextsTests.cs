using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Web.Localization;
using BlazorTransfer.Web.Refusals;

namespace BlazorTransfer.Web.Tests.Localization;

/// <summary>Messages of engine and worker, and the catalogue, in the language of the page.</summary>
public sealed class EngineTextsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => TestFolder.Delete(_folder);

    [Fact]
    public void Of_KnownMessage_IsInTheLanguage()
    {
        Message message = Message.Of("run.early-stopping", $"Stopped after epoch {7}: {3} epochs brought nothing better.");

        Assert.Equal("在第 7 轮后停止：连续 3 轮没有提升。", EngineTexts.Of(message, Languages.Chinese));
        Assert.Equal(message.English, EngineTexts.Of(message, Languages.English));
    }

    [Fact]
    public void Of_ValuesOfAMessage_AreInTheLanguageToo()
    {
        var method = new TransferMethodSpec("linear-probe", "Linear probe", "", "", null, []) { Source = SourceUse.Trunk };
        Message refusal = MethodRequirements.WhyNot(method, new MethodInputs { HasWeights = false })!,
            absent = Message.Of("target.classes-absent", $"No scored image shows: {new[] { "ants", "bees" }}.");

        Assert.Equal("线性探针需要预训练权重。请选择起始权重，或选择其他方法。", EngineTexts.Of(refusal, Languages.Chinese));
        Assert.Contains("ants、bees", EngineTexts.Of(absent, Languages.Chinese), StringComparison.Ordinal);
        Assert.Equal(
            $"{EngineTexts.Of(refusal, Languages.Chinese)}{EngineTexts.Of(absent, Languages.Chinese)}",
            EngineTexts.Of(Message.Join([refusal, absent]), Languages.Chinese)
        );
    }

    /// <summary>A newer worker sends codes that this application has never seen, an older one fewer values.</summary>
    [Fact]
    public void Of_MessageOfAnotherVersion_IsEnglish()
    {
        Message unknown = Message.Of("no.such-code", $"A new warning about {5} images."),
            shorter = Message.From("run.early-stopping", [], "Stopped.");

        Assert.Equal(unknown.English, EngineTexts.Of(unknown, Languages.Chinese));
        Assert.Equal("Stopped.", EngineTexts.Of(shorter, Languages.Chinese));
    }

    [Fact]
    public void Events_OfAnEarlierVersion_AreReadAndShown()
    {
        string file = Path.Combine(_folder, "events.jsonl");
        File.WriteAllLines(
            file,
            [
                """{"type":"queued","sequence":1,"time":"2026-01-02T03:04:05+00:00"}""",
                """{"type":"message","sequence":2,"time":"2026-01-02T03:04:06+00:00","level":"warning","text":"The processor is slow."}""",
                """{"type":"finished","sequence":3,"time":"2026-01-02T03:04:07Z","outcome":"failed","error":"No memory.","seconds":2}""",
            ]
        );

        RunEvent[] events = [.. RunEventTail.All(file)];

        Assert.Equal("The processor is slow.", EngineTexts.Of(Assert.IsType<MessageLogged>(events[1]).Message, Languages.Chinese));
        Assert.Equal("No memory.", EngineTexts.Of(Assert.IsType<RunFinished>(events[2]).Failure!, Languages.Chinese));
    }

    [Fact]
    public void Events_OfThisVersion_AreShownInTheLanguage()
    {
        string file = Path.Combine(_folder, "events.jsonl");
        using (var writer = new RunEventWriter(file))
            writer.Append(
                new RunFinished
                {
                    Outcome = RunOutcome.Failed,
                    Failure = Message.Of("memory.ran-out", $"Memory ran out. Use a smaller batch size or a smaller network."),
                    Seconds = 1,
                }
            );

        var finished = Assert.IsType<RunFinished>(Assert.Single(RunEventTail.All(file)));

        Assert.Equal("内存不足。请使用更小的批大小或更小的网络。", EngineTexts.Of(finished.Failure!, Languages.Chinese));
        Assert.StartsWith("Memory ran out.", finished.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Refusal_OfAnImport_KeepsItsCode()
    {
        var refused = new RefusedException(Assert.Throws<ImportException>(() => TextEncoding.Find("klingon")).Text);

        Assert.Equal("encoding.unknown", refused.Text.Code);
        Assert.StartsWith("The encoding 'klingon' is unknown.", refused.Message, StringComparison.Ordinal);
    }
}
