using BlazorTransfer.Core.Protocol;
using BlazorTransfer.Web.Refusals;
using Microsoft.AspNetCore.Diagnostics;

namespace BlazorTransfer.Web.Storage;

/// <summary>Answers a request that a full disk ended: problem details for programs, a sentence for people, status 507 for both.</summary>
internal sealed class DiskFullHandler : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        string? words =
            exception is LowSpaceException ? exception.Message
            : DiskFullException.IsCauseOf(exception) ? DiskFullException.Sentence
            : null;
        if (words is null)
            return false;
        const int status = StatusCodes.Status507InsufficientStorage;
        if (httpContext.Request.Path.StartsWithSegments("/api") || httpContext.Request.Path.StartsWithSegments("/hubs"))
        {
            await TypedResults.Problem(words, statusCode: status).ExecuteAsync(httpContext);
            return true;
        }

        await PlainText.WriteAsync(httpContext, status, words);
        return true;
    }
}
