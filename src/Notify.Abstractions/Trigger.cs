using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Notify;

/// <summary>A request to notify recipients.</summary>
public sealed record Trigger
{
    /// <summary>The default value of <see cref="Tenant"/>.</summary>
    public const string DefaultTenant = "default";

    private readonly JsonElement? _data;
    private readonly DateTime? _sendAtLocal;

    /// <summary>
    /// Gets the tenant on whose behalf the notification is sent. Tenants are isolated: they share neither IDs nor idempotency
    /// keys, and do not delay each other. Default: <see cref="DefaultTenant"/>.
    /// </summary>
    public string Tenant { get; init; } = DefaultTenant;

    /// <summary>Gets the recipients. At least 1, at most 1,000; use a topic for more.</summary>
    public required RecipientList To { get; init; }

    /// <summary>
    /// Gets the content. Set exactly one of this property, <see cref="Template"/> and <see cref="Workflow"/>.
    /// </summary>
    public Content? Content { get; init; }

    /// <summary>
    /// Gets the name of the workflow that defines the template, channels, fallback, category, throttle and digest, none of which
    /// the trigger then sets, except for <see cref="Digest.Key"/>. Its priority applies if the trigger has normal priority, its
    /// delay if the trigger sets no time, and its time to live if the trigger sets no <see cref="ExpiresAt"/>. The trigger of a
    /// notification that was accepted has the values of the workflow.
    /// </summary>
    public string? Workflow { get; init; }

    /// <summary>
    /// Gets the version of the workflow; null for the newest. The trigger of a notification that was accepted has the version
    /// that was used.
    /// </summary>
    public int? WorkflowVersion { get; init; }

    /// <summary>Gets the name of the template to render.</summary>
    public string? Template { get; init; }

    /// <summary>
    /// Gets the version of the template to render; null for the newest. A version that does not exist, or is no longer kept, is
    /// an error. The trigger of a notification that was accepted has the version that was rendered.
    /// </summary>
    public int? TemplateVersion { get; init; }

    /// <summary>
    /// Gets the variables for the template: any object that System.Text.Json serializes as a JSON object. Applications that are
    /// trimmed or compiled ahead of time use <c>WithData</c> instead.
    /// </summary>
    [JsonIgnore]
    public object? Data
    {
        get => _data;
        [RequiresUnreferencedCode("Serializes an arbitrary object as JSON. Use WithData with a JsonTypeInfo instead.")]
        [RequiresDynamicCode("Serializes an arbitrary object as JSON. Use WithData with a JsonTypeInfo instead.")]
        init => _data = TemplateData.Serialize(value);
    }

    /// <summary>
    /// Gets what happens if a user or a topic in <see cref="To"/> does not exist. Default:
    /// <see cref="UnknownRecipientBehavior.Fail"/>.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public UnknownRecipientBehavior OnUnknownRecipient { get; init; }

    /// <summary>Gets the channels to use. Null means every channel for which the recipient has an address.</summary>
    public IReadOnlyList<Channel>? Channels { get; init; }

    /// <summary>
    /// Gets the channels to fall back to, in order, for a recipient from whom no receipt arrives: "push, else SMS after 5
    /// minutes" is <c>Channels = [Channel.Push], Fallback = [new(Channel.Sms, TimeSpan.FromMinutes(5))]</c>. At most 8.
    /// </summary>
    public IReadOnlyList<FallbackStep>? Fallback { get; init; }

    /// <summary>Gets the category, such as <c>marketing</c>, to which users' preferences refer. At most 256 characters.</summary>
    public string? Category { get; init; }

    /// <summary>
    /// Gets the collapse key. A newer notification replaces an older one with the same key that is still waiting for the same
    /// address. Vendors that support it are asked to do the same on the device. At most 64 characters.
    /// </summary>
    public string? CollapseKey { get; init; }

    /// <summary>
    /// Gets the limit on how often a recipient receives notifications of this category; null for no limit. Requires a
    /// <see cref="Category"/>.
    /// </summary>
    public Throttle? Throttle { get; init; }

