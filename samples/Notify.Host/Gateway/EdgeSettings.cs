using System.Net;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.HttpOverrides;
using IPNetwork = System.Net.IPNetwork;

namespace Notify.Host.Gateway;

/// <summary>
/// Reads whom the host trusts as a proxy (<c>Notify:TrustedProxies</c>), and which pages may call it from a browser
/// (<c>Notify:Cors:Origins</c>).
/// </summary>
internal static class EdgeSettings
{
    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

    private static readonly string[] RequestHeaders =
    [
        "Authorization",
        "Content-Type",
        "Idempotency-Key",
        "If-Match",
        "If-None-Match",
        "Last-Event-ID",
        "X-Notify-Tenant",
        "traceparent",
        "tracestate",
    ];

    private static readonly string[] ResponseHeaders =
    [
        "ETag",
        "Idempotency-Replayed",
        "Location",
        "RateLimit",
        "RateLimit-Policy",
        "Retry-After",
    ];

    /// <summary>Reads the settings.</summary>
    /// <exception cref="InvalidOperationException">A setting is invalid.</exception>
    public static void AddEdge(this IServiceCollection services, IConfiguration settings)
    {
        var proxies = ReadList(settings, "TrustedProxies").Select(ParseNetwork).ToArray();
        services.Configure<ForwardedHeadersOptions>(options =>
        {
            options.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
            options.ForwardLimit = null;
            options.KnownProxies.Clear();
            options.KnownIPNetworks.Clear();
            foreach (var proxy in proxies)
                options.KnownIPNetworks.Add(proxy);
        });
        var origins = ReadList(settings, "Cors:Origins").Select(ParseOrigin).ToArray();
        services.AddCors(options =>
            options.AddDefaultPolicy(policy =>
                policy
                    .WithOrigins(origins)
                    .WithMethods(Methods)
                    .WithHeaders(RequestHeaders)
                    .WithExposedHeaders(ResponseHeaders)
                    .SetPreflightMaxAge(TimeSpan.FromMinutes(10))
            )
        );
        services.AddHsts(options => options.MaxAge = TimeSpan.FromDays(365));
    }

    /// <summary>Adds the steps before any endpoint.</summary>
    public static void UseEdge(this WebApplication app, Roles roles)
    {
        if (ReadList(app.Configuration.GetSection("Notify"), "TrustedProxies").Length > 0)
            app.UseForwardedHeaders();
        if (!roles.IsGateway)
            return;

        app.UseHsts();
        if (ReadList(app.Configuration.GetSection("Notify"), "Cors:Origins").Length > 0)
            app.UseCors();
    }

    private static string[] ReadList(IConfiguration settings, string name)
    {
        var section = settings.GetSection(name);
        var listed = section.Value ?? string.Join(' ', section.GetChildren().Select(child => child.Value));
        return listed.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries);
    }

    private static IPNetwork ParseNetwork(string text) =>
        IPNetwork.TryParse(text, out var network) ? network
        : IPAddress.TryParse(text, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
        : throw new InvalidOperationException(
            $"Notify:TrustedProxies contains '{text}'. Use IP addresses, or networks such as 10.0.0.0/8."
        );

    private static string ParseOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var origin) && origin.GetLeftPart(UriPartial.Authority) == text.TrimEnd('/')
            ? text.TrimEnd('/')
            : throw new InvalidOperationException(
                $"Notify:Cors:Origins contains '{text}'. Use origins such as https://tools.example.org, without a path."
            );
}
