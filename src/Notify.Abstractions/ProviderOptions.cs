using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Notify;

/// <summary>The limits of one provider. Options of this type are named by provider.</summary>
public sealed class ProviderOptions
{
    /// <summary>
    /// Gets or sets how many deliveries this process sends through the provider at a time. Null, the default, is what the
    /// provider can do at once, where it has a limit (a mail provider's connections), else
    /// <see cref="NotificationsOptions.MaxConcurrencyPerProvider"/>. 1 to 100,000.
    /// </summary>
    [Range(1, 100_000)]
    public int? MaxConcurrency { get; set; }

    /// <summary>
    /// Gets or sets whether a tenant may hold only so many of the provider's slots that others find some free: at most eight for
    /// each that is free, which is 8 of 9 when no other tenant sends. For a provider that calls servers of recipients, because a
    /// tenant's slow server would otherwise delay the other tenants. Null, the default, is true for webhooks and Web Push and
    /// false for all others.
    /// </summary>
    public bool? ShareSlotsAmongTenants { get; set; }

    /// <summary>
    /// Gets or sets the most attempts per second; null for no limit except the vendor's. The limit holds for all processes
    /// together where they share their permits (<c>UseRedis</c>), and otherwise for each process. 0.01 to 1,000,000; default
    /// null.
    /// </summary>
    /// <remarks>
    /// A throttled attempt (HTTP 429) halves the rate that is in use, and every accepted one raises it by 1 % again.
    /// </remarks>
    [Range(0.01, 1_000_000)]
    public double? MaxPerSecond { get; set; }

    /// <summary>Gets or sets when the provider's circuit opens.</summary>
    [ValidateObjectMembers]
    public CircuitBreakerOptions CircuitBreaker { get; set; } = new();
}
