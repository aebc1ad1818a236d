using System.ComponentModel.DataAnnotations;

namespace Notify;

/// <summary>Options for unsubscribe links. They are validated at start.</summary>
public sealed class UnsubscribeOptions : IValidatableObject
{
    /// <summary>
    /// Gets or sets the public URL of the <c>/v1/unsubscribe</c> endpoint of <c>MapNotifications()</c>, such as
    /// <c>https://example.org/notify/v1/unsubscribe</c>. It must be an https URL (RFC 8058 section 3.1). Required.
    /// </summary>
    [Required]
    public Uri? Url { get; set; }

    /// <summary>
    /// Gets or sets the secret that signs the links. 32 to 1,024 characters. All nodes must have the same secret, and existing
    /// links stop working when it changes. Required.
    /// </summary>
    [Required, StringLength(1_024, MinimumLength = 32)]
    public string? Key { get; set; }

    /// <inheritdoc/>
    IEnumerable<ValidationResult> IValidatableObject.Validate(ValidationContext validationContext)
    {
        if (Url is not { IsAbsoluteUri: true, Scheme: "https" })
            yield return new ValidationResult("Url must be an absolute https URL.", [nameof(Url)]);
    }
}
