using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Models;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Imaging;
using BlazorTransfer.Training.Backbones;
using BlazorTransfer.Training.Foundation;
using BlazorTransfer.Training.Inputs;
using BlazorTransfer.Training.Methods;
using BlazorTransfer.Training.Models;
using BlazorTransfer.Training.Tests.Runs;
using static TorchSharp.torch;

namespace BlazorTransfer.Training.Tests.Methods;

/// <summary>What an earlier run's model teaches another network, and how it is asked.</summary>
public sealed class DistillationTests : IDisposable
{
    private const string Network = "resnet18_slim",
        TeachersNetwork = "resnet20_cifar";
    private static readonly string[] Classes = ["a", "b", "c"];

    // As the network's own, so that nothing is converted.
    private static readonly Preprocessing Student = Preprocessing.ImageNet.WithInput(32);
    private readonly SmallRun _small = new(imagesPerClass: 4);

    public void Dispose() => _small.Dispose();

    [Fact]
    public void Loss_IsThatOfTheLabelsAndOfTheSoftenedAnswers_AndTeachesTheStudentAlone()
    {
        const double alpha = 0.3,
            temperature = 2.5;
        using var scope = NewDisposeScope();
        using TransferModel model = Model();
        using TransferMethod method = Create(("distillation-weight", alpha), ("temperature", temperature));
        method.Configure(model);
        method.OnEpochStart(model, 1);
        Batch batch = Images(5);

        Loss loss = method.ComputeLoss(model, batch);

        Assert.True(model.Backbone.training);
        Assert.All(Teacher(model).Backbone.modules(), m => Assert.False(m.training));
        double[][] p = Probabilities(Teacher(model).Logits(batch.Inputs), temperature),
            q = Probabilities(loss.Logits, temperature),
            plain = Probabilities(loss.Logits, 1);
        long[] labels = batch.Labels.data<long>().ToArray();
        double divergence = p.Zip(q, (pn, qn) => pn.Zip(qn, (a, b) => a * Math.Log(a / b)).Sum()).Average();
        double crossEntropy = -plain.Zip(labels, (row, label) => Math.Log(row[label])).Average();
        Assert.True(divergence > 1e-4, $"The two networks answer alike: {divergence}.");
        Assert.Equal(alpha * temperature * temperature * divergence, loss.Parts!["distillation"].item<float>(), 1e-5);
        Assert.Equal((1 - alpha) * crossEntropy, loss.Parts["cross-entropy"].item<float>(), 1e-5);
        Assert.Equal(loss.Parts["distillation"].item<float>() + loss.Parts["cross-entropy"].item<float>(), loss.Total.item<float>(), 1e-5);

        // By a student's logit, the derivative of the divergence is (q − p) / T, a batch's mean.
        Tensor logits = loss.Logits.detach().requires_grad_();
        model.ClassTask.Kind.Divergence(Teacher(model).Logits(batch.Inputs), logits, temperature).backward();
        float[] slope = logits.grad!.data<float>().ToArray();
        for (int i = 0; i < slope.Length; i++)
            Assert.Equal((q[i / 3][i % 3] - p[i / 3][i % 3]) / temperature / 5, slope[i], 1e-6);
        loss.Total.backward();
        Assert.All(model.Backbone.parameters(), w => Assert.NotNull(w.grad));
        Assert.All(Teacher(model).Backbone.parameters(), w => Assert.True(w is { requires_grad: false, grad: null }));
    }

    [Fact]
    public void Run_WithATeacherThatWeighsNothing_TrainsAsFineTuning()
    {
        string weights = _small.Weights(Network);
        JobSpec plain = _small.Job("fine-tuning", Network, weights, ("epochs", 1), ("image-size", 32), ("threads", 1));
        JobSpec taught = plain with { Method = "distillation", Teacher = TeacherOfTheImages(plain) };

        byte[] alone = File.ReadAllBytes(_small.Execute(plain).Folder.BestCheckpoint);

        Assert.Equal(alone, Checkpoint(0));
        Assert.NotEqual(alone, Checkpoint(0.5));

        byte[] Checkpoint(double weight) =>
            File.ReadAllBytes(
                _small
                    .Execute(
                        taught with
                        {
                            Parameters = new Dictionary<string, ParameterValue>(plain.Parameters) { ["distillation-weight"] = weight },
                        }
                    )
                    .Folder.BestCheckpoint
            );
    }

    [Fact]
    public void Logits_OfATeacherWithItsClassesInAnotherOrder_AreInTheStudents()
    {
        using var scope = NewDisposeScope();
        TeacherSpec teacher = _small.Teacher(TeachersNetwork, ["c", "a", "b"], Student);
        using TeacherNetwork same = TeacherNetwork.Load(teacher.File, LabelTask.OfClasses(["c", "a", "b"]), Student, CPU),
            other = TeacherNetwork.Load(teacher.File, LabelTask.OfClasses(Classes), Student, CPU);
        Tensor images = Images(2).Inputs;

        float[] own = same.Logits(images).data<float>().ToArray(),
            mapped = other.Logits(images).data<float>().ToArray();

        Assert.Equal([own[1], own[2], own[0], own[4], own[5], own[3]], mapped);
        Assert.Equal(6, own.Distinct().Count());
    }

