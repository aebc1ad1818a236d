using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Notify;

/// <summary>
/// The medium of a delivery: <c>push</c>, <c>sms</c>, <c>email</c>, <c>webhook</c>, <c>inbox</c>, or the channel of a custom
/// provider. A name consists of 1 to 32 lowercase ASCII letters, digits and hyphens, and begins with a letter. The name
/// <c>phone</c> is reserved for the address of <see cref="Sms"/>.
/// </summary>
/// <remarks>
/// A file that also imports <c>System.Threading.Channels</c> needs an alias: <c>using Channel = Notify.Channel;</c>.
/// </remarks>
[JsonConverter(typeof(ChannelJsonConverter))]
public readonly record struct Channel
{
    private const string PhoneAddress = "phone";

    private readonly string? _name;

    private Channel(string name) => _name = name;

    /// <summary>Gets the channel for mobile and browser push notifications.</summary>
    public static Channel Push { get; } = new("push");

    /// <summary>Gets the channel for text messages to phone numbers in E.164 form.</summary>
    public static Channel Sms { get; } = new("sms");

    /// <summary>Gets the channel for email to a single mailbox.</summary>
    public static Channel Email { get; } = new("email");

    /// <summary>Gets the channel for HTTP POST requests to a URL.</summary>
    public static Channel Webhook { get; } = new("webhook");

    /// <summary>
    /// Gets the channel for the inbox within the application. The address is the ID of the user, so a user needs neither an
    /// address nor a device, and there are no direct addresses.
    /// </summary>
    public static Channel Inbox { get; } = new("inbox");

    /// <summary>
    /// Gets the channel of a cancelled delivery for which no channel was chosen, because its recipient has no address. No
    /// provider can serve it.
    /// </summary>
    public static Channel None { get; } = new("none");

    /// <summary>Gets the channel's name. It is empty only for <c>default(Channel)</c>, which validation rejects.</summary>
    public string Name => _name ?? "";

    /// <summary>
    /// Gets the name of a user's address for the channel, which is the key in <see cref="User.Addresses"/>: <c>phone</c> for
    /// <see cref="Sms"/>, and otherwise the channel's name. Push uses the user's devices instead.
    /// </summary>
    public string AddressName => this == Sms ? PhoneAddress : Name;

    /// <summary>Creates a channel with the specified name.</summary>
    /// <param name="name">
    /// The name: 1 to 32 lowercase ASCII letters, digits and hyphens, beginning with a letter; not <c>phone</c>.
    /// </param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is not a valid channel name.</exception>
    public static Channel Create(string name) =>
        TryParse(name, out var channel)
            ? channel
            : throw new ArgumentException(
                $"'{name}' is not a valid channel name. Use 1 to 32 lowercase letters, digits and hyphens; begin with a letter. "
                    + $"'{PhoneAddress}' is reserved.",
                nameof(name)
            );

    /// <summary>Parses a channel name.</summary>
    /// <param name="name">The name to parse.</param>
    /// <param name="channel">The channel, or <c>default</c> if <paramref name="name"/> is not a valid channel name.</param>
    /// <returns>
    /// <see langword="true"/> if <paramref name="name"/> is a valid channel name; otherwise, <see langword="false"/>.
    /// </returns>
    public static bool TryParse([NotNullWhen(true)] string? name, out Channel channel)
    {
        channel = default;
        if (!OpenName.IsValid(name) || name == PhoneAddress)
            return false;

        channel = new Channel(name);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>
/// A JSON converter that writes a channel as its name. It is public because source-generated serialization code for types that
/// contain a channel refers to it.
/// </summary>
public sealed class ChannelJsonConverter : JsonConverter<Channel>
{
    /// <inheritdoc/>
    public override Channel Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Channel.TryParse(reader.GetString(), out var channel)
            ? channel
            : throw new JsonException("The value is not a valid channel name.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Channel value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Name);
}
