using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Notify;

/// <summary>
/// The platform whose push service issued a push token: one of the well-known ones, or one that a provider declares with
/// <see cref="Providers.ProviderPlatforms"/>. A name consists of 1 to 32 lowercase ASCII letters, digits and hyphens, and begins
/// with a letter.
/// </summary>
[JsonConverter(typeof(PlatformJsonConverter))]
public readonly record struct Platform
{
    private readonly string? _name;

    private Platform(string name) => _name = name;

    /// <summary>Gets the Android platform. The token is a Firebase Cloud Messaging registration token.</summary>
    public static Platform Android { get; } = new("android");

    /// <summary>Gets the iOS platform. The token is an Apple Push Notification service device token.</summary>
    public static Platform Ios { get; } = new("ios");

    /// <summary>Gets the platform of web browsers. The token is a Web Push subscription in the browser's JSON format.</summary>
    public static Platform Web { get; } = new("web");

    /// <summary>Gets the platform of Huawei devices without Google services. The token is an HMS Push Kit token.</summary>
    public static Platform Huawei { get; } = new("huawei");

    /// <summary>Gets the Windows platform. The token is the URI of a Windows Push Notification Services channel.</summary>
    public static Platform Windows { get; } = new("windows");

    /// <summary>Gets the well-known platforms, which devices can always be registered with.</summary>
    public static IReadOnlyList<Platform> WellKnown { get; } = [Android, Ios, Web, Huawei, Windows];

    /// <summary>Gets the platform's name. It is empty only for <c>default(Platform)</c>, which validation rejects.</summary>
    public string Name => _name ?? "";

    /// <summary>Returns the platform with the specified name.</summary>
    /// <param name="name">The name: 1 to 32 lowercase ASCII letters, digits and hyphens, beginning with a letter.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is not a valid platform name.</exception>
    public static Platform Create(string name) =>
        TryParse(name, out var platform)
            ? platform
            : throw new ArgumentException($"'{name}' is not a valid platform name. {OpenName.Rule}", nameof(name));

    /// <summary>Parses a platform name.</summary>
    /// <param name="name">The name to parse.</param>
    /// <param name="platform">The platform, or <c>default</c> if <paramref name="name"/> is not a valid platform name.</param>
    /// <returns>
    /// <see langword="true"/> if <paramref name="name"/> is a valid platform name; otherwise, <see langword="false"/>.
    /// </returns>
    public static bool TryParse([NotNullWhen(true)] string? name, out Platform platform)
    {
        platform = OpenName.IsValid(name) ? new Platform(name) : default;
        return platform._name is not null;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>
/// A JSON converter that writes a platform as its name. It is public because source-generated serialization code for types that
/// contain a platform refers to it.
/// </summary>
public sealed class PlatformJsonConverter : JsonConverter<Platform>
{
    /// <inheritdoc/>
    public override Platform Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Platform.TryParse(reader.GetString(), out var platform)
            ? platform
            : throw new JsonException("The value is not a valid platform name.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Platform value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Name);
}
