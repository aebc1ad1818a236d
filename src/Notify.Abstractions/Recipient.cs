using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Notify;

/// <summary>The kind of a <see cref="Recipient"/>.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RecipientKind>))]
public enum RecipientKind
{
    /// <summary>A user whose addresses and devices are in the recipient directory.</summary>
    [JsonStringEnumMemberName("user")]
    User,

    /// <summary>All subscribers of a topic.</summary>
    [JsonStringEnumMemberName("topic")]
    Topic,

    /// <summary>A single address that is given in the trigger.</summary>
    [JsonStringEnumMemberName("address")]
    Address,
}

/// <summary>A recipient of a notification: a user, a topic, or a direct address.</summary>
public sealed record Recipient
{
    private readonly JsonElement? _data;

    private Recipient(RecipientKind kind, string value, Channel? channel = null, Platform? platform = null) =>
        (Kind, Value, Channel, Platform) = (kind, value, channel, platform);

    /// <summary>Gets the kind of the recipient.</summary>
    public RecipientKind Kind { get; }

    /// <summary>Gets the user ID, the topic name, or the address in the format of its channel.</summary>
    public string Value { get; }

    /// <summary>Gets the channel of a direct address; null for users and topics.</summary>
    public Channel? Channel { get; }

    /// <summary>Gets the platform of a push token; null for all other recipients.</summary>
    public Platform? Platform { get; }

    /// <summary>
    /// Gets the variables of the template for this recipient only: any object that System.Text.Json serializes as a JSON object.
    /// Its members replace those of <see cref="Trigger.Data"/> with the same name. At most 64 KiB; not for topics. Applications
    /// that are trimmed or compiled ahead of time use <see cref="WithData"/> instead.
    /// </summary>
    [JsonIgnore]
    public object? Data
    {
        get => _data;
        [RequiresUnreferencedCode("Serializes an arbitrary object as JSON. Use WithData with a JsonTypeInfo instead.")]
        [RequiresDynamicCode("Serializes an arbitrary object as JSON. Use WithData with a JsonTypeInfo instead.")]
        init => _data = TemplateData.Serialize(value);
    }

    /// <summary>Gets <see cref="Data"/> as JSON, in the form in which it is stored.</summary>
    [JsonPropertyName("data")]
    public JsonElement? DataElement
    {
        get => _data;
        init => _data = value?.Clone();
    }

    /// <summary>
    /// Gets a string that identifies the recipient in stores. Two spellings of the same email address are the same recipient. The
    /// key of a direct recipient contains the address and must not be logged.
    /// </summary>
    [JsonIgnore]
    public string Key =>
        Kind == RecipientKind.Address
            ? $"{Channel}/{Platform}/{AddressFormat.Normalize(Channel!.Value, Value)}"
            : $"{Kind}/{Value}";

    /// <summary>Creates a recipient from a user ID.</summary>
    /// <param name="id">The ID that the application gave the user. At most 256 characters.</param>
    public static Recipient User(string id) => new(RecipientKind.User, id);

    /// <summary>Creates a recipient from a topic name.</summary>
    /// <param name="name">The name of the topic. At most 256 characters.</param>
    public static Recipient Topic(string name) => new(RecipientKind.Topic, name);

    /// <summary>Creates a recipient from an email address.</summary>
    /// <param name="address">The address, such as <c>ada@example.org</c>, without a display name.</param>
    public static Recipient Email(string address) => Address(Notify.Channel.Email, address);

    /// <summary>Creates a recipient from a phone number. The number is stored and sent in E.164 form.</summary>
    /// <param name="number">
    /// The number with its country code (<c>+46701234567</c>, <c>0046 70-123 45 67</c>), or in the national format of
    /// <see cref="NotificationsOptions.DefaultPhoneRegion"/>.
    /// </param>
    public static Recipient Phone(string number) => Address(Notify.Channel.Sms, number);

    /// <summary>Creates a recipient from a webhook URL.</summary>
    /// <param name="url">An absolute <c>http</c> or <c>https</c> URL.</param>
    public static Recipient Webhook(string url) => Address(Notify.Channel.Webhook, url);

    /// <summary>Creates a recipient from the push token of a device.</summary>
    /// <param name="token">The push token.</param>
    /// <param name="platform">The platform whose push service issued the token.</param>
    public static Recipient PushToken(string token, Platform platform) =>
        new(RecipientKind.Address, token, Notify.Channel.Push, platform);

    /// <summary>Creates a recipient from an address on any channel, including the channels of custom providers.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="address">The address, in the format of the channel.</param>
    public static Recipient Address(Channel channel, string address) => new(RecipientKind.Address, address, channel);

    /// <summary>Returns a copy of the recipient with the specified template variables, serialized without reflection.</summary>
    /// <typeparam name="TData">The type of the variables.</typeparam>
    /// <param name="data">The variables. They must serialize as a JSON object.</param>
    /// <param name="type">The JSON metadata of the variables, from a <see cref="JsonSerializerContext"/>.</param>
    /// <returns>The copy.</returns>
    public Recipient WithData<TData>(TData data, JsonTypeInfo<TData> type) =>
        this with
        {
            DataElement = JsonSerializer.SerializeToElement(data, type),
        };

    /// <summary>Determines whether two recipients are the same and have equal data.</summary>
    /// <param name="other">The other recipient.</param>
    public bool Equals(Recipient? other) =>
        other is not null
        && Kind == other.Kind
        && Value == other.Value
        && Channel == other.Channel
        && Platform == other.Platform
        && HasSameData(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, Value, Channel, Platform);

    /// <summary>
    /// Returns the kind, and the ID of a user or topic. The result never contains an address or data and can be logged.
    /// </summary>
    public override string ToString() => Kind == RecipientKind.Address ? $"address:{Channel}" : $"{Kind}:{Value}";

    internal static Recipient Stored(RecipientKind kind, string value, Channel? channel, Platform? platform) =>
        new(kind, value, channel, platform);

    internal bool HasSameData(Recipient other) =>
        (_data, other._data) is ({ } one, { } two) ? JsonElement.DeepEquals(one, two) : _data.HasValue == other._data.HasValue;
}
