using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Notify;

/// <summary>Limits for one provider. The options are named after the provider.</summary>
public sealed class ProviderOptions : IValidatableObject
{
    /// <summary>
    /// Gets or sets the maximum number of deliveries that this process sends through the provider at a time. If null, the
    /// default, the provider's own limit applies if it has one (such as the connections of a mail provider), and otherwise
    /// <see cref="NotificationsOptions.MaxConcurrencyPerProvider"/>. 1 to 100,000.
    /// </summary>
    [Range(1, 100_000)]
    public int? MaxConcurrency { get; set; }

    /// <summary>
    /// Gets or sets whether each tenant is limited so that some of the provider's slots stay free for others. A tenant may then
    /// hold at most eight slots for each free one, which is 8 of 9 if no other tenant is sending. Enable this for a provider that
    /// calls the recipients' own servers, because one tenant's slow server would otherwise delay the other tenants. Null, the
    /// default, means true for webhooks and Web Push and false for all other providers.
    /// </summary>
    public bool? ShareSlotsAmongTenants { get; set; }

    /// <summary>
    /// Gets or sets the maximum number of attempts per second; null for no limit except the vendor's. The limit applies to all
    /// processes together if they share their permits (<c>UseRedis</c>), and otherwise to each process. 0.01 to 1,000,000;
    /// default null.
    /// </summary>
    /// <remarks>
    /// A throttled attempt (HTTP 429) halves the current rate. Each message that is sent raises it again by 1 %.
    /// </remarks>
    [Range(0.01, 1_000_000)]
    public double? MaxPerSecond { get; set; }

    /// <summary>
    /// Gets or sets the price of one message in <see cref="Currency"/>, by which the costs of sent messages are counted if the
    /// vendor does not report them. A long SMS is several messages. Prices are counted to a millionth. 0 to 1,000,000; default
    /// null, which counts no costs.
    /// </summary>
    [Range(0.0, 1_000_000.0)]
    public decimal? Price { get; set; }

    /// <summary>
    /// Gets or sets the ISO 4217 code of the currency of <see cref="Price"/>, such as <c>EUR</c>. Default: null.
    /// </summary>
    [RegularExpression("[A-Z]{3}")]
    public string? Currency { get; set; }

    /// <summary>Gets or sets the options of the provider's circuit breaker.</summary>
    [ValidateObjectMembers]
    public CircuitBreakerOptions CircuitBreaker { get; set; } = new();

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Price is not null && Currency is null)
            yield return new ValidationResult($"{nameof(Price)} requires {nameof(Currency)}.", [nameof(Currency)]);
    }
}
