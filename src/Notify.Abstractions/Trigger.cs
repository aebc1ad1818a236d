using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Notify;

/// <summary>The request to notify.</summary>
public sealed record Trigger
{
    /// <summary>The tenant that <see cref="Tenant"/> stands for when nothing is said.</summary>
    public const string DefaultTenant = "default";

    private readonly JsonElement? _data;
    private readonly DateTime? _sendAtLocal;

    /// <summary>On whose behalf. Tenants share nothing: not ids, not idempotency keys, not each other's waiting time.</summary>
    public string Tenant { get; init; } = DefaultTenant;

    /// <summary>Whom to notify. At least one, at most 1,000; use a topic for more.</summary>
    public required RecipientList To { get; init; }

    /// <summary>What to say. Exactly one of this and <see cref="Template"/>.</summary>
    public Content? Content { get; init; }

    /// <summary>The name of the template that says it.</summary>
    public string? Template { get; init; }

    /// <summary>
    /// Gets the template's variables: any object that System.Text.Json writes as a JSON object. An application that is trimmed or
    /// compiled ahead of time uses <see cref="WithData"/>.
    /// </summary>
    [JsonIgnore]
    public object? Data
    {
        get => _data;
        [RequiresUnreferencedCode("Writes any object as JSON. Use WithData with a JsonTypeInfo instead.")]
        [RequiresDynamicCode("Writes any object as JSON. Use WithData with a JsonTypeInfo instead.")]
        init =>
            _data = value switch
            {
                null => null,
                JsonElement element => element.Clone(),
                _ => JsonSerializer.SerializeToElement(value, JsonSerializerOptions.Web),
            };
    }

    /// <summary>The channels to use. Null means every channel for which the recipient has an address.</summary>
    public IReadOnlyList<Channel>? Channels { get; init; }

    /// <summary>
    /// Channels to turn to, in order, for a recipient from whom no receipt has come: "push, else SMS after 5 minutes" is
    /// <c>Channels = [Channel.Push], Fallback = [new(Channel.Sms, TimeSpan.FromMinutes(5))]</c>. At most 4.
    /// </summary>
    public IReadOnlyList<FallbackStep>? Fallback { get; init; }

    /// <summary>
    /// What kind of notification it is, such as <c>marketing</c>: users' preferences go by it. At most 256 characters.
    /// </summary>
    public string? Category { get; init; }

    /// <summary>
    /// A newer notification with the same key takes the place of an older one that still waits for the same address, and
    /// vendors that can are asked to do the same on the device. At most 64 characters.
    /// </summary>
    public string? CollapseKey { get; init; }

    /// <summary>
    /// How often a recipient may hear of this; null for no bound. Needs a <see cref="Category"/>, by which it counts.
    /// </summary>
    public Throttle? Throttle { get; init; }

    /// <summary>
    /// Collects what comes for a recipient and sends it as one; null to send each by itself. Needs a <see cref="Template"/>,
    /// which is rendered once with <c>events</c>, the <see cref="Data"/> of each trigger in order, and <c>count</c>.
    /// </summary>
    public Digest? Digest { get; init; }

    /// <summary>The lane. Default: <see cref="Priority.Normal"/>.</summary>
    public Priority Priority { get; init; } = Priority.Normal;

    /// <summary>Not before this time. Null means now.</summary>
    public DateTimeOffset? SendAt { get; init; }

    /// <summary>
    /// Not before this time on the recipient's own clock, by its time zone; for direct addresses UTC. Not together with
    /// <see cref="SendAt"/>.
    /// </summary>
    public DateTime? SendAtLocal
    {
        get => _sendAtLocal;
        init => _sendAtLocal = value is { } local ? DateTime.SpecifyKind(local, DateTimeKind.Unspecified) : null;
    }

    /// <summary>
    /// Not after this time; what has not been accepted by then becomes a dead letter.
    /// Null means <see cref="NotificationsOptions.DefaultTimeToLive"/> after each delivery may be sent.
    /// </summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>
    /// The caller's own name for this trigger, at most 256 characters. The same key with the same body returns the first
    /// notification's id; with another body it is a conflict. Kept for <see cref="NotificationsOptions.IdempotencyRetention"/>.
    /// </summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>Gets the template's variables as JSON: <see cref="Data"/> in the form in which it is stored.</summary>
    [JsonPropertyName("data")]
    public JsonElement? DataElement
    {
        get => _data;
        init => _data = value?.Clone();
    }

    /// <summary>Returns a trigger with other variables for its template, written without reflection.</summary>
    /// <typeparam name="TData">The type of the variables.</typeparam>
    /// <param name="data">The variables. They must be written as a JSON object.</param>
    /// <param name="type">How to write them, from a <see cref="JsonSerializerContext"/>.</param>
    public Trigger WithData<TData>(TData data, JsonTypeInfo<TData> type) =>
        this with
        {
            DataElement = JsonSerializer.SerializeToElement(data, type),
        };

    /// <summary>Returns the recipients' kinds and ids; never an address, content or data.</summary>
    public override string ToString() => $"Trigger to {To}";

    /// <summary>Returns the topics that it names, each once, in order.</summary>
    internal IEnumerable<string> Topics() =>
        To.Where(recipient => recipient.Kind == RecipientKind.Topic).Select(recipient => recipient.Value).Distinct();
}

/// <summary>A channel to turn to when no receipt comes.</summary>
/// <param name="Channel">The channel.</param>
/// <param name="After">How long after the step before it. 1 second to 7 days.</param>
public sealed record FallbackStep(Channel Channel, TimeSpan After);

/// <summary>At most so many notifications of a category to one recipient within any span of time.</summary>
/// <param name="Max">How many. 1 to 10,000.</param>
/// <param name="Per">Within how long. 1 second to 31 days.</param>
/// <remarks>
/// What is more is dropped, which its deliveries show as cancelled; with <see cref="Trigger.Digest"/> it is collected instead.
/// </remarks>
public sealed record Throttle(int Max, TimeSpan Per)
{
    internal static readonly TimeSpan LongestPer = TimeSpan.FromDays(31);
}

/// <summary>When what was collected is sent. Exactly one of the two.</summary>
public sealed record Digest
{
    /// <summary>How long after the first event. 1 second to 31 days.</summary>
    public TimeSpan? Window { get; init; }

    /// <summary>
    /// A cron time on the recipient's clock: minute, hour, day of month, month, day of week, such as <c>0 8 * * 1-5</c>.
    /// </summary>
    public string? Cron { get; init; }
}
