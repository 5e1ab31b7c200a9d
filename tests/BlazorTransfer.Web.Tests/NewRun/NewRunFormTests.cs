using System.Text.Json;
using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Core.Messages;
using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Web.Features.Datasets;
using BlazorTransfer.Web.Features.Models;
using BlazorTransfer.Web.Features.NewRun;
using BlazorTransfer.Web.Features.Runs;

namespace BlazorTransfer.Web.Tests.NewRun;

public sealed class NewRunFormTests
{
    private static readonly ParameterSpec Batch = Spec("batch-size", 16),
        Rate = Spec("learning-rate", 0.01),
        Depth = Spec("freeze-depth", 0);

    private static readonly Catalogue Catalogue = new()
    {
        WorkerVersion = "test",
        Backbones = [new BackboneSpec("a", "A", "A", 1, 1, 1, [], Preprocessing.ImageNet, "")],
        Methods =
        [
            new TransferMethodSpec("probe", "Probe", "", "", null, []),
            new TransferMethodSpec("fine", "Fine", "", "", null, [Rate with { Default = 1e-4 }, Depth]),
        ],
        CommonParameters = [Batch, Rate],
        Devices = [new DeviceSpec("cpu", "CPU")],
    };

    [Fact]
    public void AnotherMethod_TakesAlongWhatMeansTheSame_AndGivesItsOwnDefaultsForTheRest()
    {
        NewRunForm form = NewForm();
        form.Set(Batch, 64);
        form.Set(Rate, 0.5);

        form.Choose(Catalogue.Methods[1]);

        Assert.Equal(
            (64, 1e-4),
            (
                form.Value(form.Specs.Single(s => s.Name == "batch-size")).AsNumber,
                form.Value(form.Specs.Single(s => s.Name == "learning-rate")).AsNumber
            )
        );
    }

    [Fact]
    public void FirstMethodAgain_HasWhatWasTypedForIt()
    {
        NewRunForm form = NewForm();
        form.Set(Rate, 0.5);
        form.Choose(Catalogue.Methods[1]);
        form.Set(Depth, 3);
        form.Set(Batch, 8);

        form.Choose(Catalogue.Methods[0]);

        Assert.Equal((0.5, 8), (form.Value(Rate).AsNumber, form.Value(Batch).AsNumber));
        Assert.DoesNotContain("freeze-depth", form.ToRequest().Parameters.Keys);
        form.Choose(Catalogue.Methods[1]);
        Assert.Equal(3, form.Value(Depth).AsNumber);
    }

    [Fact]
    public void Settings_StandUnderTheirHeadings_TheMethodsFirstAndTheMachineLast()
    {
        ParameterSpec threads = Spec("threads", 0) with { Section = ParameterSections.Machine, Advanced = true },
            momentum = Spec("momentum", 0.9) with { Section = ParameterSections.Optimization, Advanced = true },
            crop = Spec("crop", 0) with { Section = ParameterSections.Augmentation },
            blur = Spec("blur", 0) with { Section = ParameterSections.Augmentation, Advanced = true },
            size = Spec("image-size", 0) with { Section = ParameterSections.Data, Advanced = true };
        Catalogue catalogue = Catalogue with
        {
            CommonParameters = [threads, blur, Batch, momentum, crop, size],
            Methods = [new TransferMethodSpec("m", "M", "", "", null, [Depth with { Advanced = true }])],
        };

        var form = new NewRunForm(catalogue, [], [], NewDataset(), NoDomains);
        form.Set(blur, 2);
        form.Set(momentum, 0.5);
        form.Set(size, 64);

        Assert.Equal(["batch-size"], form.Layout.Usual.Select(s => s.Name));
        Assert.Equal(["crop", "blur"], form.Layout.Augmentation.Select(s => s.Name));
        Assert.Equal(
            ["Method: freeze-depth", "Optimization: momentum", "Data: image-size", "Machine: threads"],
            form.Layout.Advanced.Select(a => $"{a.Heading}: {string.Join(", ", a.Specs.Select(s => s.Name))}")
        );
        Assert.Equal(1, form.ChangesOn);
        // Another momentum changes no picture.
        Assert.Equal(["blur", "image-size"], form.ToPreview().Parameters.Keys.Order());
        string before = form.PreviewChoices;
        form.Set(momentum, 0.6);
        Assert.Equal(before, form.PreviewChoices);
    }

