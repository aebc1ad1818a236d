using System.ComponentModel.DataAnnotations;

namespace Notify;

/// <summary>How recipients unsubscribe by a link. Validated at start.</summary>
public sealed class UnsubscribeOptions : IValidatableObject
{
    /// <summary>
    /// Where <c>MapNotifications()</c> answers <c>/v1/unsubscribe</c>, as recipients reach it from the internet, such as
    /// <c>https://example.org/notify/v1/unsubscribe</c>. An https URL (RFC 8058 section 3.1). Required.
    /// </summary>
    [Required]
    public Uri? Url { get; set; }

    /// <summary>
    /// Gets or sets the secret that signs the links. 32 to 1,024 characters. Every node needs the same secret, and links stop
    /// working when it changes. Required.
    /// </summary>
    [Required, StringLength(1_024, MinimumLength = 32)]
    public string? Key { get; set; }

    /// <inheritdoc/>
    IEnumerable<ValidationResult> IValidatableObject.Validate(ValidationContext validationContext)
    {
        if (Url is not { IsAbsoluteUri: true, Scheme: "https" })
            yield return new ValidationResult("The field Url must be an absolute https URL.", [nameof(Url)]);
    }
}
