using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Notify;

/// <summary>
/// The kind of event that a receipt reports: one of the well-known ones, or one that a provider names. A name consists of 1 to 32
/// lowercase ASCII letters, digits and hyphens, and begins with a letter.
/// </summary>
[JsonConverter(typeof(ReceiptKindJsonConverter))]
public readonly record struct ReceiptKind
{
    private readonly string? _name;

    private ReceiptKind(string name) => _name = name;

    /// <summary>Gets the kind that reports that the message reached the device or mailbox.</summary>
    public static ReceiptKind Delivered { get; } = new("delivered");

    /// <summary>Gets the kind that reports that the message was returned.</summary>
    public static ReceiptKind Bounced { get; } = new("bounced");

    /// <summary>Gets the kind that reports that the message was opened.</summary>
    public static ReceiptKind Opened { get; } = new("opened");

    /// <summary>Gets the kind that reports that a link in the message was followed.</summary>
    public static ReceiptKind Clicked { get; } = new("clicked");

    /// <summary>
    /// Gets the kind that reports that the recipient marked the message as spam. By itself it changes no preference. With
    /// <see cref="Receipt.IsOptOut"/>, which the callbacks of mail vendors set, the recipient is opted out of the channel.
    /// </summary>
    public static ReceiptKind Complained { get; } = new("complained");

    /// <summary>
    /// Gets the kind that reports that the recipient unsubscribed at the vendor. It is not one of the well-known kinds, because
    /// applications report an opt-out as a preference.
    /// </summary>
    public static ReceiptKind Unsubscribed { get; } = new("unsubscribed");

    /// <summary>Gets the well-known kinds.</summary>
    public static IReadOnlyList<ReceiptKind> WellKnown { get; } = [Delivered, Bounced, Opened, Clicked, Complained];

    /// <summary>Gets the kind's name. It is empty only for <c>default(ReceiptKind)</c>.</summary>
    public string Name => _name ?? "";

    /// <summary>
    /// Gets whether the kind proves that the message reached the recipient, so that its fallbacks are cancelled. This is true for
    /// all well-known kinds except <see cref="Bounced"/>, which makes the next fallback due. Any other kind changes nothing.
    /// </summary>
    public bool ProvesArrival => this == Delivered || this == Opened || this == Clicked || this == Complained;

    /// <summary>Returns the kind with the specified name.</summary>
    /// <param name="name">The name: 1 to 32 lowercase ASCII letters, digits and hyphens, beginning with a letter.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is not a valid name.</exception>
    public static ReceiptKind Create(string name) =>
        TryParse(name, out var kind)
            ? kind
            : throw new ArgumentException($"'{name}' is not a valid kind of receipt. {OpenName.Rule}", nameof(name));

    /// <summary>Parses the name of a kind.</summary>
    /// <param name="name">The name to parse.</param>
    /// <param name="kind">The kind, or <c>default</c> if <paramref name="name"/> is not a valid name.</param>
    /// <returns>
    /// <see langword="true"/> if <paramref name="name"/> is a valid name; otherwise, <see langword="false"/>.
    /// </returns>
    public static bool TryParse([NotNullWhen(true)] string? name, out ReceiptKind kind)
    {
        kind = OpenName.IsValid(name) ? new ReceiptKind(name) : default;
        return kind._name is not null;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>
/// A JSON converter that writes a kind of receipt as its name. It is public because source-generated serialization code for types
/// that contain a kind refers to it.
/// </summary>
public sealed class ReceiptKindJsonConverter : JsonConverter<ReceiptKind>
{
    /// <inheritdoc/>
    public override ReceiptKind Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        ReceiptKind.TryParse(reader.GetString(), out var kind)
            ? kind
            : throw new JsonException("The value is not a valid kind of receipt.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, ReceiptKind value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Name);
}
