using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Training.Backbones;
using BlazorTransfer.Training.Inputs;
using BlazorTransfer.Training.Methods;
using BlazorTransfer.Training.Models;
using BlazorTransfer.Training.Numerics;
using BlazorTransfer.Training.Optimization;
using BlazorTransfer.Training.Runs;
using BlazorTransfer.Training.Tests.Images;
using static TorchSharp.torch;
using Dropout = TorchSharp.Modules.Dropout;
using Parameter = TorchSharp.Modules.Parameter;

namespace BlazorTransfer.Training.Tests.Backbones;

/// <summary>Steps in bfloat16 on masters in single precision.</summary>
public sealed class HalfTrunkTests
{
    private const string Network = "resnet18_slim";
    private static readonly string[] Classes = ["a", "b", "c"];

    public static TheoryData<string> Families => FrozenTrunkTests.Families;

    [Theory, MemberData(nameof(Families))]
    public void Step_OfEachFamily_IsThatOfSinglePrecision_ButForTheLastDigits(string name)
    {
        using var scope = NewDisposeScope();
        manual_seed(5);
        using Backbone network = BackboneRegistry.Create(name, 3);
        using var model = new TransferModel(network, Classes, CPU);
        // Dropped at random, a layer would be another one each time.
        foreach (Dropout dropout in network.modules().OfType<Dropout>())
            dropout.p = 0;
        Tensor images = rand(2, 3, 80, 80);
        (Tensor Features, Dictionary<string, Tensor> Gradients) Pass()
        {
            network.zero_grad();
            network.train();
            // By a few random images' statistics, rounding would be normalised up to the size of what it rounds.
            foreach (BatchNorm norm in network.modules().OfType<BatchNorm>())
                norm.eval();
            manual_seed(6);
            Tensor features = network.ForwardFeatures(images);
            features.square().mean().backward();
            network.Half?.TakeGradients();
            return (
                features.detach(),
                network
                    .named_parameters()
                    .Where(p => p.parameter.grad is not null)
                    .ToDictionary(p => p.name, p => p.parameter.grad!.clone())
            );
        }

        (Tensor exact, Dictionary<string, Tensor> gradients) = Pass();
        Tensor evaluated = Evaluated(network, images),
            rounded;
        Dictionary<string, Tensor> ofHalf;
        using (new HalfTrunk(network))
        {
            (rounded, ofHalf) = Pass();
            Tensor meanwhile = Evaluated(network, images);
            Assert.Equal((ScalarType.Float32, ScalarType.Float32), (rounded.dtype, meanwhile.dtype));
        }

        double error = Distance(rounded, exact);
        Assert.True(error is > 0 and < 0.05, $"Off by {error:P2}.");
        Assert.Equal(gradients.Keys.Order(), ofHalf.Keys.Order());
        Assert.All(ofHalf.Values, g => Assert.Equal(ScalarType.Float32, g.dtype));
        double gradientError = Distance(
            cat([.. gradients.Keys.Select(k => ofHalf[k].flatten())]),
            cat([.. gradients.Values.Select(g => g.flatten())])
        );
        Assert.True(gradientError is > 0 and < 0.25, $"Gradients off by {gradientError:P2}.");
        Assert.Null(network.Half);
        Assert.Equal(0, Distance(Pass().Features, exact));
        Assert.True(evaluated.isfinite().all().item<bool>());
    }

    [Fact]
    public void Evaluation_IsThatOfTheMasters_WhileStepsAreInBFloat16()
    {
        using var scope = NewDisposeScope();
        using Trial trial = New();
        Tensor before = Evaluated(trial.Network, trial.Images);

        using StageSteps steps = trial.Steps();
        Tensor during = Evaluated(trial.Network, trial.Images);

        Assert.NotNull(trial.Network.Half);
        Assert.True(before.equal(during).all().item<bool>());
        Assert.True(Distance(trial.Learned(), before) > 1e-4);
    }

