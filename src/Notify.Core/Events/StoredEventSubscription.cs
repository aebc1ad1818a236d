using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Notify.Storage;

namespace Notify.Core.Events;

/// <summary>An event subscription as the store keeps it. Its secret is derived from its URL, and not stored.</summary>
internal sealed record StoredEventSubscription
{
    public required string Url { get; init; }

    public required IReadOnlyList<string> Types { get; init; }

    public string? Description { get; init; }

    public required bool IsEnabled { get; init; }

    public string? DisabledBecause { get; init; }

    public required string Provider { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public static StoredEventSubscription Read(ReadOnlyMemory<byte> content) =>
        JsonSerializer.Deserialize(content.Span, EventSubscriptionJson.Default.StoredEventSubscription)!;

    /// <summary>Reads a document with its version.</summary>
    public static Versioned<EventSubscription> Read(StoredDocument document) =>
        new()
        {
            Value = Read(document.Content).ToSubscription(document.Key.Tenant, Guid.Parse(document.Key.Id)),
            Version = GetVersion(document.Content),
        };

    /// <summary>Computes the version of a content, for preconditions.</summary>
    public static string GetVersion(ReadOnlyMemory<byte> content) =>
        Convert.ToHexStringLower(SHA256.HashData(content.Span).AsSpan(0, 8));

    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, EventSubscriptionJson.Default.StoredEventSubscription);

    public EventSubscription ToSubscription(string tenant, Guid id) =>
        new()
        {
            Id = id,
            Tenant = tenant,
            Url = Url,
            Types = Types,
            Description = Description,
            IsEnabled = IsEnabled,
            DisabledBecause = DisabledBecause,
            Provider = Provider,
            CreatedAt = CreatedAt,
            UpdatedAt = UpdatedAt,
        };

    // A record would write the URL, which may contain a token.
    public override string ToString() => Provider;
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(StoredEventSubscription))]
internal sealed partial class EventSubscriptionJson : JsonSerializerContext;
