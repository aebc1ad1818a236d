using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Notify;

/// <summary>
/// The way in which a user made a choice. More sources may be added. A name consists of 1 to 32 ASCII letters and digits, and
/// begins with a lowercase letter.
/// </summary>
[JsonConverter(typeof(PreferenceSourceJsonConverter))]
public readonly record struct PreferenceSource
{
    private const int MaxLength = 32;

    private readonly string? _name;

    private PreferenceSource(string name) => _name = name == "api" ? null : name;

    /// <summary>Gets the source for a call of the application. This is the default.</summary>
    public static PreferenceSource Api { get; }

    /// <summary>Gets the source for an unsubscribe link in a message.</summary>
    public static PreferenceSource UnsubscribeLink { get; } = new("unsubscribeLink");

    /// <summary>Gets the source for a reply such as STOP, which the provider reports.</summary>
    public static PreferenceSource Reply { get; } = new("reply");

    /// <summary>Gets the source for a complaint about spam, which the provider reports.</summary>
    public static PreferenceSource Complaint { get; } = new("complaint");

    /// <summary>Gets the source for a page on which users edit their preferences.</summary>
    public static PreferenceSource PreferencePage { get; } = new("preferencePage");

    /// <summary>Gets the source for an import from another system.</summary>
    public static PreferenceSource Import { get; } = new("import");

    /// <summary>Gets the name of the source.</summary>
    public string Name => _name ?? "api";

    /// <summary>Returns the source with the specified name.</summary>
    /// <param name="name">The name: 1 to 32 ASCII letters and digits, beginning with a lowercase letter.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is not a valid name.</exception>
    public static PreferenceSource Create(string name) =>
        TryParse(name, out var source)
            ? source
            : throw new ArgumentException(
                $"'{name}' is not a valid source. Use 1 to {MaxLength} letters and digits; begin with a lowercase letter.",
                nameof(name)
            );

    /// <summary>Parses the name of a source.</summary>
    /// <param name="name">The name to parse.</param>
    /// <param name="source">The source, or <c>default</c> if <paramref name="name"/> is not valid.</param>
    /// <returns><see langword="true"/> if <paramref name="name"/> is valid; otherwise, <see langword="false"/>.</returns>
    public static bool TryParse([NotNullWhen(true)] string? name, out PreferenceSource source)
    {
        source = default;
        if (
            name is not { Length: >= 1 and <= MaxLength }
            || !char.IsAsciiLetterLower(name[0])
            || !name.All(char.IsAsciiLetterOrDigit)
        )
            return false;

        source = new PreferenceSource(name);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>
/// A JSON converter that writes a source as its name. It is public because source-generated serialization code for types that
/// contain a source refers to it.
/// </summary>
public sealed class PreferenceSourceJsonConverter : JsonConverter<PreferenceSource>
{
    /// <inheritdoc/>
    public override PreferenceSource Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        PreferenceSource.TryParse(reader.GetString(), out var source)
            ? source
            : throw new JsonException("The value is not a valid source of a preference.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, PreferenceSource value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Name);
}