    [Fact]
    public void Steps_SmallerThanTheLastDigitOfBFloat16_AddUpInTheMasters()
    {
        using var scope = NewDisposeScope();
        const int count = 30;
        double[] moved =
        [
            .. new[] { "fp32", "bf16" }.Select(precision =>
            {
                using Trial trial = New(("precision", precision), ("learning-rate", 1e-5), ("weight-decay", 0), ("momentum", 0));
                Parameter kernel = trial.Kernel;
                Tensor start = kernel.detach().clone();
                using StageSteps steps = trial.Steps();
                trial.Step(steps);
                // What plain bfloat16 weights would have done: nothing.
                Assert.True(kernel.to(bfloat16).eq(start.to(bfloat16)).to(float32).mean().item<float>() > 0.99);
                Assert.True(kernel.ne(start).any().item<bool>());
                for (int i = 1; i < count; i++)
                    trial.Step(steps);
                return (double)kernel.Minus(start).norm().item<float>();
            }),
        ];

        Assert.Equal(1, moved[1] / moved[0], 0.05);
    }

    /// <summary>Moments, decay, rates by group and clipping, beside the same rule on the same gradients without any bfloat16.</summary>
    [Theory]
    [InlineData("sgd")]
    [InlineData("adamw")]
    [InlineData("rmsprop")]
    public void Step_OnMasters_IsTheRulesOwn_InEachGroupAndWithClipping(string rule)
    {
        using var scope = NewDisposeScope();
        using Trial trial = New(
            ("optimizer", rule),
            ("learning-rate", 1e-4),
            ("weight-decay", 0.1),
            ("gradient-clipping", 0.1),
            ("layer-learning-rate-decay", 0.5),
            ("head-learning-rate-factor", 4)
        );
        using StageSteps steps = trial.Steps();
        IReadOnlyList<ParameterGroup> groups = trial.Method.ParameterGroups(trial.Model);
        ParameterGroup[] twins =
        [
            .. groups.Select(g => g with { Parameters = [.. g.Parameters.Select(p => new Parameter(p.detach().clone()))] }),
        ];
        using var reference = new RunOptimizer(twins, trial.Settings);
        Parameter[] ours = [.. groups.SelectMany(g => g.Parameters)],
            theirs = [.. twins.SelectMany(g => g.Parameters)];
        Assert.True(groups.Select(g => g.LearningRateFactor).Distinct().Count() > 3);

        for (int step = 0; step < 4; step++)
        {
            steps.Gather(trial.Loss());
            double norm = Math.Sqrt(ours.Sum(p => p.grad is { } g ? (double)g.square().sum().item<float>() : 0));
            Assert.True(norm > 0.1, $"Nothing to clip in a gradient of {norm}.");
            for (int i = 0; i < ours.Length; i++)
                theirs[i].grad = ours[i].grad!.clone();
            steps.StepNow();
            reference.Step();
            for (int i = 0; i < ours.Length; i++)
                Assert.True(ours[i].equal(theirs[i]).all().item<bool>(), $"Parameter {i} in step {step}.");
        }

        // And the next step computes with them, rounded.
        Tensor now = trial.Learned();
        steps.Dispose();
        using (new HalfTrunk(trial.Network))
            Assert.Equal(0, Distance(trial.Learned(), now));
    }

    [Fact]
    public void Gradients_OfSeveralBatches_AreAddedInSinglePrecision()
    {
        using var scope = NewDisposeScope();
        using Trial trial = New();
        using StageSteps steps = trial.Steps();
        Tensor Gradient(params double[] shares)
        {
            trial.Network.zero_grad();
            foreach (double share in shares)
                steps.Gather(trial.Loss(), share);
            return trial.Kernel.grad!.clone();
        }

        Tensor whole = Gradient(1),
            small = Gradient(0.001),
            both = Gradient(1, 0.001);

        Assert.True(allclose(both, whole.Plus(small), 1e-6, 1e-12));
        Assert.False(allclose(both, whole, 1e-4, 1e-12));
        // Each is one of bfloat16, and their sum is not.
        Assert.True(whole.to(bfloat16).to(float32).equal(whole).all().item<bool>());
        Assert.False(both.to(bfloat16).to(float32).equal(both).all().item<bool>());
    }

