using BlazorTransfer.Core.Text;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;

namespace BlazorTransfer.Web.Security;

/// <summary>The thing does not exist, or the user may not know that it does.</summary>
internal sealed class NotFoundException() : Exception("There is nothing here, or you have no access to it.");

/// <summary>The user may see the thing, but not do this with it.</summary>
internal sealed class ForbiddenException(string message = "Your role in this project does not allow this. Ask an owner of the project.")
    : Exception(message);

/// <summary>The request cannot be carried out as it is; the message says what to change. It is shown to members, so it names no place on
/// the server.</summary>
internal class RefusedException(string message) : Exception(ServerPaths.Hide(message));

/// <summary>Makes problem details of what services throw.</summary>
internal sealed class AccessExceptionHandler : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        int? status = exception switch
        {
            NotFoundException => StatusCodes.Status404NotFound,
            ForbiddenException => StatusCodes.Status403Forbidden,
            RefusedException => StatusCodes.Status400BadRequest,
            // The framework's own: a body that is too large, cut off, or not the JSON that the endpoint takes.
            BadHttpRequestException e => e.StatusCode,
            _ => null,
        };
        if (status is null)
            return false;
        ProblemHttpResult problem = TypedResults.Problem(
            ServerPaths.Hide((exception as BadHttpRequestException)?.InnerException?.Message ?? exception.Message),
            statusCode: status
        );
        await problem.ExecuteAsync(httpContext);
        return true;
    }
}
