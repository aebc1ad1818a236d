using Microsoft.AspNetCore.Http.Features;
using Notify.Hosting;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace Notify.Host.Gateway;

/// <summary>
/// Repeats failed calls, at another process if there is one. A call is repeated if it cannot take effect twice: because no
/// connection was made, so that nothing was sent; because it only reads; or because it has an idempotency key.
/// </summary>
internal sealed class ForwardingRetries(GatewaySettings settings)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);

    /// <summary>The step of YARP's pipeline before a process is chosen.</summary>
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var proxy = context.GetReverseProxyFeature();
        var all = proxy.AvailableDestinations;
        List<DestinationState>? tried = null;
        var body = KeepBody(context.Request);
        var hasTimeout = context.Features.GetRequiredFeature<ForwardedCall>() is { IsLineStream: false };
        var attempt = new ForwardedTry(context, hasTimeout ? settings.TryTimeout : Timeout.InfiniteTimeSpan);
        for (var retries = 0; ; retries++)
        {
            if (FindFailure(context, isLate: await attempt.RunAsync(next)) is not { } failure)
                return;

            context.Features.Set(failure);
            if (retries == settings.Retries || !MayRepeat(context, failure, body))
                return;

            // Created only after a failure, because nearly every call succeeds.
            tried ??= [];
            if (proxy.ProxiedDestination is { } failed)
                tried.Add(failed);
            // A process that seems to have failed is a better choice than one that has just failed.
            DestinationState[] untried = [.. all.Except(tried)];
            if (untried.Length == 0)
                untried = [.. proxy.AllDestinations.Except(tried)];
            if (untried.Length == 0)
            {
                tried.Clear();
                untried = [.. all];
                await Task.Delay(FirstPause * (1 << retries), context.RequestAborted)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            Reset(context);
            proxy.AvailableDestinations = untried;
        }
    }

    // A body is kept only if the call may be repeated after a part of the body was sent.
    private ReplayableBody? KeepBody(HttpRequest request)
    {
        var hasBody = request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody is not false;
        if (!hasBody || settings.Retries == 0 || request.ContentLength > settings.MaxReplayBytes || !IsIdempotent(request))
            return null;

        var body = new ReplayableBody(request.Body, settings.MaxReplayBytes);
        request.Body = body;
        return body;
    }

    private static ForwardingFailure? FindFailure(HttpContext context, bool isLate)
    {
        if (context.GetForwarderErrorFeature() is not { } error)
            return null;

        var status =
            isLate ? StatusCodes.Status504GatewayTimeout
            : error.Error == ForwarderError.NoAvailableDestinations ? StatusCodes.Status503ServiceUnavailable
            : context.Response.StatusCode;
        return new ForwardingFailure(status, error.Exception);
    }

    private static bool MayRepeat(HttpContext context, ForwardingFailure failure, ReplayableBody? body)
    {
        if (context.Response.HasStarted || context.RequestAborted.IsCancellationRequested || failure.Status < 500)
            return false;
        if (failure.IsUnsent)
            return true;
        var hasBody = context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody is not false;
        return IsIdempotent(context.Request) && (!hasBody || body?.TryRewind() == true);
    }

    private static bool IsIdempotent(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || request.Headers.ContainsKey("Idempotency-Key");

    private static void Reset(HttpContext context)
    {
        context.Features.Set<IForwarderErrorFeature>(null);
        context.Features.Set<ForwardingFailure>(null);
        context.Response.StatusCode = StatusCodes.Status200OK;
    }
}

/// <summary>Why a call could not be forwarded.</summary>
/// <param name="Status">The status for the caller.</param>
/// <param name="Exception">The cause, if known.</param>
internal sealed record ForwardingFailure(int Status, Exception? Exception)
{
    /// <summary>Gets whether no connection was made, so that the call has certainly not taken effect.</summary>
    public bool IsUnsent =>
        Exception
            is HttpRequestException
            {
                HttpRequestError: HttpRequestError.ConnectionError
                    or HttpRequestError.NameResolutionError
                    or HttpRequestError.SecureConnectionError
            };
}
