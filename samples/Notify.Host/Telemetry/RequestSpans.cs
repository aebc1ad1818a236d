using System.Diagnostics;
using Microsoft.AspNetCore.Http.Features;

namespace Notify.Host.Telemetry;

/// <summary>Names the span of a request by its route, which ASP.NET Core leaves to others.</summary>
internal static class RequestSpans
{
    public static void UseRequestSpans(this WebApplication app) =>
        app.Use(
            async (context, next) =>
            {
                var span = context.Features.Get<IHttpActivityFeature>()?.Activity;
                var method = context.Request.Method;
                if (
                    span is { IsAllDataRequested: true }
                    && context.GetEndpoint() is RouteEndpoint { RoutePattern.RawText: { } route }
                )
                {
                    span.DisplayName = $"{method} {route}";
                    span.SetTag("http.request.method", method).SetTag("http.route", route);
                }

                await next(context);
                span?.SetTag("http.response.status_code", context.Response.StatusCode);
                if (context.Response.StatusCode >= StatusCodes.Status500InternalServerError)
                    span?.SetStatus(ActivityStatusCode.Error);
            }
        );
}
