namespace BlazorTransfer.Web.Components.Shared;

/// <summary>The fields of a form whose text is no valid value. The form cannot be sent while there is one.</summary>
public sealed class InputErrors
{
    private readonly Dictionary<object, string> _errors = [];

    /// <summary>A field became valid or invalid.</summary>
    public event Action? Changed;

    /// <summary>The error of one of the fields, in a sentence; null where all are valid.</summary>
    public string? First => _errors.Values.FirstOrDefault();

    /// <param name="field">The field.</param>
    /// <param name="error">What is wrong with it; null where it is valid.</param>
    public void Report(object field, string? error)
    {
        if (_errors.GetValueOrDefault(field) == error)
            return;
        if (error is null)
            _errors.Remove(field);
        else
            _errors[field] = error;
        Changed?.Invoke();
    }
}