    [Fact]
    public void Dataset_WithSeveralLabels_DisablesMethodsThatNeedOne_AndOffersTheSettingsForIt()
    {
        ParameterSpec loss = Spec("label-loss", 0) with { OnlyFor = LabelKind.MultiLabel };
        var solved = new TransferMethodSpec("solved", "Solved", "", "", null, []) { SingleLabel = SingleLabelNeed.FittedClassifier };
        Catalogue catalogue = Catalogue with { CommonParameters = [loss], Methods = [.. Catalogue.Methods, solved] };
        Dataset dataset = NewDataset();
        var form = new NewRunForm(catalogue, [], [], dataset, NoDomains);
        Assert.All(catalogue.Methods, m => Assert.Null(form.WhyNot(m)));
        Assert.DoesNotContain(form.Specs, s => s.Name == "label-loss");

        form.Dataset = dataset with { Versions = [dataset.Latest with { Kind = LabelKind.MultiLabel }] };

        Assert.Contains(form.Specs, s => s.Name == "label-loss");
        Assert.Null(form.WhyNot(catalogue.Methods[0]));
        Assert.Contains("needs exactly one class for each image", form.WhyNot(solved), StringComparison.Ordinal);
        form.Choose(solved);
        Assert.Contains("needs exactly one class for each image", form.Missing, StringComparison.Ordinal);
        Assert.DoesNotContain(form.Specs, s => s.Name == "label-loss");
    }

    [Fact]
    public void MethodThatTakesNoWeights_IsSentWithoutThem_AndTheOthersAgainWithThem()
    {
        var scratch = new TransferMethodSpec("scratch", "Scratch", "", "", null, []) { TakesWeights = false };
        Catalogue catalogue = Catalogue with { Methods = [.. Catalogue.Methods, scratch] };
        var weights = new BackboneWeights
        {
            Id = "w",
            Name = "W",
            File = "",
            Sha256 = "",
            Bytes = 1,
            Backbones = ["a"],
            ImportedBy = "",
            ImportedAt = default,
        };
        var form = new NewRunForm(catalogue, [weights], [], NewDataset(), NoDomains);

        form.Choose(scratch);
        Assert.Null(form.ToRequest().WeightsId);

        form.Choose(catalogue.Methods[0]);
        Assert.Equal("w", form.ToRequest().WeightsId);
        // Where there are none, the method that needs none is the suggestion.
        Assert.Equal("scratch", new NewRunForm(catalogue, [], [], NewDataset(), NoDomains).Method.Name);
    }

    [Theory]
    [InlineData(20, false, null, MethodRole.SuggestedWithoutWeights)]
    [InlineData(20, true, null, MethodRole.SuggestedFirst)]
    [InlineData(2000, true, null, MethodRole.SuggestedWithManyImages)]
    [InlineData(200, true, 0.97, MethodRole.SuggestedFirst)]
    [InlineData(20, true, 0.8, MethodRole.SuggestedFirst)]
    [InlineData(80, true, 0.8, MethodRole.SuggestedWithMoreImages)]
    [InlineData(2000, true, 0.8, MethodRole.SuggestedWithManyImages)]
    public void Advice_GoesByTheImagesAndByWhatAProbeReached_AndSaysSo(int perClass, bool hasWeights, double? probe, MethodRole role)
    {
        MethodAdvice advice = MethodAdvice.For(perClass, hasWeights, probe is { } top1 ? new KnownProbe(top1, "run #7") : null);

        Assert.Equal(role, advice.Role);
        Assert.Equal(probe is not null, advice.Reason.Contains("run #7", StringComparison.Ordinal));
    }

