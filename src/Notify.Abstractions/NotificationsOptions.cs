using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Notify;

/// <summary>Options that apply to all notifications of the application. They are validated at start.</summary>
public sealed class NotificationsOptions : IValidatableObject
{
    /// <summary>
    /// Gets or sets the default time to live of a notification, counted from the time at which it may be sent. It applies to
    /// triggers that do not set an expiry. 1 second to 90 days; default 3 days.
    /// </summary>
    [TimeRange("00:00:01", "90.00:00:00")]
    public TimeSpan DefaultTimeToLive { get; set; } = TimeSpan.FromDays(3);

    /// <summary>
    /// Gets the categories of critical notifications, such as <c>security</c>, to which users' preferences and quiet hours do not
    /// apply. Only the operator of the application can declare them, so that callers cannot bypass users' choices. Default: none.
    /// </summary>
    public ISet<string> MandatoryCategories { get; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>
    /// Gets or sets the region, as an ISO 3166-1 code, whose national phone number format is accepted: with <c>SE</c>, 070-123 45
    /// 67 is read as +46701234567. If null, the default, a phone number must have its country code, such as +46… or 0046….
    /// </summary>
    public string? DefaultPhoneRegion { get; set; }

    /// <summary>Gets or sets how far ahead a trigger may be scheduled. 1 minute to 3,650 days; default 366 days.</summary>
    [TimeRange("00:01:00", "3650.00:00:00")]
    public TimeSpan MaxScheduleAhead { get; set; } = TimeSpan.FromDays(366);

    /// <summary>
    /// Gets how far ahead a notification may expire: <see cref="MaxScheduleAhead"/> plus the longest time to live, 90 days.
    /// </summary>
    public TimeSpan MaxExpiryAhead => MaxScheduleAhead + TimeSpan.FromDays(90);

    /// <summary>Gets or sets the maximum number of recipients of one trigger. 1 to 10,000; default 1,000.</summary>
    [Range(1, 10_000)]
    public int MaxRecipients { get; set; } = 1_000;

    /// <summary>Gets or sets how long an idempotency key is kept. 1 minute to 90 days; default 24 hours.</summary>
    [TimeRange("00:01:00", "90.00:00:00")]
    public TimeSpan IdempotencyRetention { get; set; } = TimeSpan.FromHours(24);

    /// <summary>
    /// Gets or sets how long a notification is kept after it was accepted, with its contents, deliveries, attempts and receipts.
    /// A notification that has not ended by then is kept until it has. Idempotency keys are kept for
    /// <see cref="IdempotencyRetention"/> regardless. Null keeps notifications forever. 1 hour to 3,650 days; default 30 days.
    /// </summary>
    [TimeRange("01:00:00", "3650.00:00:00")]
    public TimeSpan? Retention { get; set; } = TimeSpan.FromDays(30);

    /// <summary>
    /// Gets or sets how long counts per minute are kept before they are added to those per hour, in whole days. Null keeps them.
    /// 1 day to 3,650 days; default 8 days.
    /// </summary>
    [TimeRange("1.00:00:00", "3650.00:00:00")]
    public TimeSpan? MinuteCountRetention { get; set; } = TimeSpan.FromDays(8);

    /// <summary>
    /// Gets or sets how long counts per hour are kept before they are added to those per day, in whole days. Null keeps them. 1
    /// day to 3,650 days; default 90 days.
    /// </summary>
    [TimeRange("1.00:00:00", "3650.00:00:00")]
    public TimeSpan? HourCountRetention { get; set; } = TimeSpan.FromDays(90);

    /// <summary>
    /// Gets or sets how long counts of any period are kept before they are deleted, in whole days. Null keeps them forever. 1
    /// hour to 3,650 days; default 365 days.
    /// </summary>
    [TimeRange("01:00:00", "3650.00:00:00")]
    public TimeSpan? CountRetention { get; set; } = TimeSpan.FromDays(365);

    /// <summary>
    /// Gets or sets how long the records of the audit log are kept. Null keeps them forever. 1 hour to 3,650 days; default 90
    /// days.
    /// </summary>
    [TimeRange("01:00:00", "3650.00:00:00")]
    public TimeSpan? AuditRetention { get; set; } = TimeSpan.FromDays(90);

    /// <summary>
    /// Gets or sets the maximum number of templates, workflows and categories, each, that a process counts separately per tenant
    /// and day. Further ones are counted together as <c>other</c>. 1 to 10,000; default 500.
    /// </summary>
    [Range(1, 10_000)]
    public int MaxCountedNames { get; set; } = 500;

    /// <summary>
    /// Gets or sets the maximum number of deliveries that this process sends through one provider at a time. 1 to 100,000;
    /// default 256.
    /// </summary>
    [Range(1, 100_000)]
    public int MaxConcurrencyPerProvider { get; set; } = 256;

    /// <summary>
    /// Gets or sets the maximum number of deliveries per second for one tenant; null for no limit. The limit applies to all
    /// processes together if they share their permits (<c>UseRedis</c>), and otherwise to each process. 0.01 to 1,000,000;
    /// default null.
    /// </summary>
    [Range(0.01, 1_000_000)]
    public double? MaxPerSecondPerTenant { get; set; }

    /// <summary>
    /// Gets or sets the timeout of one attempt, measured from when the provider begins to work on it: waiting for a connection
    /// that its deliveries share does not count. For email, the time that a mail server may take to accept a transmitted message
    /// is added. 10 ms to 10 minutes; default 30 seconds.
    /// </summary>
    [TimeRange("00:00:00.010", "00:10:00")]
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Gets or sets how long a worker holds a delivery before it falls due for other workers, which is how long a crash delays a
    /// delivery. Workers renew their leases while attempts are in progress. At least twice <see cref="AttemptTimeout"/>, at most
    /// 1 day; default 2 minutes.
    /// </summary>
    [TimeRange("00:00:00.020", "1.00:00:00")]
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Gets or sets how often the store is polled for due deliveries when no hints arrive. Digests and jobs are polled at most
    /// once per second. 10 ms to 1 minute; default 250 ms.
    /// </summary>
    [TimeRange("00:00:00.010", "00:01:00")]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// Gets or sets how long attempts in progress may take to finish at shutdown. 0 to 10 minutes; default 10 seconds.
    /// </summary>
    [TimeRange("00:00:00", "00:10:00")]
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Gets or sets how long recent events are kept in memory for watchers that come back: a stream of events that was
    /// interrupted for less than this time continues without a gap. Events are kept only for tenants that are watched or were
    /// watched within this time, at most 10,000 events or 16 MiB per tenant and 64 MiB per process. 0, which keeps none, to 1
    /// hour; default 5 minutes.
    /// </summary>
    [TimeRange("00:00:00", "01:00:00")]
    public TimeSpan EventHistory { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Gets or sets the kinds of work that this process does. Default: <see cref="Notify.Workers.All"/>.</summary>
    public Workers Workers { get; set; } = Workers.All;

    /// <summary>Gets the resource limits for templates.</summary>
    [ValidateObjectMembers]
    public TemplateLimits Templates { get; } = new();

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (LeaseDuration < AttemptTimeout * 2)
        {
            yield return new ValidationResult(
                $"{nameof(LeaseDuration)} must be at least twice {nameof(AttemptTimeout)}. Otherwise, another worker "
                    + "repeats a slow attempt.",
                [nameof(LeaseDuration)]
            );
        }
    }
}
