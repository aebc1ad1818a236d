using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Notify;

/// <summary>
/// The profile of a person to notify, identified by the application's own ID. The person's choices are not part of it: see
/// <see cref="Preference"/>.
/// </summary>
public sealed record User
{
    private readonly JsonElement? _properties;

    /// <summary>Gets the tenant that the user belongs to. Default: <see cref="Trigger.DefaultTenant"/>.</summary>
    public string Tenant { get; init; } = Trigger.DefaultTenant;

    /// <summary>Gets the application's own ID for the user. 1 to 256 characters.</summary>
    public required string Id { get; init; }

    /// <summary>
    /// Gets the user's addresses by <see cref="Channel.AddressName"/>: <c>email</c>, <c>phone</c>, <c>webhook</c>, and the names
    /// of custom channels. Push uses the user's devices. At most 16.
    /// </summary>
    public IReadOnlyDictionary<string, string> Addresses { get; init; } = new Dictionary<string, string>();

    /// <summary>Gets the user's language as a BCP 47 tag, such as <c>pt-BR</c>; null for the default of the templates.</summary>
    public string? Locale { get; init; }

    /// <summary>Gets the user's IANA time zone, such as <c>Europe/Stockholm</c>; null for UTC.</summary>
    public string? TimeZone { get; init; }

    /// <summary>
    /// Gets the hours during which only high-priority notifications and mandatory categories are sent; null for none.
    /// </summary>
    public QuietHours? QuietHours { get; init; }

    /// <summary>
    /// Gets what templates may say about the user as <c>recipient.…</c>: a JSON object of any form, such as
    /// <c>{"name": "Ada"}</c>; null for none. At most 16 KiB. A few names are reserved, such as <c>id</c> and <c>locale</c>.
    /// </summary>
    public JsonElement? Properties
    {
        get => _properties;
        init => _properties = value?.Clone();
    }

    /// <summary>Returns a copy of the user with the specified properties, serialized without reflection.</summary>
    /// <typeparam name="TProperties">The type of the properties.</typeparam>
    /// <param name="properties">The properties. They must serialize as a JSON object.</param>
    /// <param name="type">The JSON metadata of the properties, from a <see cref="JsonSerializerContext"/>.</param>
    /// <returns>The copy.</returns>
    public User WithProperties<TProperties>(TProperties properties, JsonTypeInfo<TProperties> type) =>
        this with
        {
            Properties = JsonSerializer.SerializeToElement(properties, type),
        };

    /// <summary>Returns the tenant and ID; never an address or a property.</summary>
    public override string ToString() => $"{Tenant}/{Id}";
}

/// <summary>
/// The hours of the day during which a user receives only high-priority notifications and mandatory categories. They extend past
/// midnight if <see cref="From"/> is later than <see cref="To"/>. The two must differ.
/// </summary>
/// <remarks>
/// If <see cref="From"/> or <see cref="To"/> falls into a gap in local time, it moves forward by the length of the gap.
/// If it occurs twice, the first occurrence counts.
/// </remarks>
public sealed record QuietHours
{
    /// <summary>Initializes a new instance whose properties are set by an object initializer.</summary>
    public QuietHours() { }

    /// <summary>Initializes a new instance with the specified values.</summary>
    /// <param name="from">
    /// The first quiet minute, in the time zone of the target device if it has one, and otherwise of the user.
    /// </param>
    /// <param name="to">The first minute after the quiet hours.</param>
    [SetsRequiredMembers]
    public QuietHours(TimeOnly from, TimeOnly to)
    {
        From = from;
        To = to;
    }

    /// <summary>
    /// Gets the first quiet minute, in the time zone of the target device if it has one, and otherwise of the user.
    /// </summary>
    public required TimeOnly From { get; init; }

    /// <summary>Gets the first minute after the quiet hours.</summary>
    public required TimeOnly To { get; init; }
}
