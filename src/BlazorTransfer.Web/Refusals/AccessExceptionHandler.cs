using System.Globalization;
using BlazorTransfer.Core.Text;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;

namespace BlazorTransfer.Web.Refusals;

/// <summary>Makes problem details of what services throw.</summary>
internal sealed class AccessExceptionHandler : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        int? status = exception switch
        {
            NotFoundException => StatusCodes.Status404NotFound,
            ForbiddenException => StatusCodes.Status403Forbidden,
            TooManyRequestsException => StatusCodes.Status429TooManyRequests,
            StoppingException => StatusCodes.Status503ServiceUnavailable,
            RefusedException => StatusCodes.Status400BadRequest,
            // The framework's own: a body that is too large, cut off, or not the JSON that the endpoint takes.
            BadHttpRequestException e => e.StatusCode,
            _ => null,
        };
        if (status is null)
            return false;
        if (exception is TooManyRequestsException limited)
            httpContext.Response.Headers.RetryAfter = limited.Seconds.ToString(CultureInfo.InvariantCulture);
        ProblemHttpResult problem = TypedResults.Problem(
            exception is BadHttpRequestException bad ? RequestFault.Describe(bad) : ServerPaths.Hide(exception.Message),
            statusCode: status
        );
        await problem.ExecuteAsync(httpContext);
        return true;
    }
}
