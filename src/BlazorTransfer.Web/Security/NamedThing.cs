namespace BlazorTransfer.Web.Security;

/// <summary>Things whose names people type; each has a text <c>Thing.X</c> in <see cref="SecurityTexts"/>.</summary>
internal enum NamedThing
{
    Account,
    Project,
    Dataset,
    Weights,
    Run,
    Experiment,
    Template,
}
