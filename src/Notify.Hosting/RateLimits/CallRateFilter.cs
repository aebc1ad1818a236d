using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Notify.Hosting.Authentication;
using Notify.Hosting.Problems;
using Notify.Storage;

namespace Notify.Hosting.RateLimits;

/// <summary>
/// Limits the rate of calls per API key, and tells every caller its limit in the fields <c>RateLimit-Policy</c> and
/// <c>RateLimit</c> (draft-ietf-httpapi-ratelimit-headers-10). If the application shares its rates (<c>UseRedis</c>), all
/// processes count together.
/// </summary>
internal sealed class CallRateFilter : IEndpointFilter
{
    private const string PolicyField = "RateLimit-Policy";
    private const string RateField = "RateLimit";

    private readonly double _perSecond;
    private readonly int _burst;
    private readonly string _policy;
    private readonly IServiceProvider _services;
    private readonly PartitionedRateLimiter<HttpContext> _limiter;

    public CallRateFilter(double perSecond, IServiceProvider services)
    {
        (_perSecond, _services) = (perSecond, services);
        _burst = (int)Math.Max(1, perSecond);
        _policy = string.Create(CultureInfo.InvariantCulture, $"\"key\";q={_burst};w={Math.Ceiling(_burst / perSecond):0}");
        _limiter = PartitionedRateLimiter.Create<HttpContext, string>(CreatePartition);
    }

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        // An orchestrator must be able to ask at any time.
        if (ManagementEndpoint.Is(http.GetEndpoint()!))
            return await next(context).ConfigureAwait(false);

        using var lease = await _limiter.AcquireAsync(http, 1, http.RequestAborted).ConfigureAwait(false);
        SetFields(http);
        if (lease.IsAcquired)
            return await next(context).ConfigureAwait(false);
        return Problem.TooManyCalls(http.Response, lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : default);
    }

    private RateLimitPartition<string> CreatePartition(HttpContext context) =>
        RateLimitPartition.Get(Caller.Find(context)?.Id ?? "", CreateLimiter);

    // Not resolved earlier, because that would connect before the application starts.
    private RateLimiter CreateLimiter(string caller) =>
        _services.GetService<ISharedRateLimits>() is { } shared
            ? new SharedCallLimiter(shared, GetName(caller), _perSecond, _services.GetRequiredService<TimeProvider>())
            : new TokenBucketRateLimiter(
                new TokenBucketRateLimiterOptions
                {
                    TokenLimit = _burst,
                    TokensPerPeriod = 1,
                    ReplenishmentPeriod = TimeSpan.FromSeconds(1 / _perSecond),
                    // Calculates the tokens from the time that has passed, instead of by a timer.
                    AutoReplenishment = false,
                }
            );

    // The subject of a token may be long, or be an address of a person.
    private static string GetName(string caller) =>
        $"calls:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(caller)).AsSpan(0, 16))}";

    private void SetFields(HttpContext context)
    {
        var left = Math.Min(_burst, _limiter.GetStatistics(context)?.CurrentAvailablePermits ?? 0);
        var full = Math.Ceiling((_burst - left) / _perSecond);
        context.Response.Headers[PolicyField] = _policy;
        context.Response.Headers[RateField] = string.Create(CultureInfo.InvariantCulture, $"\"key\";r={left};t={full:0}");
    }
}
