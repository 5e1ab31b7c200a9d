using BlazorTransfer.Core.Catalog;
using BlazorTransfer.Web.Components;
using BlazorTransfer.Web.Components.Shared;
using BlazorTransfer.Web.Features.Runs;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.NewRun;

/// <summary>The method of a run, with what only some methods need: label sets and a teacher.</summary>
public sealed partial class MethodFields
{
    private const int FewModels = 4;
    private bool _allTeachers;
    private bool _allMethods;
    private string? _search;

    [CascadingParameter]
    private NewRunForm Form { get; set; } = null!;

    [Parameter, EditorRequired]
    public string ProjectId { get; set; } = "";

    /// <summary>Another method, label set or teacher was chosen.</summary>
    [Parameter]
    public EventCallback Changed { get; set; }

    private IReadOnlyList<Choice<TransferMethodSpec>> Methods =>
        [
            .. Form.OfferedMethods(_search, _allMethods)
                .SelectMany(
                    section => section.Methods,
                    (section, method) =>
                        new Choice<TransferMethodSpec>(
                            method,
                            method.DisplayName,
                            $"{method.Summary} {method.Advice}",
                            DisabledReason: Form.WhyNot(method),
                            Section: section.Heading.Length > 0 ? section.Heading : null
                        )
                ),
        ];

    /// <summary>Whether the short list leaves any method out.</summary>
    private bool HasMore => Form.OfferedMethods(all: false).Sum(g => g.Methods.Count) < Form.MethodCount;

    private IReadOnlyList<Choice<Run>> Teachers =>
        [
            .. Form
                .Teachers.Take(_allTeachers ? int.MaxValue : FewModels)
                .Union(Form.Teachers.Where(t => t == Form.Teacher))
                .Select(t => new Choice<Run>(t, T["NamedRun", t.Submission.Number, t.Name], HintOf(t))),
        ];

    private string HintOf(Run model) =>
        T[
            model.Submission.ProjectId == ProjectId ? "ModelHint" : "ModelHintElsewhere",
            model.Job.Backbone,
            Format.Percent(model.BestTop1),
            model.Submission.DatasetName
        ];

    private async Task ChangeAsync(Action change)
    {
        change();
        await Changed.InvokeAsync();
    }
}
