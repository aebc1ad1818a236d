using System.Collections;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Notify;

/// <summary>
/// A list of one or more recipients: <c>To = Recipient.User("u-42")</c> or <c>To = [Recipient.User("a"),
/// Recipient.Topic("b")]</c>.
/// </summary>
[CollectionBuilder(typeof(RecipientList), nameof(Create))]
[JsonConverter(typeof(RecipientListJsonConverter))]
public sealed class RecipientList : IReadOnlyList<Recipient>
{
    private readonly Recipient[] _items;

    private RecipientList(Recipient[] items) => _items = items;

    /// <inheritdoc/>
    public int Count => _items.Length;

    /// <inheritdoc/>
    public Recipient this[int index] => _items[index];

    /// <summary>Creates a list from the specified recipients. Collection expressions call this method.</summary>
    /// <param name="items">The recipients.</param>
    public static RecipientList Create(ReadOnlySpan<Recipient> items) => new(items.ToArray());

    /// <summary>Creates a list with a single recipient.</summary>
    /// <param name="recipient">The recipient.</param>
    public static implicit operator RecipientList(Recipient recipient) => new([recipient]);

    internal int IndexOf(Recipient recipient) => Array.IndexOf(_items, recipient);

    /// <inheritdoc/>
    public IEnumerator<Recipient> GetEnumerator() => ((IEnumerable<Recipient>)_items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Returns the kinds and IDs of the recipients; never an address.</summary>
    public override string ToString() => string.Join(", ", _items.AsEnumerable());
}

/// <summary>A JSON converter that writes recipients as an array, the form in which stores keep them.</summary>
public sealed class RecipientListJsonConverter : JsonConverter<RecipientList>
{
    /// <inheritdoc/>
    public override RecipientList Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var items = new List<Recipient>();
        using var document = JsonDocument.ParseValue(ref reader);
        foreach (var element in document.RootElement.EnumerateArray())
        {
            var kind = Enum.Parse<RecipientKind>(element.GetProperty("kind").GetString()!);
            Channel? channel = element.TryGetProperty("channel", out var c) ? Channel.Create(c.GetString()!) : null;
            Platform? platform = element.TryGetProperty("platform", out var p) ? Enum.Parse<Platform>(p.GetString()!) : null;
            JsonElement? data = element.TryGetProperty("data", out var d) ? d : null;
            var recipient = Recipient.Stored(kind, element.GetProperty("value").GetString()!, channel, platform);
            items.Add(data is null ? recipient : recipient with { DataElement = data });
        }

        return RecipientList.Create(items.ToArray());
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, RecipientList value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (var recipient in value)
        {
            writer.WriteStartObject();
            writer.WriteString("kind", recipient.Kind.ToString());
            writer.WriteString("value", recipient.Value);
            if (recipient.Channel is { } channel)
                writer.WriteString("channel", channel.Name);
            if (recipient.Platform is { } platform)
                writer.WriteString("platform", platform.ToString());
            if (recipient.DataElement is { } data)
            {
                writer.WritePropertyName("data");
                data.WriteTo(writer);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
