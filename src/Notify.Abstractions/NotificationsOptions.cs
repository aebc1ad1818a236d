using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Notify;

/// <summary>What holds for every notification of the application. Validated at start.</summary>
public sealed class NotificationsOptions : IValidatableObject
{
    /// <summary>
    /// How long after it may be sent a notification expires, when its trigger does not say. 1 second to 90 days; default 3 days.
    /// </summary>
    [TimeRange("00:00:01", "90.00:00:00")]
    public TimeSpan DefaultTimeToLive { get; set; } = TimeSpan.FromDays(3);

    /// <summary>
    /// The categories of critical notifications, such as <c>security</c>: users' preferences and quiet hours do not apply to
    /// them. Only the application's operator declares them, so that a caller cannot pass over what users chose. Default: none.
    /// </summary>
    public ISet<string> MandatoryCategories { get; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>
    /// Gets or sets the region whose national phone numbers are understood, by its ISO 3166-1 code: with <c>SE</c>, 070-123 45 67
    /// is +46701234567. Null, the default, asks for the country code, as +46… or 0046….
    /// </summary>
    public string? DefaultPhoneRegion { get; set; }

    /// <summary>How far ahead a trigger may be scheduled. 1 minute to 3,650 days; default 366 days.</summary>
    [TimeRange("00:01:00", "3650.00:00:00")]
    public TimeSpan MaxScheduleAhead { get; set; } = TimeSpan.FromDays(366);

    /// <summary>
    /// Gets how far ahead a notification may expire: <see cref="MaxScheduleAhead"/> and the longest time to live, 90 days, after
    /// it.
    /// </summary>
    public TimeSpan MaxExpiryAhead => MaxScheduleAhead + TimeSpan.FromDays(90);

    /// <summary>How many recipients one trigger may name. 1 to 10,000; default 1,000.</summary>
    [Range(1, 10_000)]
    public int MaxRecipients { get; set; } = 1_000;

    /// <summary>How long an idempotency key is kept. 1 minute to 90 days; default 24 hours.</summary>
    [TimeRange("00:01:00", "90.00:00:00")]
    public TimeSpan IdempotencyRetention { get; set; } = TimeSpan.FromHours(24);

    /// <summary>
    /// Gets or sets how long a notification is kept after it was accepted, with its contents, deliveries, attempts and receipts.
    /// One that has not ended by then is kept until it has. An idempotency key is kept for <see cref="IdempotencyRetention"/>
    /// all the same. Null keeps notifications for ever. 1 hour to 3,650 days; default 30 days.
    /// </summary>
    [TimeRange("01:00:00", "3650.00:00:00")]
    public TimeSpan? Retention { get; set; } = TimeSpan.FromDays(30);

    /// <summary>
    /// Gets or sets how long the counts per minute are kept. Null keeps them for ever. 1 hour to 3,650 days; default 365 days.
    /// </summary>
    [TimeRange("01:00:00", "3650.00:00:00")]
    public TimeSpan? CountRetention { get; set; } = TimeSpan.FromDays(365);

    /// <summary>How many deliveries this process sends through one provider at a time. 1 to 100,000; default 256.</summary>
    [Range(1, 100_000)]
    public int MaxConcurrencyPerProvider { get; set; } = 256;

    /// <summary>
    /// Deliveries per second that one tenant may have sent; null for no limit. It holds over all processes together where they
    /// have a count in common (<c>UseRedis</c>), else for each process. 0.01 to 1,000,000; default null.
    /// </summary>
    [Range(0.01, 1_000_000)]
    public double? MaxPerSecondPerTenant { get; set; }

    /// <summary>
    /// Gets or sets how long a provider may take for one attempt, from when it begins to work on it: a wait for a connection that
    /// its deliveries share does not count. Email adds the time that a mail server may take to accept a message that was sent. 10
    /// ms to 10 minutes; default 30 seconds.
    /// </summary>
    [TimeRange("00:00:00.010", "00:10:00")]
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Gets or sets how long a worker keeps a delivery before it falls due for others, which is what a crash delays a delivery
    /// by. A worker renews its leases while attempts are under way. At least twice <see cref="AttemptTimeout"/>, at most 1 day;
    /// default 2 minutes.
    /// </summary>
    [TimeRange("00:00:00.020", "1.00:00:00")]
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// How often the queue is looked into when nothing hints at work; digests are looked for once a second at most. 10 ms to 1
    /// minute; default 250 ms.
    /// </summary>
    [TimeRange("00:00:00.010", "00:01:00")]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long attempts under way may take at shutdown. 0 to 10 minutes; default 10 seconds.</summary>
    [TimeRange("00:00:00", "00:10:00")]
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>What this process works on. Default: <see cref="Notify.Workers.All"/>.</summary>
    public Workers Workers { get; set; } = Workers.All;

    /// <summary>Gets what templates may cost.</summary>
    [ValidateObjectMembers]
    public TemplateLimits Templates { get; } = new();

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (LeaseDuration < AttemptTimeout * 2)
        {
            yield return new ValidationResult(
                $"{nameof(LeaseDuration)} must be at least twice {nameof(AttemptTimeout)}, "
                    + "or a slow attempt is repeated by another worker.",
                [nameof(LeaseDuration)]
            );
        }
    }
}