    [Fact]
    public void Frozen_GroupsStay_AndLearnOnceTheyAreUnfrozen()
    {
        using var scope = NewDisposeScope();
        using Trial trial = New(
            "gradual-unfreezing",
            ("epochs", 10),
            ("unfreezing-share", 0.5),
            ("weight-decay", 0.1),
            ("learning-rate", 0.01)
        );
        using StageSteps steps = trial.Steps();
        string[] MovedIn(int epoch)
        {
            trial.Method.OnEpochStart(trial.Model, epoch);
            Dictionary<string, Tensor> before = trial.Network.state_dict().ToDictionary(t => t.Key, t => t.Value.clone());
            trial.Step(steps);
            return
            [
                .. trial
                    .Network.state_dict()
                    .Where(t => !t.Value.equal(before[t.Key]).all().item<bool>())
                    .Select(t => t.Key.Split('.')[0])
                    .Distinct()
                    .Order(),
            ];
        }

        Assert.Equal(["fc"], MovedIn(1));
        Assert.Equal(["fc", "layer3", "layer4"], MovedIn(3));
        Assert.Equal(["bn1", "conv1", "fc", "layer1", "layer2", "layer3", "layer4"], MovedIn(6));
        // The copy has taken what was learned also of what was unfrozen last.
        Tensor now = trial.Learned();
        steps.Dispose();
        using (new HalfTrunk(trial.Network))
            Assert.Equal(0, Distance(trial.Learned(), now));
    }

    [Fact]
    public void BatchNorms_AreTheNetworksOwn_InStatisticsAndMode()
    {
        using var scope = NewDisposeScope();
        using Trial trial = New(("freeze-batch-norm", true));
        trial.Network.eval();
        Dictionary<string, Tensor> Statistics() =>
            trial
                .Network.state_dict()
                .Where(t => t.Key.Contains("running", StringComparison.Ordinal))
                .ToDictionary(t => t.Key, t => t.Value.clone());
        using StageSteps steps = trial.Steps();
        Dictionary<string, Tensor> start = Statistics();

        trial.Method.OnEpochStart(trial.Model, 1);
        trial.Step(steps);
        Assert.All(Statistics(), s => Assert.True(s.Value.equal(start[s.Key]).all().item<bool>()));

        trial.Network.train();
        trial.Step(steps);
        Assert.All(
            Statistics(),
            s => Assert.Equal((true, ScalarType.Float32), (s.Value.ne(start[s.Key]).any().item<bool>(), s.Value.dtype))
        );
    }

    [Fact]
    public void Network_IsComputedInBFloat16ByOneAtATime()
    {
        using Trial trial = New();
        using StageSteps steps = trial.Steps();

        Assert.Throws<InvalidOperationException>(() => new HalfTrunk(trial.Network));
    }

    private static Tensor Evaluated(Backbone network, Tensor images)
    {
        using var gradients = no_grad();
        network.eval();
        return network.call(images);
    }

    private static double Distance(Tensor a, Tensor b) => a.Minus(b).norm().item<float>() / b.norm().item<float>();

    private static Trial New(params (string Name, ParameterValue Value)[] parameters) =>
        New("fine-tuning", [("optimizer", "sgd"), .. parameters]);

    private static Trial New(string method, params (string Name, ParameterValue Value)[] parameters)
    {
        manual_seed(1);
        var model = new TransferModel(BackboneRegistry.Create(Network, Classes.Length), Classes, CPU);
        Dictionary<string, ParameterValue> chosen = new() { ["precision"] = "bf16" };
        foreach ((string name, ParameterValue value) in parameters)
            chosen[name] = value;
        (TransferMethod created, ParameterSet settings) = TransferMethodRegistry.Create(method, chosen);
        created.Configure(model);
        manual_seed(2);
        return new Trial(model, created, settings, rand(6, 3, 64, 64));
    }

    private sealed record Trial(TransferModel Model, TransferMethod Method, ParameterSet Settings, Tensor Images) : IDisposable
    {
        private static readonly long[] Labels = [0, 1, 2, 0, 1, 2];

        public Backbone Network => Model.Backbone;

        public Parameter Kernel => Network.get_parameter("layer3.0.conv1.weight")!;

        public StageSteps Steps()
        {
            Network.train();
            return new StageSteps(Model, new TrainingStage(Method, Settings), _ => 1);
        }

        public Tensor Loss() => Method.ComputeLoss(Model, new Batch(Images, tensor(Labels), 0, [])).Total;

        public void Step(StageSteps steps)
        {
            using var scope = NewDisposeScope();
            steps.Gather(Loss());
            steps.StepNow();
        }

        /// <summary>What a training step computes of the images.</summary>
        public Tensor Learned()
        {
            using var gradients = no_grad();
            Network.train();
            return Network.call(Images);
        }

        public void Dispose()
        {
            Method.Dispose();
            Model.Dispose();
            Images.Dispose();
        }
    }
}
