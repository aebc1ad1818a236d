using System.ComponentModel.DataAnnotations;

namespace Notify.Client.Outbox;

/// <summary>The outbox in the application's database, from which triggers are forwarded to the service.</summary>
public sealed class ClientOutboxOptions : IValidatableObject
{
    /// <summary>
    /// How much earlier than the service forgets a key a trigger is given up. It covers clocks that differ.
    /// </summary>
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(1);

    /// <summary>Gets or sets the SQL of the database. It is the first argument of <c>AddNotifyClientOutbox</c>.</summary>
    [EnumDataType(typeof(OutboxDialect))]
    public OutboxDialect Dialect { get; set; }

    /// <summary>
    /// Gets or sets the name of the table, with its schema if it is not the default one: <c>shop.notify_outbox</c>. Letters,
    /// digits and underscores. Default: <c>notify_outbox</c>.
    /// </summary>
    [Required]
    [RegularExpression("[A-Za-z_][A-Za-z0-9_]{0,49}([.][A-Za-z_][A-Za-z0-9_]{0,49})?")]
    public string Table { get; set; } = "notify_outbox";

    /// <summary>
    /// Gets or sets whether the table is created at start if it is missing. If not, and it is missing, the application does not
    /// start. Default: true.
    /// </summary>
    public bool CreateTable { get; set; } = true;

    /// <summary>
    /// Gets or sets whether this process forwards triggers. Otherwise it only stores them, and another process forwards them. Any
    /// number of processes may forward. Default: true.
    /// </summary>
    public bool Forward { get; set; } = true;

    /// <summary>Gets or sets the number of triggers that are sent in one request. 1 to 256; default 256.</summary>
    [Range(1, TriggerBatch.MaxLines)]
    public int BatchSize { get; set; } = TriggerBatch.MaxLines;

    /// <summary>
    /// Gets or sets how often the table is read for triggers of other processes. Those of this process are sent right after their
    /// commit. 10 milliseconds to 1 hour; default 1 second.
    /// </summary>
    [TimeRange("00:00:00.010", "01:00:00")]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Gets or sets how long a process has the exclusive right to send a trigger. When a process is killed, another one continues
    /// after this time. 5 seconds to 1 hour; default 1 minute.
    /// </summary>
    [TimeRange("00:00:05", "01:00:00")]
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Gets or sets the delay after the first failed attempt. It doubles with each further one. 10 milliseconds to 1 hour;
    /// default 1 second.
    /// </summary>
    [TimeRange("00:00:00.010", "01:00:00")]
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Gets or sets the longest delay between attempts. 10 milliseconds to 1 day; default 30 seconds.</summary>
    [TimeRange("00:00:00.010", "1.00:00:00")]
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Gets or sets how long the service keeps idempotency keys: <see cref="NotificationsOptions.IdempotencyRetention"/> of the
    /// service, or less. A trigger that may have been accepted, because an answer was lost, is not sent again when its key may
    /// have been forgotten; it is kept as a refused trigger with the code <see cref="RefusedTrigger.OutcomeUnknown"/>. 10 minutes
    /// to 90 days; default 24 hours.
    /// </summary>
    [TimeRange("00:10:00", "90.00:00:00")]
    public TimeSpan IdempotencyRetention { get; set; } = TimeSpan.FromHours(24);

    /// <summary>Gets how long after its first attempt a trigger may be sent again.</summary>
    internal TimeSpan ResendLimit => IdempotencyRetention - LeaseDuration - Margin;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (MaxRetryDelay < RetryDelay)
            yield return new ValidationResult(
                "MaxRetryDelay must not be shorter than RetryDelay.",
                [nameof(MaxRetryDelay), nameof(RetryDelay)]
            );
        if (ResendLimit < LeaseDuration)
            yield return new ValidationResult(
                "IdempotencyRetention must be longer than two LeaseDurations and a minute.",
                [nameof(IdempotencyRetention), nameof(LeaseDuration)]
            );
        if (Dialect == OutboxDialect.Sqlite && Table.Contains('.', StringComparison.Ordinal))
            yield return new ValidationResult("Table must have no schema in SQLite.", [nameof(Table)]);
    }
}
