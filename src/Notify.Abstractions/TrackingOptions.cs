using System.ComponentModel.DataAnnotations;

namespace Notify;

/// <summary>Options for tracking opens and clicks. They are validated at start.</summary>
public sealed class TrackingOptions : IValidatableObject
{
    /// <summary>
    /// Gets or sets the public URL of the <c>/v1/track</c> endpoint of <c>MapNotifications()</c>, such as
    /// <c>https://example.org/notify/v1/track</c>. It must be an https URL without a query. Required.
    /// </summary>
    [Required]
    public Uri? Url { get; set; }

    /// <summary>
    /// Gets or sets the secret that signs the links. 32 to 1,024 characters. All nodes must have the same secret. Links that were
    /// signed with another one work if it is one of <see cref="FormerKeys"/>. Required.
    /// </summary>
    [Required, StringLength(1_024, MinimumLength = 32)]
    public string? Key { get; set; }

    /// <summary>
    /// Gets or sets the secrets of earlier links, which continue to lead to their targets. 32 to 1,024 characters each. The
    /// default is empty.
    /// </summary>
    public IList<string> FormerKeys { get; set; } = [];

    /// <summary>
    /// Gets or sets how long after an email was created its opens and clicks are recorded. Links lead to their targets even
    /// later. 1 hour to 1 year; default 30 days.
    /// </summary>
    [TimeRange("01:00:00", "366.00:00:00")]
    public TimeSpan RecordFor { get; set; } = TimeSpan.FromDays(30);

    /// <inheritdoc/>
    IEnumerable<ValidationResult> IValidatableObject.Validate(ValidationContext validationContext)
    {
        if (Url is not { IsAbsoluteUri: true, Scheme: "https", Query: "", Fragment: "", UserInfo: "" })
            yield return new ValidationResult("Url must be an absolute https URL without a query.", [nameof(Url)]);
        if (FormerKeys.Any(key => key is not { Length: >= 32 and <= 1_024 }))
            yield return new ValidationResult("Every former key must have 32 to 1,024 characters.", [nameof(FormerKeys)]);
    }
}
