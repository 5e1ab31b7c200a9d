using System.CommandLine;

namespace BlazorTransfer.Reliability;

/// <summary>Checks of the whole application, for .github/reliability.md:
/// <c>dotnet run --project tests/BlazorTransfer.Reliability -- COMMAND</c>.</summary>
internal static class Commands
{
    public static Task<int> Main(string[] args)
    {
        var minutes = new Option<double>("--minutes") { Description = "How long.", DefaultValueFactory = _ => 60 };
        var csv = new Option<string>("--csv")
        {
            Description = "Where the samples go.",
            DefaultValueFactory = _ => Path.Combine(Path.GetTempPath(), "blazortransfer-soak.csv"),
        };
        var soak = new Command("soak", "Uses the application at half load for a long time: memory, handles and logs stay flat.")
        {
            minutes,
            csv,
        };
        soak.SetAction(
            (result, _) => ShowAsync(new Soak(TimeSpan.FromMinutes(result.GetValue(minutes)), result.GetValue(csv)!).RunAsync())
        );

        var times = new Option<int>("--times") { Description = "How often.", DefaultValueFactory = _ => 200 };
        var slowFlush = new Option<int>("--slow-flush") { Description = "Delay of each flush to the disk, in milliseconds." };
        var seed = new Option<int>("--seed") { Description = "Of the random moments.", DefaultValueFactory = _ => 1 };
        var queue = new Option<int>("--queue") { Description = "Runs queued before the first kill.", DefaultValueFactory = _ => 100 };
        var kills = new Command("kills", "Kills the application under load and looks whether anything is lost.")
        {
            times,
            slowFlush,
            seed,
            queue,
        };
        kills.SetAction(
            (result, _) =>
                ReportAsync(
                    new KillSuite(
                        new KillOptions
                        {
                            Times = result.GetValue(times),
                            SlowFlush = result.GetValue(slowFlush),
                            Seed = result.GetValue(seed),
                            Queue = result.GetValue(queue),
                            Log = Console.Error.WriteLine,
                        }
                    ).RunAsync()
                )
        );

        var seconds = new Option<int>("--seconds") { Description = "How long.", DefaultValueFactory = _ => 600 };
        var writes = new Command("writes", "Writes, reads and deletes documents from many threads.") { seconds };
        writes.SetAction(result =>
        {
            using var suite = new WriteSuite(new WriteOptions { Length = TimeSpan.FromSeconds(result.GetValue(seconds)) });
            return Report(suite.Run());
        });

        var pages = new Option<int>("--times") { Description = "Pages to open and close.", DefaultValueFactory = _ => 1000 };
        var open = new Option<int>("--open") { Description = "Pages that are open at a time.", DefaultValueFactory = _ => 100 };
        var circuits = new Command("circuits", "Opens and closes pages: the web process keeps no memory of them.") { pages, open };
        circuits.SetAction((result, _) => ShowAsync(new CircuitSuite(result.GetValue(pages), result.GetValue(open)).RunAsync()));

        var megabytes = new Option<int>("--megabytes") { Description = "Size of the zip.", DefaultValueFactory = _ => 1000 };
        var upload = new Command("upload", "Uploads a large zip: the web process takes little memory for it.") { megabytes };
        upload.SetAction((result, _) => ShowAsync(new LargeUpload(result.GetValue(megabytes)).RunAsync()));

        return new RootCommand("Shows that the whole application loses nothing and stays within its limits.")
        {
            kills,
            writes,
            circuits,
            soak,
            upload,
        }
            .Parse(args)
            .InvokeAsync();
    }

    private static async Task<int> ShowAsync(Task<MarkdownTable> work)
    {
        MarkdownTable table = await work;
        Console.WriteLine(table);
        return table.Holds ? 0 : 1;
    }

    private static async Task<int> ReportAsync(Task<SuiteResult> work) => Report(await work);

    private static int Report(SuiteResult result)
    {
        Console.WriteLine(result.Table);
        foreach (string fault in result.Faults)
            Console.WriteLine($"- {fault}");
        return result.Faults.Count == 0 ? 0 : 1;
    }
}
