using System.Text.Json;
using System.Text.RegularExpressions;
using BlazorTransfer.Core.Text;

namespace BlazorTransfer.Web.Refusals;

/// <summary>What is wrong with a request that the framework could not read, in words without the names of types.</summary>
internal static partial class RequestFault
{
    public static string Describe(BadHttpRequestException fault)
    {
        string message = fault.InnerException?.Message ?? fault.Message;
        if (BoundParameter().Match(message) is { Success: true } parameter)
            return $"'{NameRule.Plain(parameter.Groups[2].Value)}' is not a value for '{parameter.Groups[1].Value}'.";
        if (fault.InnerException is JsonException json && TypeName().IsMatch(message))
            return MissingProperties().Match(message) is { Success: true } missing
                ? $"The JSON of the request lacks {missing.Groups[1].Value}."
                : $"The JSON of the request is not valid at '{NameRule.Plain(json.Path ?? "$")}'.";
        return ServerPaths.Hide(message);
    }

    [GeneratedRegex("^Failed to bind parameter \"(?:.* )?(\\w+)\" from \"(.*)\"")]
    private static partial Regex BoundParameter();

    [GeneratedRegex(@"\b(?:System|BlazorTransfer|Microsoft)\.\w")]
    private static partial Regex TypeName();

    [GeneratedRegex(@"required properties including: (.+?)\.?(?: Path:|$)")]
    private static partial Regex MissingProperties();
}