    [Fact]
    public void MethodThatUsesLabelsOfTheTarget_IsMissingThem_WhereThereAreNone_AndSendsTheirNumberAlone()
    {
        var boosting = new TransferMethodSpec("boosting", "Boosting", "", "", null, []) { AdaptsToTarget = true, UsesTargetLabels = true };
        Catalogue catalogue = Catalogue with { Methods = [.. Catalogue.Methods, boosting] };
        Dataset unlabelled = NewDataset() with { Id = "unlabelled" },
            other = unlabelled with { Id = "other", Versions = [NewVersion() with { Classes = [new ClassCount("pit", 9, 1, 1)] }] };
        var form = new NewRunForm(catalogue, [], [], NewDataset(), new DomainForm([other, unlabelled], _ => []));
        form.Choose(boosting);
        form.Domains.Turn(true);

        form.Domains.Choose(unlabelled);
        Assert.Contains("these images have no labels", form.Missing, StringComparison.Ordinal);

        form.Domains.Choose(other);
        Assert.Null(form.Missing);
        Assert.Equal(DomainForm.UsualLabels, form.ToRequest().Target!.LabelledPerClass);
        form.Choose(catalogue.Methods[0]);
        Assert.Equal(0, form.ToRequest().Target!.LabelledPerClass);
    }

    [Fact]
    public void ImageSize_BelowTheNetworksMinimum_IsWhatIsMissing()
    {
        ParameterSpec size = Spec("image-size", 0);
        BackboneSpec network = Catalogue.Backbones[0] with { MinimumImageSize = 63 };
        var form = new NewRunForm(Catalogue with { Backbones = [network], CommonParameters = [size] }, [], [], NewDataset(), NoDomains);

        form.Set(size, 62);
        Assert.Contains("A needs images of at least 63 pixels", form.Missing, StringComparison.Ordinal);

        form.Set(size, 63);
        Assert.Null(form.Missing);
    }

    [Theory]
    [InlineData("auto", 0)]
    [InlineData("cpu", 1)]
    [InlineData("cuda:0", 0)]
    public void Precision_ThatTheChosenDeviceDoesNotHave_IsWarnedOf(string device, int expected)
    {
        ParameterSpec precision = Spec("frozen-precision", 0) with { Kind = ParameterKind.Choice, Default = "fp32" };
        var form = new NewRunForm(
            Catalogue with
            {
                CommonParameters = [precision],
                Devices = [new DeviceSpec("cuda:0", "GPU"), new DeviceSpec("cpu", "CPU") { ComputesBFloat16 = false }],
            },
            [],
            [],
            NewDataset(),
            NoDomains
        )
        {
            Device = device,
        };
        Assert.Empty(form.Warnings);

        form.Set(precision, "bf16");

        Assert.Equal(expected, form.Warnings.Count);
        Assert.Null(form.Missing);
    }

    [Fact]
    public void NewForm_StartsWithTheDefaultNetworkAndMethod()
    {
        BackboneSpec first = Catalogue.Backbones[0];
        Catalogue catalogue = Catalogue with
        {
            Backbones = [first, first with { Name = "usual", Roles = [BackboneRole.Default] }],
            Methods = [Catalogue.Methods[0], Catalogue.Methods[1] with { Roles = [MethodRole.Default] }],
        };

        var form = new NewRunForm(catalogue, [], [], NewDataset(), NoDomains);

        Assert.Equal(("usual", "fine"), (form.Backbone.Name, form.Method.Name));
    }

