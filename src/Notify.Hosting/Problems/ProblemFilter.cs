using System.Data.Common;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Notify.Hosting.Problems;

/// <summary>Turns what a handler throws into a problem document that tells nothing of the inside.</summary>
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
        catch (BadHttpRequestException exception)
        {
            return Problem.Of(exception.StatusCode, "The request could not be read.");
        }
        catch (Exception exception) when (!context.HttpContext.RequestAborted.IsCancellationRequested)
        {
            return Answer(exception, context.HttpContext.Request.Path);
        }
    }

    private IResult Answer(Exception exception, string path)
    {
        if (IsOutage(exception))
        {
            Log.StoreFailed(_logger, path, exception);
            return Problem.StoreUnavailable();
        }

        Log.CallFailed(_logger, path, exception);
        return Problem.Unexpected();
    }

    // Stores throw their drivers' exceptions; what they have in common is the database's, the network's or the disk's below.
    private static bool IsOutage(Exception? exception) =>
        exception is DbException or TimeoutException or OperationCanceledException or IOException or SocketException
        || (exception?.InnerException is { } inner && IsOutage(inner));
}
