using System.Text.Json.Serialization;
using Notify.Providers;

namespace Notify;

/// <summary>What a <see cref="Recipient"/> names.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RecipientKind>))]
public enum RecipientKind
{
    /// <summary>A user whose addresses and devices the recipient store knows.</summary>
    [JsonStringEnumMemberName("user")]
    User,

    /// <summary>Every subscriber of a topic.</summary>
    [JsonStringEnumMemberName("topic")]
    Topic,

    /// <summary>One address, given with the trigger.</summary>
    [JsonStringEnumMemberName("address")]
    Address,
}

/// <summary>Whom to notify: a user, a topic, or a direct address.</summary>
public sealed record Recipient
{
    private Recipient(RecipientKind kind, string value, Channel? channel = null, Platform? platform = null) =>
        (Kind, Value, Channel, Platform) = (kind, value, channel, platform);

    /// <summary>What <see cref="Value"/> is.</summary>
    public RecipientKind Kind { get; }

    /// <summary>A user id, a topic name, or an address in the form its channel asks for.</summary>
    public string Value { get; }

    /// <summary>The channel of a direct address; null for users and topics.</summary>
    public Channel? Channel { get; }

    /// <summary>The platform of a push token; null for everything else.</summary>
    public Platform? Platform { get; }

    /// <summary>
    /// Gets the recipient as one string, by which stores tell recipients apart: two spellings of an email address are one
    /// recipient. It contains the address of a direct recipient, so it must not be logged.
    /// </summary>
    [JsonIgnore]
    public string Key =>
        Kind == RecipientKind.Address
            ? $"{Channel}/{Platform}/{AddressFormat.Normalize(Channel!.Value, Value)}"
            : $"{Kind}/{Value}";

    /// <summary>A user, by the application's own id. At most 256 characters.</summary>
    public static Recipient User(string id) => new(RecipientKind.User, id);

    /// <summary>A topic, by name. At most 256 characters.</summary>
    public static Recipient Topic(string name) => new(RecipientKind.Topic, name);

    /// <summary>An email address (<c>ada@example.org</c>), without a display name.</summary>
    public static Recipient Email(string address) => Address(Notify.Channel.Email, address);

    /// <summary>
    /// A phone number with its country code (<c>+46701234567</c>, <c>0046 70-123 45 67</c>), or in the national form of
    /// <see cref="NotificationsOptions.DefaultPhoneRegion"/>. It is stored and sent in E.164 form.
    /// </summary>
    public static Recipient Phone(string number) => Address(Notify.Channel.Sms, number);

    /// <summary>An absolute <c>http</c> or <c>https</c> URL.</summary>
    public static Recipient Webhook(string url) => Address(Notify.Channel.Webhook, url);

    /// <summary>A device's push token.</summary>
    public static Recipient PushToken(string token, Platform platform) =>
        new(RecipientKind.Address, token, Notify.Channel.Push, platform);

    /// <summary>An address over any channel, for channels that custom providers bring.</summary>
    public static Recipient Address(Channel channel, string address) => new(RecipientKind.Address, address, channel);

    /// <summary>The kind, and the id of a user or topic. Never an address, so that a recipient can be logged.</summary>
    public override string ToString() => Kind == RecipientKind.Address ? $"address:{Channel}" : $"{Kind}:{Value}";

    internal static Recipient Stored(RecipientKind kind, string value, Channel? channel, Platform? platform) =>
        new(kind, value, channel, platform);
}