    [Fact]
    public void NewForm_PrefersANetworkWhoseWeightsAreHere_AndAmongThemTheDefaultOne()
    {
        BackboneSpec first = Catalogue.Backbones[0];
        Catalogue catalogue = Catalogue with
        {
            Backbones =
            [
                first with
                {
                    Roles = [BackboneRole.Recommended],
                },
                first with
                {
                    Name = "b",
                },
                first with
                {
                    Name = "usual",
                    Roles = [BackboneRole.Default],
                },
            ],
        };

        Assert.Equal("b", new NewRunForm(catalogue, [NewWeights("w", "b")], [], NewDataset(), NoDomains).Backbone.Name);
        var form = new NewRunForm(catalogue, [NewWeights("w", "b"), NewWeights("v", "usual")], [], NewDataset(), NoDomains);
        Assert.Equal("usual", form.Backbone.Name);
        Assert.Equal(["usual", "b", "a"], form.Offered(null, all: false).Select(b => b.Name));
        // The tiles stay where they are.
        form.Choose(catalogue.Backbones[0]);
        Assert.Equal(["usual", "b", "a"], form.Offered(null, all: false).Select(b => b.Name));
    }

    [Fact]
    public void NetworkWithoutWeights_NeverChangesTheMethod_AndIsNotTakenForRandomWeights()
    {
        Catalogue catalogue = Catalogue with
        {
            Backbones = [Catalogue.Backbones[0], Catalogue.Backbones[0] with { Name = "b", DisplayName = "B" }],
            Methods =
            [
                new TransferMethodSpec("scratch", "Scratch", "", "", null, [])
                {
                    TakesWeights = false,
                    Roles = [MethodRole.SuggestedWithoutWeights],
                },
                new TransferMethodSpec("head", "Head", "", "", null, []) { Roles = [MethodRole.SuggestedFirst] },
            ],
        };
        var form = new NewRunForm(catalogue, [NewWeights("w", "a")], [], NewDataset(), NoDomains);
        form.Advise(null);

        form.Choose(catalogue.Backbones[1]);
        form.Advise(null);

        Assert.Equal(("head", true, false), (form.Method.Name, form.NeedsWeights, form.HasStart(form.Backbone)));
        Assert.StartsWith("B has no weights to start from", form.Missing, StringComparison.Ordinal);
        // Random weights are chosen as such, on a network for which the method does not change either.
        form.StartFrom((BackboneWeights?)null);
        form.Advise(null, follows: false);
        Assert.Equal(("head", false, null), (form.Method.Name, form.NeedsWeights, form.Missing));
        // Weights that come in later are the start, for who waited for them.
        form.Choose(catalogue.Backbones[1]);
        form.Use([NewWeights("v", "b")]);
        Assert.Equal(("v", null), (form.Weights?.Id, form.Missing));
    }

    [Fact]
    public void Method_FollowsTheAdvice_UntilSomebodyChoosesOne()
    {
        Catalogue catalogue = Catalogue with
        {
            Methods =
            [
                new TransferMethodSpec("scratch", "Scratch", "", "", null, [])
                {
                    TakesWeights = false,
                    Roles = [MethodRole.SuggestedWithoutWeights],
                },
                new TransferMethodSpec("head", "Head", "", "", null, []) { Roles = [MethodRole.SuggestedFirst] },
                new TransferMethodSpec("both", "Both", "", "", null, []) { Roles = [MethodRole.SuggestedWithMoreImages] },
            ],
        };
        var form = new NewRunForm(catalogue, [NewWeights("w", "a")], [], NewDataset(), NoDomains);

        form.Advise(null);
        Assert.Equal("head", form.Method.Name);
        form.StartFrom((BackboneWeights?)null);
        form.Advise(null);
        Assert.Equal("scratch", form.Method.Name);
        form.Choose(catalogue.Methods[2]);
        form.Advise(null);
        Assert.Equal("both", form.Method.Name);
        form.TakeAdvice();
        Assert.Equal("scratch", form.Method.Name);
        // A catalogue without these roles leaves nothing to suggest.
        NewRunForm other = NewForm();
        other.Advise(null);
        Assert.Null(other.Advice);
    }

