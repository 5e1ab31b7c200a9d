using System.CommandLine;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using BlazorTransfer.Benchmarks;

// Whole runs: what do pretrained weights bring? See .github/builtin-backbone.md.
//   dotnet run -c Release --project tests/BlazorTransfer.Benchmarks -- transfer --data FOLDER --weights FILE
if (args is ["transfer", ..])
    return new RootCommand { TransferComparison.Create() }
        .Parse(args)
        .Invoke();

// Whole runs: what does each method make of few images? See .github/learning.md.
//   dotnet run -c Release --project tests/BlazorTransfer.Benchmarks -- learning --data FOLDER --weights FILE
if (args is ["learning", ..])
    return new RootCommand { LearningComparison.Create() }
        .Parse(args)
        .Invoke();

// Whole runs: one network for two questions, or one for each? See .github/learning.md.
//   dotnet run -c Release --project tests/BlazorTransfer.Benchmarks -- multi-task --data FOLDER --weights FILE
if (args is ["multi-task", ..])
    return new RootCommand { MultiTaskComparison.Create() }
        .Parse(args)
        .Invoke();

// Whole runs: what does each method of domain adaptation gain? See .github/adaptation.md.
//   dotnet run -c Release --project tests/BlazorTransfer.Benchmarks -- adaptation --data FOLDER --weights FILE
if (args is ["adaptation", ..])
    return new RootCommand { AdaptationComparison.Create() }
        .Parse(args)
        .Invoke();

// Whole runs: does the ranking of backbones predict what they reach? See .github/ranking.md.
//   dotnet run -c Release --project tests/BlazorTransfer.Benchmarks -- ranking --data NAME=FOLDER sample --weights FILE...
if (args is ["ranking", .. var rest])
    return RankingComparison.Run(rest);

// Whole runs: how fast are images and a network, against PyTorch? See .github/performance.md.
//   dotnet run -c Release --project tests/BlazorTransfer.Benchmarks -- speed --data FOLDER
if (args is ["speed", ..])
    return new RootCommand { SpeedComparison.Create() }
        .Parse(args)
        .Invoke();

// How fast do a run's events reach many clients? See .github/reliability.md.
//   dotnet run -c Release --project tests/BlazorTransfer.Benchmarks -- events --clients 500
if (args is ["events", ..])
    return await new RootCommand { EventDelivery.Create() }
        .Parse(args)
        .InvokeAsync();

// How fast is the index of a data set's working copy? See .github/performance.md.
//   dotnet run -c Release --project tests/BlazorTransfer.Benchmarks -- working-copy --images 100000
if (args is ["working-copy", ..])
    return new RootCommand { WorkingCopyTimes.Create() }
        .Parse(args)
        .Invoke();

// Paired comparisons: both sides in one process, one after the other, and the ratio is the figure.
//   dotnet run -c Release --project tests/BlazorTransfer.Benchmarks -- --filter '*'
// In this process, because libtorch's gigabyte need not be copied into a project of its own for each benchmark.
Job job = Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance);
BenchmarkSwitcher.FromAssembly(typeof(TransferComparison).Assembly).Run(args, DefaultConfig.Instance.AddJob(job));
return 0;