    /// <summary>
    /// Gets when the notifications that are collected for a recipient are sent as one; null to send each notification separately.
    /// Requires a <see cref="Template"/>, which is rendered once with <c>events</c>, the <see cref="Data"/> of each trigger in
    /// order, and <c>count</c>.
    /// </summary>
    public Digest? Digest { get; init; }

    /// <summary>Gets the priority. Default: <see cref="Priority.Normal"/>.</summary>
    public Priority Priority { get; init; } = Priority.Normal;

    /// <summary>Gets the earliest time at which the notification is sent; null to send it immediately.</summary>
    public DateTimeOffset? SendAt { get; init; }

    /// <summary>
    /// Gets the earliest time at which the notification is sent, in the recipient's time zone; UTC for direct addresses. Cannot
    /// be combined with <see cref="SendAt"/>.
    /// </summary>
    public DateTime? SendAtLocal
    {
        get => _sendAtLocal;
        init => _sendAtLocal = value is { } local ? DateTime.SpecifyKind(local, DateTimeKind.Unspecified) : null;
    }

    /// <summary>
    /// Gets the time after which the notification is no longer sent. Deliveries that have not been sent by then become dead
    /// letters. If null, each delivery expires <see cref="NotificationsOptions.DefaultTimeToLive"/> after it may be sent.
    /// </summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>
    /// Gets the caller's own key for this trigger, at most 256 characters. The same key with the same body returns the ID of the
    /// first notification; with a different body it is a conflict. Keys are kept for
    /// <see cref="NotificationsOptions.IdempotencyRetention"/>.
    /// </summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>
    /// Gets the application's own ID for what the notification is about, such as an order. Several notifications may have the
    /// same reference. Lists find notifications by it, and <see cref="INotifier"/> cancels by it. 1 to 256 characters.
    /// </summary>
    public string? Reference { get; init; }

    /// <summary>
    /// Gets the key by which the application can cancel this notification later, together with all others that have the same key.
    /// 1 to 256 characters.
    /// </summary>
    public string? CancellationKey { get; init; }

    /// <summary>
    /// Gets the labels by which lists find the notification, such as <c>spring-sale</c>. At most 10 different ones, each 1 to 64
    /// characters.
    /// </summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>
    /// Gets pairs of strings that are stored with the notification and repeated in reads and events. Recipients do not see them.
    /// At most 20, with names of 1 to 64 and values of at most 512 characters.
    /// </summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>
    /// Gets whether opens and clicks in the HTML of email may be tracked; null or true if the template and the tenant decide
    /// (<see cref="ITracking"/>), false for never. The summary of a digest is decided by its template alone.
    /// </summary>
    public bool? Track { get; init; }

    /// <summary>
    /// Gets where the notification goes: to its recipients, nowhere (<see cref="ApiKeyKind.Test"/>), or only to the team of the
    /// tenant. A call of the HTTP API has the kind of its key. Default: <see cref="ApiKeyKind.Live"/>.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ApiKeyKind Kind { get; init; }

    /// <summary>Gets the variables for the template as JSON: <see cref="Data"/> in the form in which it is stored.</summary>
    [JsonPropertyName("data")]
    public JsonElement? DataElement
    {
        get => _data;
        init => _data = value?.Clone();
    }

    /// <summary>Returns a copy of the trigger with the specified template variables, serialized without reflection.</summary>
    /// <typeparam name="TData">The type of the variables.</typeparam>
    /// <param name="data">The variables. They must serialize as a JSON object.</param>
    /// <param name="type">The JSON metadata of the variables, from a <see cref="JsonSerializerContext"/>.</param>
    /// <returns>The copy.</returns>
    public Trigger WithData<TData>(TData data, JsonTypeInfo<TData> type) =>
        this with
        {
            DataElement = JsonSerializer.SerializeToElement(data, type),
        };

    /// <summary>Returns a copy of the trigger with the specified template variables.</summary>
    /// <param name="data">The variables, a JSON object.</param>
    /// <returns>The copy.</returns>
    public Trigger WithData(JsonElement data) => this with { DataElement = data };

