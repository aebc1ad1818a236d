using System.ComponentModel.DataAnnotations;

namespace Notify.Hosting;

/// <summary>The options of the HTTP API. They are validated when <c>MapNotifications</c> is called.</summary>
public sealed class NotificationsApiOptions : IValidatableObject
{
    private const int MinKeyLength = 16;

    /// <summary>
    /// Gets the keys of the operator. Each has every scope for every tenant. Other keys are created at <c>/v1/api-keys</c> or
    /// with <see cref="IApiKeys"/>. A call presents a key as <c>Authorization: Bearer KEY</c>, or as the password of HTTP Basic
    /// so that a browser can show what it reads. A key must have at least 16 characters; create one with <c>openssl rand
    /// -base64 32</c>. Empty by default.
    /// </summary>
    /// <remarks>
    /// If any key is set, or <see cref="RequireKey"/>, every call requires one, including calls to the health endpoints. If none
    /// is set, only calls to a loopback address are answered, and the application does not start on any other address unless its
    /// own authorization protects the endpoints. To replace a key without downtime, set the old and the new one until all callers
    /// use the new one.
    /// </remarks>
    public IList<string> ApiKeys { get; } = [];

    /// <summary>
    /// Gets or sets whether every call requires a key although <see cref="ApiKeys"/> is empty. The default is false, with which
    /// local calls need none.
    /// </summary>
    public bool RequireKey { get; set; }

    /// <summary>
    /// Gets or sets whether the audit log also has the calls of everyday traffic: saving profiles, devices, preferences and
    /// subscriptions, and cancelling notifications. Each of these calls then costs two more writes. The default is
    /// <see langword="false"/>.
    /// </summary>
    public bool AuditEverydayCalls { get; set; }

    /// <summary>
    /// Gets or sets the time for which a process uses what it read about a key, between 1 second and 1 minute. A key that was
    /// revoked or rotated in another process is accepted for at most this time. The default is 5 seconds.
    /// </summary>
    [TimeRange("00:00:01", "00:01:00")]
    public TimeSpan KeyCacheDuration { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Gets or sets the claim with the tenant of a caller that the application authenticates. Without the claim, a caller belongs
    /// to <see cref="Trigger.DefaultTenant"/>. The default is <c>notify:tenant</c>.
    /// </summary>
    [Required]
    public string TenantClaim { get; set; } = "notify:tenant";

    /// <summary>
    /// Gets or sets the claim with the scopes of a caller that the application authenticates, such as <c>send read</c>. The
    /// default is <c>notify:scope</c>.
    /// </summary>
    [Required]
    public string ScopeClaim { get; set; } = "notify:scope";

    /// <summary>
    /// Gets or sets the claim with the roles of a caller that the application authenticates: <c>viewer</c>, <c>sender</c>,
    /// <c>manager</c> or <c>admin</c> (<see cref="MemberRole"/>). The caller has their scopes beside those of
    /// <see cref="ScopeClaim"/>. The default is <c>notify:role</c>.
    /// </summary>
    [Required]
    public string RoleClaim { get; set; } = "notify:role";

    /// <summary>
    /// Gets or sets whether people whom the application authenticates, and who have neither <see cref="ScopeClaim"/> nor
    /// <see cref="RoleClaim"/>, have the roles that <see cref="IMembers"/> keeps. A member is found by the claim <c>sub</c>, or
    /// by the claim <c>email</c> if the claim <c>email_verified</c> is <c>true</c>. The default is <see langword="false"/>.
    /// </summary>
    public bool UseMembers { get; set; }

    /// <summary>
    /// Gets or sets the scopes of callers without the claim <see cref="ScopeClaim"/>, if the application requires authorization
    /// for the endpoints (<c>MapNotifications().RequireAuthorization()</c>). The default is <see cref="ApiScope.None"/>.
    /// </summary>
    public ApiScope ScopesWithoutClaim { get; set; }

    /// <summary>
    /// Gets or sets the port on which <c>/health/live</c>, <c>/health/ready</c> and endpoints with <c>ServeAtManagementPort()</c>
    /// need no key, for orchestrators and for Prometheus. No other endpoint is served on this port. The application must listen
    /// on it and protect it from anyone who may not see the metrics. Between 1 and 65,535. The default is null, for no such port.
    /// </summary>
    [Range(1, 65_535)]
    public int? ManagementPort { get; set; }

    /// <summary>
    /// Gets or sets the maximum size of a request body in bytes, between 1 KiB and 100 MiB. The default is 1 MiB.
    /// </summary>
    [Range(1_024, 104_857_600)]
    public long MaxBodyBytes { get; set; } = 1_048_576;

    /// <summary>
    /// Gets or sets the time within which a request body must arrive completely, between 1 second and 10 minutes. A slower
    /// request is answered with 408. The default is 30 seconds.
    /// </summary>
    [TimeRange("00:00:01", "00:10:00")]
    public TimeSpan BodyTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Gets or sets the number of requests with a body that may be handled concurrently, between 1 and 100,000. Further requests
    /// are answered with 503. The default is 1,000.
    /// </summary>
    [Range(1, 100_000)]
    public int MaxConcurrentRequests { get; set; } = 1_000;

    /// <summary>
    /// Gets or sets the number of calls per second that each key may make. Unused calls accumulate for up to one second. Further
    /// calls are answered with 429. The limit applies to all processes together if they share their rates (<c>UseRedis</c>), and
    /// otherwise to each process. The fields <c>RateLimit-Policy</c> and <c>RateLimit</c> of every response tell the limit. 0.01
    /// to 1,000,000; the default is null, for no limit.
    /// </summary>
    [Range(0.01, 1_000_000)]
    public double? MaxCallsPerSecondPerKey { get; set; }

    /// <summary>
    /// Gets or sets the number of event streams (<c>/v1/events</c>) that each key may have open, between 1 and 10,000. Further
    /// streams are answered with 429. The default is 20.
    /// </summary>
    [Range(1, 10_000)]
    public int MaxEventStreams { get; set; } = 20;

    /// <summary>
    /// Gets or sets the number of streams of triggers (<c>/v1/notifications/stream</c>) that each key may have open, between 1
    /// and 10,000. Further streams are answered with 429. The default is 20.
    /// </summary>
    [Range(1, 10_000)]
    public int MaxTriggerStreams { get; set; } = 20;

    /// <summary>
    /// Gets or sets the base of the <c>type</c> of problem documents, to which the code of the problem is appended, such as
    /// <c>https://docs.example.org/notify/errors#</c>. The default is null, for the pages that the API itself serves at
    /// <c>/v1/errors/{code}</c>.
    /// </summary>
    public Uri? ProblemTypeBase { get; set; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (ProblemTypeBase is { IsAbsoluteUri: false })
            yield return new ValidationResult("ProblemTypeBase must be an absolute URL.", [nameof(ProblemTypeBase)]);
        if (ApiKeys.Any(string.IsNullOrWhiteSpace))
            yield return new ValidationResult("API keys must not be empty.", [nameof(ApiKeys)]);
        else if (ApiKeys.Any(key => key.Length < MinKeyLength))
        {
            yield return new ValidationResult(
                $"API keys must have at least {MinKeyLength} characters. Create one with: openssl rand -base64 32.",
                [nameof(ApiKeys)]
            );
        }
    }
}
