using System.CommandLine;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Worker;
using BlazorTransfer.Worker.Commands;

ParentWatch.StartIfAsked();
var root = new RootCommand($"Trains, evaluates and uses image classifiers.\n\n{ExitCodeHelp.Text}")
{
    TrainCommand.Create(),
    TrainCommand.CreatePretrain(),
    EvaluateCommand.Create(),
    PredictCommand.Create(),
    PredictImageCommand.Create(),
    DescribeCommand.Create(),
    InspectWeightsCommand.Create(),
    MeasureCommand.Create(),
    DoctorCommand.Create(),
    RankCommand.Create(),
    ImportCommand.Create(),
    PreviewAugmentationCommand.Create(),
    FindCommand.CreateLearningRate(),
    FindCommand.CreateBatchSize(),
    DrawFractalsCommand.Create(),
    ImagesCommand.Create(),
    RunCommand.Create(),
};
ParseResult parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    parsed.Invoke();
    return (int)WorkerExitCode.Usage;
}

return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
