using System.CommandLine;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Worker.Commands;

ParentWatch.StartIfAsked();
var root = new RootCommand("BlazorTransfer on the command line: trains, evaluates and uses image classifiers.")
{
    TrainCommand.Create(),
    TrainCommand.CreatePretrain(),
    EvaluateCommand.Create(),
    PredictCommand.Create(),
    DescribeCommand.Create(),
    InspectWeightsCommand.Create(),
    MeasureCommand.Create(),
    DoctorCommand.Create(),
    RankCommand.Create(),
    PreviewAugmentationCommand.Create(),
    FindCommand.CreateLearningRate(),
    FindCommand.CreateBatchSize(),
    DrawFractalsCommand.Create(),
    RunCommand.Create(),
};
ParseResult parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    parsed.Invoke();
    return (int)WorkerExitCode.Usage;
}

return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
