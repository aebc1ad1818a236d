using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Notify;

/// <summary>
/// The way a delivery travels: <c>push</c>, <c>sms</c>, <c>email</c>, <c>webhook</c>, or one that a custom provider brings.
/// Names are 1 to 32 lower-case ASCII letters, digits and hyphens, and begin with a letter.
/// </summary>
[JsonConverter(typeof(ChannelJsonConverter))]
public readonly record struct Channel
{
    private readonly string? _name;

    private Channel(string name) => _name = name;

    /// <summary>Mobile and browser push.</summary>
    public static Channel Push { get; } = new("push");

    /// <summary>Text messages to a phone number in E.164 form.</summary>
    public static Channel Sms { get; } = new("sms");

    /// <summary>Email to one mailbox.</summary>
    public static Channel Email { get; } = new("email");

    /// <summary>An HTTP POST to a URL.</summary>
    public static Channel Webhook { get; } = new("webhook");

    /// <summary>The channel's name. Empty only for <c>default(Channel)</c>, which validation refuses.</summary>
    public string Name => _name ?? "";

    /// <summary>The channel of this name.</summary>
    /// <exception cref="ArgumentException">The name is not well formed.</exception>
    public static Channel Named(string name) =>
        TryParse(name, out var channel)
            ? channel
            : throw new ArgumentException(
                $"'{name}' is no channel name: use 1 to 32 lower-case letters, digits and hyphens, beginning with a letter.",
                nameof(name)
            );

    /// <summary>Reads a channel name; false when it is not well formed.</summary>
    public static bool TryParse([NotNullWhen(true)] string? name, out Channel channel)
    {
        channel = default;
        if (name is not { Length: >= 1 and <= 32 } || !char.IsAsciiLetterLower(name[0]))
            return false;

        foreach (var c in name)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-')
                return false;
        }

        channel = new Channel(name);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>Writes a channel as its name. Public because source-generated JSON of types with a channel calls it.</summary>
public sealed class ChannelJsonConverter : JsonConverter<Channel>
{
    /// <inheritdoc/>
    public override Channel Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Channel.TryParse(reader.GetString(), out var channel) ? channel : throw new JsonException("Not a channel name.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Channel value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Name);
}
