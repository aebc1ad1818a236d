using System.ComponentModel.DataAnnotations;

namespace Notify.Hosting;

/// <summary>How the HTTP API is protected. Checked when <c>MapNotifications</c> is called.</summary>
public sealed class NotificationsApiOptions : IValidatableObject
{
    private const int MinKeyLength = 16;

    /// <summary>
    /// The keys that open the API, any of them: <c>Authorization: Bearer KEY</c>, or HTTP Basic with the key as password so that
    /// a browser can show the sandbox page. With a key set, every call needs one, the health endpoints included. Without one
    /// (the default) only calls to a loopback address are answered, and the application does not start on any other address,
    /// unless the endpoints require the application's own authorization. Two keys at once let one replace the other. A key has at
    /// least 16 characters; make one with <c>openssl rand -base64 32</c>.
    /// </summary>
    public IList<string> ApiKeys { get; } = [];

    /// <summary>
    /// A port at which <c>/health/live</c>, <c>/health/ready</c> and what the application adds by <c>ServeAtManagementPort()</c>
    /// are answered without a key, for an orchestrator and for Prometheus, and at which nothing is answered that needs one. The
    /// application has to listen on it, and to keep it from those who should not see how much is sent. 1 to 65,535; null, the
    /// default, for none.
    /// </summary>
    [Range(1, 65_535)]
    public int? ManagementPort { get; set; }

    /// <summary>The largest request body, in bytes. 1 KiB to 100 MiB; default 1 MiB.</summary>
    [Range(1_024, 104_857_600)]
    public long MaxBodyBytes { get; set; } = 1_048_576;

    /// <summary>
    /// How long a request's body may take to arrive as a whole; a slower one is answered 408. 1 second to 10 minutes; default 30
    /// seconds.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan BodyTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How many requests with a body are read and handled at a time; more are answered 503. 1 to 100,000; default 1,000.
    /// </summary>
    [Range(1, 100_000)]
    public int MaxConcurrentRequests { get; set; } = 1_000;

    /// <summary>
    /// How many event streams (<c>/v1/events</c>) are open at a time for one key; more are answered 429. 1 to 10,000; default 20.
    /// </summary>
    [Range(1, 10_000)]
    public int MaxEventStreams { get; set; } = 20;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (ApiKeys.Any(string.IsNullOrWhiteSpace))
            yield return new ValidationResult("An API key is empty.", [nameof(ApiKeys)]);
        else if (ApiKeys.Any(key => key.Length < MinKeyLength))
        {
            yield return new ValidationResult(
                $"An API key has fewer than {MinKeyLength} characters and can be guessed. "
                    + "Make one with: openssl rand -base64 32.",
                [nameof(ApiKeys)]
            );
        }
    }
}
