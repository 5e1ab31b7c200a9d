using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BlazorTransfer.Benchmarks;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

// Whole runs: does the ranking of backbones predict what they reach? See .github/ranking.md.
//   dotnet run -c Release --project tests/BlazorTransfer.Benchmarks -- ranking --data NAME=FOLDER sample --weights FILE...
if (args is ["ranking", .. var rest]) return RankingComparison.Run(rest);

// Paired comparisons: both sides in one process, one after the other, and the ratio is the figure.
//   dotnet run -c Release --project tests/BlazorTransfer.Benchmarks -- --filter '*'
// In this process, because libtorch's gigabyte need not be copied into a project of its own for each benchmark.
Job job = Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance);
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, DefaultConfig.Instance.AddJob(job));
return 0;
