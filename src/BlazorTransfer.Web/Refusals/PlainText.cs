namespace BlazorTransfer.Web.Refusals;

/// <summary>Answers in plain text, of what is refused before a page or an endpoint is found.</summary>
internal static class PlainText
{
    public static Task WriteAsync(HttpContext context, int status, string message)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(message, context.RequestAborted);
    }
}