    [Fact]
    public void Inputs_OfAConstantImage_AreWhatTheTeachersOwnPreprocessingGives()
    {
        var own = new Preprocessing(40, 24, [0.5f, 0.4f, 0.3f], [0.2f, 0.5f, 1f]);
        var image = new RgbImage(50, 60, [.. Enumerable.Repeat(new byte[] { 200, 100, 30 }, 50 * 60).SelectMany(rgb => rgb)]);
        using var scope = NewDisposeScope();
        using TeacherNetwork teacher = TeacherNetwork.Load(
            _small.Teacher(TeachersNetwork, Classes, own).File,
            LabelTask.OfClasses(Classes),
            Student,
            CPU
        );

        Tensor inputs = teacher.Inputs(Evaluated(image, Student));

        Assert.Equal([1, 3, 24, 24], inputs.shape);
        Assert.True(allclose(Evaluated(image, own), inputs, 1e-4, 1e-5), "Another colour came of it.");
    }

    [Fact]
    public void Inputs_OfATeacherWithTheSamePreprocessing_AreTheStudents_AndSmallerOnesAreEnlarged()
    {
        using var scope = NewDisposeScope();
        using TeacherNetwork teacher = TeacherNetwork.Load(
            _small.Teacher(TeachersNetwork, Classes, Student).File,
            LabelTask.OfClasses(Classes),
            Student,
            CPU
        );
        Tensor images = Images(2).Inputs;

        Assert.Same(images, teacher.Inputs(images));
        // As images that grow over the epochs are at first.
        Assert.Equal([2, 3, 32, 32], teacher.Inputs(images.slice(2, 0, 16, 1).slice(3, 0, 16, 1)).shape);
    }

    [Fact]
    public void Inputs_OfASmallerTeacher_AverageWhatLiesBetween()
    {
        using var scope = NewDisposeScope();
        using TeacherNetwork teacher = TeacherNetwork.Load(
            _small.Teacher(TeachersNetwork, Classes, Student with { CropSize = 8 }).File,
            LabelTask.OfClasses(Classes),
            Student,
            CPU
        );
        // Stripes of one pixel in four, which a filter that is not widened with the step would miss.
        Tensor stripes = zeros(1, 3, 32, 32);
        for (int x = 0; x < 32; x += 4)
            stripes.select(3, x).fill_(1);

        float[] shrunk = teacher.Inputs(stripes).data<float>().ToArray();

        Assert.All(shrunk, v => Assert.InRange(v, 0.15, 0.3));
    }

    [Fact]
    public void Refusals_SayWhatToDo()
    {
        JobSpec job = _small.Job("distillation", Network, _small.Weights(Network), ("epochs", 1), ("image-size", 32));
        TeacherSpec teacher = TeacherOfTheImages(job),
            stranger = _small.Teacher(TeachersNetwork, ["good", "pit", "scratch", "crater"], Student),
            damaged = _small.Teacher(TeachersNetwork, Classes, Student);
        File.WriteAllText(ModelDescription.PathBeside(damaged.File), "{");

        Assert.Contains("Choose the teacher", Refusal(job), StringComparison.Ordinal);
        Assert.Contains("takes no teacher", Refusal(job with { Method = "fine-tuning", Teacher = teacher }), StringComparison.Ordinal);
        Assert.Equal(
            "The teacher 'Run #1' cannot be used: its classes are not those of the images: it does not know stain, and it also "
                + "knows crater.",
            Refusal(job with { Teacher = stranger with { Name = "Run #1" } })
        );
        Assert.Contains("no model", Refusal(job with { Teacher = new TeacherSpec(job.Weights.File!) }), StringComparison.Ordinal);
        Assert.Contains("damaged", Refusal(job with { Teacher = damaged }), StringComparison.Ordinal);
    }

    private string Refusal(JobSpec job) => Assert.Throws<TrainingException>(() => _small.Execute(job)).Message;

    private TeacherSpec TeacherOfTheImages(JobSpec job) => _small.Teacher(TeachersNetwork, job.Data.Read().Classes, Student);

    private static TransferMethod Create(params (string Name, ParameterValue Value)[] parameters) =>
        TransferMethodRegistry.Create("distillation", parameters.ToDictionary(p => p.Name, p => p.Value)).Method;

    private TransferModel Model()
    {
        var teacher = TeacherNetwork.Load(
            _small.Teacher(TeachersNetwork, Classes, Student).File,
            LabelTask.OfClasses(Classes),
            Student,
            CPU
        );
        manual_seed(1);
        return new TransferModel(BackboneRegistry.Create(Network, Classes.Length), Classes, CPU) { Teacher = teacher };
    }

    private static TeacherNetwork Teacher(TransferModel model) => model.Teacher!;

    private static Batch Images(int count)
    {
        manual_seed(2);
        return new Batch(randn(count, 3, 32, 32), tensor([.. Enumerable.Range(0, count).Select(i => (long)(i % Classes.Length))]), 0, []);
    }

    /// <summary>[1, 3, S, S].</summary>
    private static Tensor Evaluated(RgbImage image, Preprocessing preprocessing)
    {
        var transforms = new ImageTransforms(preprocessing);
        float[] floats = new float[transforms.Length];
        transforms.Evaluate(image, floats);
        return tensor(floats, [1, 3, transforms.Side, transforms.Side]);
    }

    /// <summary>Softened probabilities by image, in double precision.</summary>
    private static double[][] Probabilities(Tensor logits, double temperature) =>
        [
            .. logits
                .data<float>()
                .ToArray()
                .Chunk(Classes.Length)
                .Select(row =>
                {
                    double[] e = [.. row.Select(v => Math.Exp(v / temperature))];
                    return e.Select(v => v / e.Sum()).ToArray();
                }),
        ];
}
