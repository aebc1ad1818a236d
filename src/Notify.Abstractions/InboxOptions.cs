using System.ComponentModel.DataAnnotations;

namespace Notify;

/// <summary>Options for the inbox. They are validated at start.</summary>
public sealed class InboxOptions : IValidatableObject
{
    private const int MinKeyLength = 32;
    private const int MaxKeyLength = 1_024;

    /// <summary>
    /// Gets or sets how long an item is kept after it was added; null to keep items until their user is removed. 1 hour to 3,650
    /// days; default 90 days.
    /// </summary>
    [TimeRange("01:00:00", "3650.00:00:00")]
    public TimeSpan? Retention { get; set; } = TimeSpan.FromDays(90);

    /// <summary>
    /// Gets the secrets that sign the tokens of users (<see cref="IInboxTokens"/>). The first one signs, and all of them are
    /// accepted. All nodes must have the same secrets. To replace a secret without downtime, append the new one on all nodes,
    /// then move it to the front, then remove the old one. 32 to 1,024 characters each. Empty by default: there are no tokens,
    /// and browsers have no access.
    /// </summary>
    public IList<string> TokenKeys { get; } = [];

    /// <summary>Gets or sets the time for which a token is valid. 1 minute to 24 hours; default 1 hour.</summary>
    [TimeRange("00:01:00", "1.00:00:00")]
    public TimeSpan TokenLifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>
    /// Gets the origins of web pages that may use the inbox endpoints for browsers, such as <c>https://app.example.org</c>. Pages
    /// of the same origin always may. Empty by default.
    /// </summary>
    public IList<string> AllowedOrigins { get; } = [];

    /// <summary>
    /// Gets or sets how often a live view reads the store again if no event reports a change. Without Redis, this is how long a
    /// change that another process made takes to appear. 1 second to 5 minutes; default 15 seconds.
    /// </summary>
    [TimeRange("00:00:01", "00:05:00")]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(15);

    /// <inheritdoc/>
    IEnumerable<ValidationResult> IValidatableObject.Validate(ValidationContext validationContext)
    {
        if (TokenKeys.Any(key => key is not { Length: >= MinKeyLength and <= MaxKeyLength }))
            yield return new ValidationResult(
                $"Each token key must have {MinKeyLength} to {MaxKeyLength:N0} characters. "
                    + "Create one with: openssl rand -base64 32.",
                [nameof(TokenKeys)]
            );
        if (AllowedOrigins.Any(origin => !IsOrigin(origin)))
            yield return new ValidationResult(
                "An allowed origin consists of a scheme, a host and, if it is not the default, a port, such as "
                    + "https://app.example.org.",
                [nameof(AllowedOrigins)]
            );
    }

    private static bool IsOrigin(string? origin) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var url)
        && url.Scheme is "http" or "https"
        && url.GetLeftPart(UriPartial.Authority) == origin;
}
