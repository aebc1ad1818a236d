using System.Text.Json.Serialization;

namespace Notify;

/// <summary>
/// An event: something that happened to a notification, a delivery or a device. The event stream of the HTTP API, Kafka and
/// webhooks carry it in the same JSON form. It contains no address, no push token and no content.
/// </summary>
/// <remarks>
/// An event may arrive more than once, with the same <see cref="Id"/>. Events may arrive in another order than they happened in.
/// </remarks>
[JsonConverter(typeof(NotifyEventJsonConverter))]
public sealed class NotifyEvent
{
    private readonly string _type = "";
    private byte[]? _json;

    /// <summary>
    /// Gets the ID. An event that is published again has the same ID. The ID of an event about a delivery, a receipt or an
    /// accepted notification is computed from what the event reports, so it is the same in whichever process publishes the event.
    /// </summary>
    public required Guid Id { get; init; }

    /// <summary>
    /// Gets the type, such as <c>delivery.sent</c>: one of <see cref="NotifyEventTypes"/>, or a type that a newer version has
    /// added. A type consists of lowercase names that are joined by dots, and has at most 64 characters.
    /// </summary>
    /// <exception cref="ArgumentException">The type is not valid.</exception>
    public required string Type
    {
        get => _type;
        init =>
            _type = NotifyEventTypes.IsValid(value)
                ? value
                : throw new ArgumentException("A type consists of lowercase names that are joined by dots.", nameof(value));
    }

    /// <summary>Gets the time at which it happened.</summary>
    public required DateTimeOffset OccurredAt { get; init; }

    /// <summary>Gets the tenant.</summary>
    public required string Tenant { get; init; }

    /// <summary>
    /// Gets the data. Its type depends on <see cref="Type"/>; it is <see cref="UnknownEventData"/> if this version does not know
    /// the type or cannot read the data.
    /// </summary>
    public required NotifyEventData Data { get; init; }

    /// <summary>
    /// Returns the event as one line of JSON in UTF-8. The event is serialized once, however often this method is called. An
    /// event that was parsed keeps the members that this version does not know.
    /// </summary>
    public ReadOnlyMemory<byte> ToUtf8Json() => _json ??= NotifyEventForm.Write(this);

    /// <summary>Parses an event, such as the body of a webhook or of a message from Kafka.</summary>
    /// <param name="utf8Json">The JSON in UTF-8. Members that this version does not know are ignored.</param>
    /// <exception cref="System.Text.Json.JsonException">The JSON is not an event.</exception>
    public static NotifyEvent Parse(ReadOnlySpan<byte> utf8Json) => NotifyEventForm.Read(utf8Json);

    /// <summary>Returns the type and ID.</summary>
    public override string ToString() => $"{Type} {Id}";

    /// <summary>Sets the JSON from which the event was parsed, on one line.</summary>
    internal NotifyEvent WithJson(byte[] json)
    {
        _json = json;
        return this;
    }
}