    /// <summary>Returns the kinds and IDs of the recipients; never an address, content or data.</summary>
    public override string ToString() => $"Trigger to {To}";

    /// <summary>Returns the distinct topics among the recipients, in order.</summary>
    internal IReadOnlyList<string> Topics()
    {
        // Most triggers have no topic, and this is asked several times for each of them.
        for (var i = 0; i < To.Count; i++)
        {
            if (To[i].Kind == RecipientKind.Topic)
                return [.. To.Where(recipient => recipient.Kind == RecipientKind.Topic).Select(topic => topic.Value).Distinct()];
        }

        return [];
    }
}

/// <summary>A channel to fall back to if no receipt arrives.</summary>
public sealed record FallbackStep
{
    /// <summary>Initializes a new instance whose properties are set by an object initializer.</summary>
    public FallbackStep() { }

    /// <summary>Initializes a new instance with the specified values.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="after">The delay after the previous step. 1 second to 7 days, or zero to belong to it.</param>
    [SetsRequiredMembers]
    public FallbackStep(Channel channel, TimeSpan after)
    {
        Channel = channel;
        After = after;
    }

    /// <summary>Gets the channel.</summary>
    public required Channel Channel { get; init; }

    /// <summary>
    /// Gets the delay after the previous step. 1 second to 7 days, or zero to use the channel together with the one before.
    /// </summary>
    public required TimeSpan After { get; init; }

    /// <summary>
    /// Gets the receipt that cancels the step: <see cref="ReceiptKind.Delivered"/>, <see cref="ReceiptKind.Opened"/> (also of an
    /// inbox item that was read) or <see cref="ReceiptKind.Clicked"/>, each of which includes the ones after it. Null, the
    /// default, means delivered. A complaint cancels every step. A step that belongs to the one before has the condition of it.
    /// </summary>
    public ReceiptKind? Unless { get; init; }
}

/// <summary>
/// A limit on the number of notifications of a category to one recipient within any period of the specified length.
/// </summary>
/// <remarks>
/// Notifications beyond the limit are dropped, and their deliveries are recorded as cancelled. With <see cref="Trigger.Digest"/>
/// they are collected instead.
/// </remarks>
public sealed record Throttle
{
    internal const int MaxCount = 10_000;

    internal static readonly TimeSpan LongestPer = TimeSpan.FromDays(31);

    /// <summary>Initializes a new instance whose properties are set by an object initializer.</summary>
    public Throttle() { }

    /// <summary>Initializes a new instance with the specified values.</summary>
    /// <param name="max">The maximum number of notifications. 1 to 10,000.</param>
    /// <param name="per">The length of the period. 1 second to 31 days.</param>
    [SetsRequiredMembers]
    public Throttle(int max, TimeSpan per)
    {
        Max = max;
        Per = per;
    }

    /// <summary>Gets the maximum number of notifications. 1 to 10,000.</summary>
    public required int Max { get; init; }

    /// <summary>Gets the length of the period. 1 second to 31 days.</summary>
    public required TimeSpan Per { get; init; }
}

/// <summary>
/// The schedule on which collected notifications are sent. Set exactly one of <see cref="Window"/> and <see cref="Cron"/>.
/// Triggers that differ in any of the three properties are collected separately.
/// </summary>
public sealed record Digest
{
    internal const int MaxKeyLength = 200;

    /// <summary>Gets the time from the first event until the digest is sent. 1 second to 31 days.</summary>
    public TimeSpan? Window { get; init; }

    /// <summary>
    /// Gets the cron expression for the times at which the digest is sent, in the recipient's time zone: minute, hour, day of
    /// month, month, day of week, such as <c>0 8 * * 1-5</c>.
    /// </summary>
    public string? Cron { get; init; }

    /// <summary>
    /// Gets the application's key of what is collected together, such as an order or a thread; null to collect everything for the
    /// same recipient. 1 to 200 characters.
    /// </summary>
    public string? Key { get; init; }
}
