using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Training.Backbones;
using BlazorTransfer.Training.Methods;
using BlazorTransfer.Training.Models;
using BlazorTransfer.Training.Optimization;
using BlazorTransfer.Training.Runs;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Tests.Methods;

/// <summary>Asking a method for its parameters, or creating an optimizer, changes nothing.</summary>
public sealed class ParameterGroupTests
{
    private const string Network = "resnet20_cifar";
    private static readonly string[] Classes = ["a", "b", "c"];

    public static TheoryData<string> Methods => [.. TransferMethodRegistry.All.Select(m => m.Name)];

    [Theory]
    [MemberData(nameof(Methods))]
    public void ParameterGroups_AskedTwice_AreTheSameAndDrawNothing(string name)
    {
        using var scope = NewDisposeScope();
        (TransferMethod method, ParameterSet settings, TransferModel model) = Configured(name);
        using Tensor random = get_rng_state();

        IReadOnlyList<ParameterGroup> first = method.ParameterGroups(model);
        using var optimizer = new RunOptimizer(first, settings);
        IReadOnlyList<ParameterGroup> second = method.ParameterGroups(model);

        Assert.Equal(
            first.Select(g => (g.LearningRateFactor, g.Parameters.Count)),
            second.Select(g => (g.LearningRateFactor, g.Parameters.Count))
        );
        Assert.All(
            first.SelectMany(g => g.Parameters).Zip(second.SelectMany(g => g.Parameters)),
            pair => Assert.True(IsSame(pair.First, pair.Second), "A second parameter was created.")
        );
        Assert.True(get_rng_state().equal(random).all().item<bool>(), "Random numbers were drawn.");
        method.Dispose();
        model.Dispose();
    }

    [Fact]
    public void Precision_IsThatOfTheSteps_NotOfTheOptimizer()
    {
        using var scope = NewDisposeScope();
        (TransferMethod method, ParameterSet settings, TransferModel model) = Configured("fine-tuning", ("precision", "bf16"));

        using var optimizer = new RunOptimizer(method.ParameterGroups(model), settings);
        Assert.Null(model.Backbone.Half);

        using (new StageSteps(model, new TrainingStage(method, settings), _ => 1))
            Assert.NotNull(model.Backbone.Half);
        Assert.Null(model.Backbone.Half);
        method.Dispose();
        model.Dispose();
    }

    private static (TransferMethod Method, ParameterSet Settings, TransferModel Model) Configured(
        string name,
        params (string Name, ParameterValue Value)[] chosen
    )
    {
        Dictionary<string, ParameterValue> parameters = chosen.ToDictionary(c => c.Name, c => c.Value);
        // The setting with which the method learns weights of its own.
        if (name == "multi-task")
            parameters["task-weighting"] = "uncertainty";
        (TransferMethod method, ParameterSet settings) = TransferMethodRegistry.Create(name, parameters);
        IReadOnlyList<ModelTask> tasks = ModelTask.Behind(Classes.Length, [(new LabelTask("light", ["cold", "warm"]), 1.0)]);
        var model = new TransferModel(BackboneRegistry.Create(Network, TransferModel.OutputsOf(Classes, tasks), method.Head), Classes, CPU)
        {
            Tasks = tasks,
            Source = new TransferModel(BackboneRegistry.Create(Network, 4), ["p", "q", "r", "s"], CPU),
        };
        method.Configure(model);
        return (method, settings, model);
    }

    private static bool IsSame(Parameter a, Parameter b) => ReferenceEquals(a, b) || a.Handle == b.Handle;
}
