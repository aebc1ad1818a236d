using System.Data.Common;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Problems;

/// <summary>Converts exceptions of handlers to problem documents that reveal no internal details.</summary>
internal sealed class ProblemFilter(IServiceProvider services) : IEndpointFilter
{
    private readonly ILogger _logger = services
        .GetRequiredService<ILoggerFactory>()
        .CreateLogger(typeof(ProblemFilter).Namespace!);

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context).ConfigureAwait(false);
        }
        catch (InvalidRequestException exception)
        {
            var errors = new FieldErrors();
            errors.Add(exception.Errors);
            return Problem.InvalidFields(errors);
        }
        catch (BadHttpRequestException exception)
        {
            return Problem.Unreadable(exception.StatusCode);
        }
        catch (Exception exception) when (!context.HttpContext.RequestAborted.IsCancellationRequested)
        {
            return CreateProblem(_logger, exception, context.HttpContext.Request.Path);
        }
    }

    /// <summary>Creates the problem for an exception that is not the caller's fault, and logs the exception.</summary>
    public static ProblemResult CreateProblem(ILogger logger, Exception exception, string path)
    {
        if (IsOutage(exception))
        {
            Log.StoreFailed(logger, path, exception);
            return Problem.StoreUnavailable();
        }

        Log.CallFailed(logger, path, exception);
        return Problem.Unexpected();
    }

    // Stores throw the exceptions of their drivers. Common to all of them is that the cause is an exception of the database, the
    // network or the disk.
    private static bool IsOutage(Exception? exception) =>
        exception is DbException or TimeoutException or OperationCanceledException or IOException or SocketException
        || (exception?.InnerException is { } inner && IsOutage(inner));
}
