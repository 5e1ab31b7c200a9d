using System.IO.Compression;
using System.Text.Json;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Models;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Training.Backbones;
using BlazorTransfer.Training.Tests.Runs;

namespace BlazorTransfer.Worker.Tests;

/// <summary>The command line as a script sees it: exit codes, one line of error, JSON.</summary>
public sealed class WorkerCommandTests : IDisposable
{
    private readonly SmallRun _small = new();

    public void Dispose() => _small.Dispose();

    [Fact]
    public void Train_Evaluate_Predict_OneAfterTheOther_WorkOnTheirOutputs()
    {
        string run = Path.Combine(_small.Folder, "run");

        (int code, string events, string errors) = WorkerProcess.Run(
            "train",
            "--data",
            _small.Images,
            "--backbone",
            "squeezenet1_1",
            "--weights",
            "random",
            "--epochs",
            "2",
            "--out",
            run,
            "--json"
        );

        Assert.True(code == 0, errors);
        RunEvent[] written = [.. RunEventTail.All(new RunFolder(run).Events)];
        Assert.Equal(written.Length, events.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Equal(RunOutcome.Succeeded, Assert.IsType<RunFinished>(written[^1]).Outcome);
        ArtifactWritten package = Assert.Single(written.OfType<ArtifactWritten>());
        Assert.Equal(new FileInfo(Path.Combine(run, package.File)).Length, package.Bytes);

        (code, string measured, errors) = WorkerProcess.Run(
            "evaluate",
            "--model",
            Path.Combine(run, package.File),
            "--data",
            _small.Images,
            "--json"
        );
        Assert.True(code == 0, errors);
        Assert.Equal(24, JsonDocument.Parse(measured).RootElement.GetProperty("images").GetInt32());

        string image = Directory.EnumerateFiles(_small.Images, "*.jpg", SearchOption.AllDirectories).First();
        AssertTried(new RunFolder(run), image);
        (code, string answer, errors) = WorkerProcess.Run("predict", "--model", run, "--top", "4", "--json", image);
        Assert.True(code == 0, errors);
        JsonElement top = JsonDocument.Parse(answer).RootElement.GetProperty("top");
        Assert.Equal(4, top.GetArrayLength());
        Assert.Equal(1, top.EnumerateArray().Sum(t => t.GetProperty("probability").GetDouble()), 6);

        string taught = Path.Combine(_small.Folder, "taught");
        (code, _, errors) = WorkerProcess.Run(
            "train",
            "--data",
            _small.Images,
            "--backbone",
            "resnet18_slim",
            "--weights",
            "random",
            "--method",
            "distillation",
            "--teacher",
            Path.Combine(run, package.File),
            "--epochs",
            "1",
            "--image-size",
            "32",
            "--out",
            taught,
            "--json"
        );
        Assert.True(code == 0, errors);
        Assert.Contains(
            RunEventTail.All(new RunFolder(taught).Events).OfType<MessageLogged>(),
            m => m.Text == "The teacher is model.zip: SqueezeNet 1.1, 224 pixels."
        );
    }

    [Fact]
    public void Train_WithLabelSets_ThenEvaluateAndPredict_AnswerThemToo()
    {
        string run = Path.Combine(_small.Folder, "run");
        _small.WriteTable(
            "class,lighting",
            file => $"{(file.Contains("good", StringComparison.Ordinal) ? "good" : "bad")},{SmallRun.LightOf(file)}"
        );

        (int code, string shown, string errors) = WorkerProcess.Run(
            "train",
            "--data",
            _small.Images,
            "--backbone",
            "resnet18_slim",
            "--layout",
            "table",
            "--method",
            "multi-task",
            "--label-set",
            "lighting=0.5",
            "--epochs",
            "1",
            "--image-size",
            "32",
            "--out",
            run
        );

        Assert.True(code == 0, errors);
        Assert.Empty(errors);
        Assert.Matches(@"best epoch, validation: top-1 \d+\.\d\d %\nbest epoch, validation, lighting: top-1 \d+\.\d\d %\n", shown);
        Assert.Contains("Model: ", shown, StringComparison.Ordinal);
        string image = Directory.EnumerateFiles(_small.Images, "*.jpg", SearchOption.AllDirectories).First();
        (code, string answer, errors) = WorkerProcess.Run(
            "predict",
            "--model",
            Path.Combine(run, "artifacts", "model.zip"),
            "--top",
            "1",
            image
        );
        Assert.True(code == 0, errors);
        Assert.Matches(@"^.*\t(good|bad) \d+\.\d %\tlighting: (cold|warm) \d+\.\d %\n$", answer);
        // Of folders that are other classes, the table's still tell the light.
        Assert.Contains(
            "The model has no class 'pit'.",
            WorkerProcess.Run("evaluate", "--model", run, "--data", _small.Images).Errors,
            StringComparison.Ordinal
        );
        (code, string measured, errors) = WorkerProcess.Run(
            "evaluate",
            "--model",
            run,
            "--data",
            _small.Images,
            "--layout",
            "table",
            "--json"
        );
        Assert.True(code == 0, errors);
        JsonElement set = JsonDocument.Parse(measured).RootElement.GetProperty("labelSets").EnumerateArray().Single();
        Assert.Equal(("lighting", 24), (set.GetProperty("name").GetString(), set.GetProperty("images").GetInt32()));
        Assert.Contains(
            "The weight of 'x': 'y' is not a number.",
            WorkerProcess.Run("train", "--data", _small.Images, "--method", "multi-task", "--label-set", "x=y", "--out", run + "2").Errors,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Train_WithLabelsOfTheTarget_LearnsFromSoManyOfEachClass()
    {
        string run = Path.Combine(_small.Folder, "run");
        string Part(string light)
        {
            string folder = Path.Combine(_small.Folder, light);
            foreach (string file in Directory.EnumerateFiles(_small.Images, $"*{light}*", SearchOption.AllDirectories))
            {
                string copy = Path.Combine(folder, Path.GetRelativePath(_small.Images, file));
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                File.Copy(file, copy);
            }

            return folder;
        }

        (int code, string shown, string errors) = WorkerProcess.Run(
            "train",
            "--data",
            Part("warm"),
            "--target",
            Part("cold"),
            "--target-labels",
            "1",
            "--method",
            "tradaboost",
            "--boosting-rounds",
            "4",
            "--backbone",
            "resnet20_cifar",
            "--weights",
            "random",
            "--out",
            run
        );

        Assert.True(code == 0, errors);
        Assert.Matches(@"best epoch, target \(labels used for scoring only\): top-1 \d+\.\d\d %\n", shown);
        Assert.Equal(1, JobSpec.Load(new RunFolder(run).Job).Target!.LabelledPerClass);
        RunStarted started = RunEventTail.All(new RunFolder(run).Events).OfType<RunStarted>().Single();
        Assert.Equal((4, true), (started.TargetLabelled, started.TargetSamples >= 4));
        Assert.True(File.Exists(new RunFolder(run).InstanceWeights));
    }

    [Fact]
    public void Pretrain_ThenTrain_StartsFromWhatWasLearned()
    {
        string source = Path.Combine(_small.Folder, "source"),
            run = Path.Combine(_small.Folder, "run");

        (int code, string output, string errors) = WorkerProcess.Run(
            "pretrain",
            "--data",
            _small.Images,
            "--backbone",
            "resnet18_slim",
            "--epochs",
            "1",
            "--image-size",
            "32",
            "--out",
            source
        );

        Assert.True(code == 0, errors);
        string trunk = Path.Combine(source, "artifacts", "backbone.safetensors");
        Assert.Contains(trunk, output, StringComparison.Ordinal);
        (code, _, errors) = WorkerProcess.Run(
            "train",
            "--data",
            _small.Images,
            "--backbone",
            "resnet18_slim",
            "--weights",
            trunk,
            "--epochs",
            "1",
            "--write-backbone",
            "--out",
            run,
            "--json"
        );
        Assert.True(code == 0, errors);
        Assert.Equal(new FileInfo(trunk).Length, new FileInfo(Path.Combine(run, "artifacts", "backbone.safetensors")).Length);
        Assert.Contains(
            "the head is new",
            Assert.Single(RunEventTail.All(new RunFolder(run).Events).OfType<MessageLogged>()).Text,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void DrawFractals_ThenPretrain_NeedsNoPhotograph()
    {
        string images = Path.Combine(_small.Folder, "fractals");

        (int code, _, string errors) = WorkerProcess.Run(
            "draw-fractals",
            "--classes",
            "3",
            "--images-per-class",
            "10",
            "--image-size",
            "32",
            "--out",
            images
        );

        Assert.True(code == 0, errors);
        Assert.Equal(30, Directory.EnumerateFiles(images, "*.jpg", SearchOption.AllDirectories).Count());
        Assert.DoesNotContain(Directory.EnumerateDirectories(_small.Folder), d => d.Contains(".partial-", StringComparison.Ordinal));
        (code, _, errors) = WorkerProcess.Run(
            "pretrain",
            "--data",
            images,
            "--epochs",
            "1",
            "--image-size",
            "32",
            "--out",
            Path.Combine(_small.Folder, "source")
        );
        Assert.True(code == 0, errors);
        (code, _, errors) = WorkerProcess.Run("draw-fractals", "--out", images);
        Assert.Equal((int)WorkerExitCode.BadInput, code);
        Assert.Contains("is there already", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Train_WithoutNamingWeights_StartsFromTheBuiltInOnes()
    {
        string run = Path.Combine(_small.Folder, "run");

        (int code, _, string errors) = WorkerProcess.Run("train", "--data", _small.Images, "--epochs", "1", "--out", run, "--json");

        Assert.True(code == 0, errors);
        JobSpec job = JobSpec.Load(new RunFolder(run).Job);
        BackboneSpec usual = BackboneRegistry.All.Single(b => b.Has(BackboneRole.Default));
        BuiltInWeights card = BuiltInWeights.Of(AppContext.BaseDirectory).Single(w => w.Card.Backbone == usual.Name).Card;
        Assert.Equal((card.Backbone, card.Name, card.Sha256), (job.Backbone, job.Weights.Name, job.Weights.Sha256));
        using ZipArchive package = ZipFile.OpenRead(new RunFolder(run).ModelPackage);
        using var notice = new StreamReader(package.GetEntry("NOTICE.txt")!.Open());
        string text = notice.ReadToEnd();
        Assert.Contains(card.OriginAndLicence, text, StringComparison.Ordinal);
        Assert.Contains("Permission is hereby granted", text, StringComparison.Ordinal);
        // What the run made lies in its folder; what a person named stays where it was.
        Assert.Equal(("dataset.jsonl", Path.GetFullPath(_small.Images)), (job.Data.Manifest, job.Data.ImageRoot));
    }

    [Fact]
    public void Run_WithADataFolder_FindsRelativePathsThereAndDoesNotNameIt()
    {
        var root = new DataRoot(_small.Folder);
        var whole = new RunFolder(Path.Combine(_small.Folder, "runs", "whole"));
        var broken = new RunFolder(Path.Combine(_small.Folder, "runs", "broken"));
        JobSpec job = _small.Job("linear-probe", "resnet20_cifar", null, ("epochs", 1), ("batch-size", 8)).Relative(root.Relative);
        whole.Create();
        job.Save(whole.Job);
        broken.Create();
        (job with { Weights = new WeightsSpec("weights/missing.pth") }).Save(broken.Job);

        (int code, _, string errors) = WorkerProcess.Run("run", whole.Path, "--data-folder", _small.Folder);
        (int refused, _, _) = WorkerProcess.Run("run", broken.Path, "--data-folder", _small.Folder);

        Assert.True(code == 0, errors + (File.Exists(whole.WorkerLog) ? File.ReadAllText(whole.WorkerLog) : ""));
        Assert.Equal(WorkerExitCode.BadInput, (WorkerExitCode)refused);
        string error = Assert.IsType<RunFinished>(RunEventTail.All(broken.Events).Last()).Error!;
        Assert.Contains("weights/missing.pth", error, StringComparison.Ordinal);
        Assert.DoesNotContain(_small.Folder, File.ReadAllText(broken.Events), StringComparison.Ordinal);
        Assert.DoesNotContain(_small.Folder, File.ReadAllText(whole.Events), StringComparison.Ordinal);
    }

    [Fact]
    public void Describe_AsJson_IsTheCatalogue()
    {
        (int code, string output, string errors) = WorkerProcess.Run("describe", "--json");

        Assert.True(code == 0, errors);
        Catalogue catalogue = JsonSerializer.Deserialize<Catalogue>(output, ProtocolJson.Line)!;
        Assert.Contains(catalogue.Backbones, b => b.Name == "mobilenet_v2");
        Assert.Contains(catalogue.Methods, m => m.Name == "fine-tuning");
        Assert.Contains(catalogue.Devices, d => d.Name == "cpu");
    }

    [Fact]
    public void Measure_AsJson_GivesBothRates()
    {
        (int code, string output, string errors) = WorkerProcess.Run("measure", "resnet20_cifar", "--json", "--batch-size", "4");

        Assert.True(code == 0, errors);
        BackboneSpeed speed = JsonSerializer.Deserialize<BackboneSpeed>(output, ProtocolJson.Line)!;
        Assert.Equal(("resnet20_cifar", 4), (speed.Backbone, speed.BatchSize));
        Assert.True(speed.Training > 0 && speed.Features > 0);
    }

    public static TheoryData<string, WorkerExitCode, string> WrongCalls =>
        new()
        {
            { "", WorkerExitCode.Usage, "" },
            { "train --no-such-option", WorkerExitCode.Usage, "" },
            { "train --data {none} --weights random --out {out}", WorkerExitCode.BadInput, "There is no folder" },
            { "train --data {images} --weights {none} --out {out}", WorkerExitCode.BadInput, "none" },
            { "train --data {images} --weights {garbage} --out {out}", WorkerExitCode.BadInput, "" },
            { "train --data {images} --backbone alexnet --out {out}", WorkerExitCode.BadInput, "resnet18_slim" },
            { "train --data {images} --method from-scratch --out {out}", WorkerExitCode.BadInput, "starts from random weights" },
            { "train --data {images} --weights random --out {images}", WorkerExitCode.BadInput, "not empty" },
            { "train --data {images} --weights random --out {images} --force", WorkerExitCode.BadInput, "was not changed" },
            { "train --data {images} --weights random --out {out} --backbone nothing", WorkerExitCode.BadInput, "nothing" },
            { "train --data {images} --weights random --out {out} --method nothing", WorkerExitCode.BadInput, "nothing" },
            { "train --data {images} --weights random --out {out} --epochs many", WorkerExitCode.BadInput, "--epochs" },
            { "train --data {images} --weights random --out {out} --epochs 0", WorkerExitCode.BadInput, "at least 1" },
            {
                "train --data {images} --weights random --out {out} --learning-rate 0,01",
                WorkerExitCode.BadInput,
                "--learning-rate: Learning rate: '0,01' is not a number. Write it with a point: 0.01."
            },
            {
                "train --data {images} --weights random --out {out} --method multi-task --label-set light=0,05",
                WorkerExitCode.BadInput,
                "--label-set: The weight of 'light': '0,05' is not a number. Write it with a point: 0.05."
            },
            {
                "train --data {images} --weights random --out {out} --seed 1,000",
                WorkerExitCode.Usage,
                "--seed: '1,000' is not a number. Write 1000"
            },
            { "rank --data {images} --folds 2.5", WorkerExitCode.Usage, "--folds: '2.5' is not a whole number." },
            { "draw-fractals --out {out} --classes 1,5", WorkerExitCode.Usage, "'1,5' is not a number. Write it with a point: 1.5." },
            { "train --data {images} --weights random --out {out} --device cuda:7", WorkerExitCode.DeviceUnavailable, "cuda" },
            { "train --data {images} --method distillation --teacher {none} --out {out}", WorkerExitCode.BadInput, "There is no model" },
            { "train --data {images} --weights random --out {out} --target-labels 3", WorkerExitCode.BadInput, "--target" },
            { "predict --model {none} {garbage}", WorkerExitCode.BadInput, "none" },
            { "evaluate --model {garbage} --data {images}", WorkerExitCode.BadInput, "" },
            { "inspect-weights {garbage}", WorkerExitCode.BadInput, "" },
            { "measure nothing", WorkerExitCode.BadInput, "nothing" },
            { "measure resnet18 --batch-size 0", WorkerExitCode.BadInput, "--batch-size" },
            { "run {none}", WorkerExitCode.BadInput, "There is no folder" },
        };

    [Theory]
    [MemberData(nameof(WrongCalls))]
    public void WrongCall_EndsWithItsCodeAndALineThatSaysWhy(string call, WorkerExitCode expected, string words)
    {
        string garbage = Path.Combine(_small.Folder, "garbage.pth");
        File.WriteAllText(garbage, "these are no weights");
        string filled = call.Replace("{images}", _small.Images, StringComparison.Ordinal)
            .Replace("{none}", Path.Combine(_small.Folder, "none"), StringComparison.Ordinal)
            .Replace("{garbage}", garbage, StringComparison.Ordinal)
            .Replace("{out}", Path.Combine(_small.Folder, "out"), StringComparison.Ordinal);

        (int code, string output, string errors) = WorkerProcess.Run(filled.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.True((WorkerExitCode)code == expected, $"Code {code}; {errors}{output}");
        Assert.Contains(words, errors + output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
        Assert.Equal(24, Directory.EnumerateFiles(_small.Images, "*", SearchOption.AllDirectories).Count());
        // The corrected call takes the same folder: it is a run, which --force replaces, or holds nothing but lists of images.
        var left = new RunFolder(Path.Combine(_small.Folder, "out"));
        if (Directory.Exists(left.Path) && !File.Exists(left.Job))
            Assert.Empty(
                Directory
                    .EnumerateFiles(left.Path, "*", SearchOption.AllDirectories)
                    .Select(f => Path.GetFileName(f))
                    .Except(["dataset.jsonl", "target.jsonl", "worker.lock"])
            );
    }

    [Fact]
    public void Libtorch_ThatCannotBeLoaded_IsToldInOneLineWithTheLoadersOwnWords()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The file names and the loader's words are those of Linux.");
        string folder = Path.Combine(_small.Folder, "libtorch");
        Directory.CreateDirectory(folder);
        File.WriteAllText(
            Path.Combine(folder, "libc10.so"),
            "this is no library, but long enough to have a header: it is text, and text, and text"
        );

        foreach ((string value, string words) in new[] { (folder, "libc10.so: "), (Path.Combine(folder, "none"), "no folder") })
        {
            (int code, string output, string errors) = WorkerProcess.Run([("BLAZORTRANSFER_LIBTORCH", value)], "describe");

            Assert.Equal(WorkerExitCode.DeviceUnavailable, (WorkerExitCode)code);
            Assert.Contains(words, Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
            Assert.Empty(output);
        }
    }

    /// <summary>What the web application asks for gives what <c>predict</c> does, and the image as the network sees it.</summary>
    private static void AssertTried(RunFolder run, string image)
    {
        (int code, string answered, string errors) = WorkerProcess.Run(
            "predict-image",
            "--model",
            run.BestCheckpoint,
            "--image",
            image,
            "--json"
        );
        Assert.True(code == 0, errors);
        ImagePrediction answer = JsonSerializer.Deserialize<ImagePrediction>(answered, ProtocolJson.Line)!;
        (_, string predicted, _) = WorkerProcess.Run("predict", "--model", run.Path, "--top", "10", "--json", image);
        JsonElement top = JsonDocument.Parse(predicted).RootElement.GetProperty("top");
        Assert.Equal(
            top.EnumerateArray().Select(c => (c.GetProperty("label").GetString(), c.GetProperty("probability").GetDouble())),
            answer.Classes.Select(c => ((string?)c.Label, c.Probability))
        );
        Imaging.RgbImage input = Imaging.ImageDecoder.DecodeRgb(answer.Input);
        Assert.Equal((answer.Side, answer.Side), (input.Width, input.Height));

        (code, _, errors) = WorkerProcess.Run("predict-image", "--model", run.BestCheckpoint, "--image", run.Events, "--json");
        Assert.Equal(WorkerExitCode.BadInput, (WorkerExitCode)code);
        Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
