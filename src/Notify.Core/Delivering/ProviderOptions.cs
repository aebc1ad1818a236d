using System.ComponentModel.DataAnnotations;

namespace Notify;

/// <summary>How much a provider is given to do. Options of this type are named by provider.</summary>
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
    /// Attempts per second at most; null for no limit but the vendor's. It holds over all processes together where they have a
    /// count in common (<c>UseRedis</c>), else for each process. 0.01 to 1,000,000; default null.
    /// </summary>
    /// <remarks>
    /// A throttled attempt (HTTP 429) halves the rate that is in use, and every acceptance raises it by 1 % again.
    /// </remarks>
    [Range(0.01, 1_000_000)]
    public double? MaxPerSecond { get; set; }

    /// <summary>
    /// The share of attempts that must fail for the provider's sake before its circuit opens. 0.01 to 1; default 0.5.
    /// </summary>
    [Range(0.01, 1)]
    public double BreakAtFailureRatio { get; set; } = 0.5;

    /// <summary>How many attempts within <see cref="BreakSampling"/> it takes to judge. 2 to 10,000; default 10.</summary>
    [Range(2, 10_000)]
    public int BreakAtLeast { get; set; } = 10;

    /// <summary>Over how long attempts are judged. 500 ms to 10 minutes; default 30 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.500", "00:10:00")]
    public TimeSpan BreakSampling { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an open circuit keeps deliveries away from the provider. 500 ms to 1 hour; default 15 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.500", "01:00:00")]
    public TimeSpan BreakDuration { get; set; } = TimeSpan.FromSeconds(15);
}