    [Fact]
    public void MethodThatAsksTheHead_SaysWhatIsMissing()
    {
        Catalogue catalogue = Catalogue with
        {
            Methods =
            [
                new TransferMethodSpec("co", "Co", "", "", null, []) { Source = SourceUse.TrunkAndHead },
                new TransferMethodSpec("delta", "Delta", "", "", null, []) { Source = SourceUse.Trunk },
            ],
        };
        var form = new NewRunForm(catalogue, [NewWeights("w", "a") with { HeadClasses = 0 }], [], NewDataset(), NoDomains);

        Assert.Contains("head", form.Missing, StringComparison.Ordinal);
        form.Choose(catalogue.Methods[1]);
        Assert.Null(form.Missing);
        form.StartFrom((BackboneWeights?)null);
        Assert.Contains("needs pretrained weights", form.Missing, StringComparison.Ordinal);
        // Of what was imported before, nobody knows.
        var older = new NewRunForm(catalogue, [NewWeights("w", "a")], [], NewDataset(), NoDomains);
        Assert.Null(older.Missing);
    }

    [Fact]
    public void ValueSetBackToItsDefault_IsNotSent()
    {
        NewRunForm form = NewForm();
        form.Set(Batch, 64);
        form.Set(Batch, 16);

        Assert.Empty(form.ToRequest().Parameters);
    }

    [Fact]
    public void StartWith_ChoosesNetworkAndWeights_AndIgnoresWhatIsNotThere()
    {
        BackboneSpec other = Catalogue.Backbones[0] with { Name = "b" };
        BackboneWeights[] weights = [NewWeights("first", "b"), NewWeights("second", "b")];
        var form = new NewRunForm(Catalogue with { Backbones = [.. Catalogue.Backbones, other] }, weights, [], NewDataset(), NoDomains);

        form.StartWith("b", "second");
        Assert.Equal((other, weights[1]), (form.Backbone, form.Weights));
        form.StartWith("nothing", "first");
        Assert.Equal((other, weights[1]), (form.Backbone, form.Weights));
        form.StartWith("b", "nothing");
        Assert.Equal(weights[0], form.Weights);
    }

    [Fact]
    public void Offered_IsShortUntilSomebodySearchesOrAsksForAll()
    {
        BackboneSpec[] many =
        [
            .. Enumerable.Range(0, 50).Select(i => Catalogue.Backbones[0] with { Name = $"net{i}", DisplayName = $"Net {i}" }),
            Catalogue.Backbones[0] with
            {
                Name = "good",
                Roles = [BackboneRole.Recommended],
            },
        ];
        var form = new NewRunForm(Catalogue with { Backbones = many }, [], [], NewDataset(), NoDomains);

        Assert.Equal(["net0", "good"], form.Offered(null, all: false).Select(b => b.Name));
        Assert.Equal(["net42"], form.Offered(" nEt42 ", all: false).Select(b => b.Name));
        Assert.Equal(51, form.Offered("", all: true).Count);
        Assert.Empty(form.Offered("nothing", all: true));
    }

