using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Forwarding;

/// <summary>
/// Forwards the calls of a feature instead of handling them. The filters around it have checked the key, as they do for calls
/// that are handled here.
/// </summary>
internal sealed class ForwardingFilter(IApiForwarder forwarder, ApiFeatures feature) : IEndpointFilter
{
    private readonly ForwardedCall _call = new(feature, isLineStream: false);
    private readonly ForwardedCall _lineStream = new(feature, isLineStream: true);

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var call = JsonLines.AreIn(http.Request) ? _lineStream : _call;
        if (call.IsLineStream)
            RemoveLimits(http);
        else if (LimitBody(http) is { } tooLarge)
            return tooLarge;

        // The other process sets these headers, and each must appear once.
        ResponseProtection.Clear(http.Response);
        if (await forwarder.ForwardAsync(http, call).ConfigureAwait(false) is not { } failure)
            return TypedResults.Empty;
        if (http.Response.HasStarted || http.RequestAborted.IsCancellationRequested)
            return TypedResults.Empty;
        ResponseProtection.Set(http.Response);
        return failure switch
        {
            < StatusCodes.Status500InternalServerError => Problem.Unreadable(failure),
            StatusCodes.Status501NotImplemented => Problem.NotSupported("The gateway does not forward streams of lines."),
            StatusCodes.Status503ServiceUnavailable => Problem.UpstreamUnavailable(http.Response),
            StatusCodes.Status504GatewayTimeout => Problem.UpstreamTimeout(),
            _ => Problem.UpstreamFailed(),
        };
    }

    // A stream of lines may be of any length, and its sender may pause. The other process limits each line and the progress.
    private static void RemoveLimits(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
            rate.MinDataRate = null;
    }

    private static IResult? LimitBody(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<BodyLimits>() is not { } limits)
            return null;
        if (context.Request.ContentLength > limits.MaxBytes)
            return Problem.BodyTooLarge(limits.MaxBytes);
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = limits.MaxBytes;
        return null;
    }
}
