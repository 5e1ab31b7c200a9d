using BlazorTransfer.Core.Datasets;
using BlazorTransfer.Web.Components.Shared;
using Microsoft.AspNetCore.Components;

namespace BlazorTransfer.Web.Features.Datasets;

/// <summary>Shows how an upload's text reads in each encoding that fits it, and asks for the right one.</summary>
public sealed partial class EncodingPicker
{
    private TextEncoding? _chosen;

    /// <summary>Name of the data set.</summary>
    [Parameter, EditorRequired]
    public string Name { get; set; } = "";

    [Parameter, EditorRequired]
    public UnknownEncodingException Question { get; set; } = null!;

    [Parameter]
    public EventCallback<TextEncoding> OnChosen { get; set; }

    [Parameter]
    public EventCallback OnDiscard { get; set; }

    private IReadOnlyList<Choice<TextEncoding>> Options =>
        [.. Question.Previews.Select(p => new Choice<TextEncoding>(p.Encoding, p.Encoding.Title, string.Join('\n', p.Samples)))];

    private Task ChooseAsync() => OnChosen.InvokeAsync(_chosen!);
}