    [Fact]
    public void Methods_AreTheCommonOnesFirst_ThenGroups_AndFoundByNameOrGroup()
    {
        TransferMethodSpec[] methods =
        [
            new("deep", "Deep", "", "", null, []) { Group = "Tuning", Roles = [MethodRole.SuggestedWithMoreImages] },
            new("head", "Head", "", "", null, []) { Group = "Frozen", Roles = [MethodRole.SuggestedFirst] },
            .. Enumerable.Range(0, 5).Select(i => new TransferMethodSpec($"t{i}", $"Tuned {i}", "", "", null, []) { Group = "Tuning" }),
            .. Enumerable.Range(0, 5).Select(i => new TransferMethodSpec($"r{i}", $"Rare {i}", "", "", null, []) { Group = "Frozen" }),
        ];
        var form = new NewRunForm(Catalogue with { Methods = methods }, [], [], NewDataset(), NoDomains);
        form.Choose(methods[1]);

        Assert.Equal(["Common methods: deep, head"], Shown(form.OfferedMethods(all: false)));
        Assert.Equal(
            ["Common methods: deep, head", "Tuning: t0, t1, t2, t3, t4", "Frozen: r0, r1, r2, r3, r4"],
            Shown(form.OfferedMethods(all: true))
        );
        Assert.Equal(["Tuning: deep, t0, t1, t2, t3, t4"], Shown(form.OfferedMethods(" tuning ", all: false)));
        Assert.Equal(["Frozen: r3"], Shown(form.OfferedMethods("rare 3", all: false)));
        // A choice stays in view.
        form.Choose(methods[4]);
        Assert.Equal(["Common methods: deep, head", "Tuning: t2"], Shown(form.OfferedMethods(all: false)));

        static IEnumerable<string> Shown(IReadOnlyList<(string Heading, IReadOnlyList<TransferMethodSpec> Methods)> groups) =>
            groups.Select(g => $"{g.Heading}: {string.Join(", ", g.Methods.Select(m => m.Name))}");
    }

    [Fact]
    public void Request_TakenOver_GivesTheSameRequestAgain()
    {
        NewRunForm form = NewForm();
        form.Choose(Catalogue.Methods[1]);
        form.Set(Batch, 64);
        form.Set(Depth, 3);
        (form.Name, form.Seed) = ("Mine", 7);
        form.Experiment.Kind = ExperimentKind.Search;
        form.Experiment.Trials = 12;
        form.Experiment.Add(Depth, 4);
        RunRequest request = form.ToRequest();

        NewRunForm again = NewForm();
        Assert.Empty(again.TakeOver(request, [NewDataset()]));

        Assert.Equal(JsonSerializer.Serialize(request, ProtocolJson.Line), JsonSerializer.Serialize(again.ToRequest(), ProtocolJson.Line));
        form.Experiment.Kind = ExperimentKind.Folds;
        again.TakeOver(form.ToRequest(), [NewDataset()]);
        Assert.Equal((ExperimentKind.Folds, 5), (again.Experiment.Kind, again.ToRequest().Folds));
    }

    [Fact]
    public void Draft_OfANetworkWithoutWeights_DoesNotChooseRandomOnes()
    {
        Catalogue catalogue = Catalogue with { Backbones = [Catalogue.Backbones[0], Catalogue.Backbones[0] with { Name = "b" }] };
        NewRunForm form = new(catalogue, [NewWeights("w", "a")], [], NewDataset(), NoDomains),
            again = new(catalogue, [NewWeights("w", "a")], [], NewDataset(), NoDomains);
        form.Choose(catalogue.Backbones[1]);

        again.TakeOver(form.ToDraft(), [NewDataset()]);
        Assert.Equal(("b", true), (again.Backbone.Name, again.NeedsWeights));

        form.StartFrom((BackboneWeights?)null);
        again.TakeOver(form.ToDraft(), [NewDataset()]);
        Assert.False(again.NeedsWeights);
    }

    [Fact]
    public void RunToRepeat_WhoseDataSetAndStartAreGone_SaysSo()
    {
        Run run = NewRun("r", "probe");

        Assert.Empty(NewForm().TakeOver(run, [NewDataset()]));
        Assert.Equal([RunPart.Dataset], NewForm().TakeOver(run, []));
        Assert.Equal(
            [RunPart.Weights],
            NewForm().TakeOver(run with { Submission = run.Submission with { WeightsId = "w" } }, [NewDataset()])
        );
        Assert.Equal(
            [RunPart.Weights],
            NewForm().TakeOver(run with { Submission = run.Submission with { ParentRunId = "q" } }, [NewDataset()])
        );
    }

    [Fact]
    public void MethodThatTakesATeacher_SaysThatNoneIsChosen_AndSendsIt_AndARepetitionHasItAgain()
    {
        Catalogue catalogue = Catalogue with
        {
            Methods = [.. Catalogue.Methods, new TransferMethodSpec("distil", "Distil", "", "", null, []) { TakesTeacher = true }],
        };
        Run elsewhere = NewRun("elsewhere", "probe", datasetId: "other"),
            same = NewRun("same", "probe");
        NewRunForm form = FormFor(elsewhere, same);

        Assert.Null(form.Missing);
        form.Choose(catalogue.Methods[2]);
        Assert.Contains("Choose the teacher", form.Missing, StringComparison.Ordinal);
        // Those that have learned from the same images have their classes.
        Assert.Equal([same, elsewhere], form.Teachers);
        form.Teacher = same;
        Assert.Null(form.Missing);
        Assert.Equal(("same", null), (form.ToRequest().TeacherRunId, form.ToPreview().TeacherRunId));
        form.Choose(catalogue.Methods[0]);
        Assert.Null(form.ToRequest().TeacherRunId);

        Run student = NewRun("student", "distil");
        student = student with { Submission = student.Submission with { TeacherRunId = "elsewhere" } };
        NewRunForm again = FormFor(elsewhere, same),
            gone = FormFor();
        Assert.Empty(again.TakeOver(student, [NewDataset()]));
        Assert.Equal((elsewhere, "elsewhere"), (again.Teacher, again.ToRequest().TeacherRunId));
        Assert.Equal([RunPart.Teacher], gone.TakeOver(student, [NewDataset()]));
        Assert.Contains("no run has finished yet", gone.Missing, StringComparison.Ordinal);

        NewRunForm FormFor(params Run[] models)
        {
            var form = new NewRunForm(catalogue, [], models, NewDataset(), NoDomains);
            form.Choose(catalogue.Methods[0]);
            return form;
        }
    }

    private static Run NewRun(string id, string method, string datasetId = "d") =>
        new()
        {
            Id = id,
            Submission = new RunSubmission
            {
                ProjectId = "p",
                Number = 1,
                Name = "",
                DatasetId = datasetId,
                DatasetVersion = 1,
                DatasetName = "",
                SubmittedBy = "",
                SubmittedAt = default,
            },
            Job = new JobSpec
            {
                RunId = id,
                Data = new DataSpec("", ""),
                Backbone = "a",
                Weights = WeightsSpec.Random,
                Method = method,
            },
        };

    private static DomainForm NoDomains => new([], _ => []);

    private static Dataset NewDataset() =>
        new()
        {
            Id = "d",
            ProjectId = "p",
            Name = "D",
            CreatedAt = default,
            Versions = [NewVersion()],
        };

    private static BackboneWeights NewWeights(string id, string backbone) =>
        new()
        {
            Id = id,
            Name = id,
            File = "",
            Sha256 = "",
            Bytes = 0,
            Backbones = [backbone],
            ImportedBy = "",
            ImportedAt = default,
        };

    private static NewRunForm NewForm()
    {
        var form = new NewRunForm(Catalogue, [], [], NewDataset(), NoDomains);
        form.Choose(Catalogue.Methods[0]);
        return form;
    }

    private static DatasetVersion NewVersion() =>
        new()
        {
            Number = 1,
            CreatedAt = default,
            SplitOrigin = Message.Plain(""),
            Classes = [],
            Bytes = 0,
            Rejected = 0,
        };

    private static ParameterSpec Spec(string name, double value) =>
        new()
        {
            Name = name,
            DisplayName = name,
            Help = "",
            Kind = ParameterKind.Number,
            Default = value,
            Minimum = 0,
            Maximum = 1000,
        };
}
