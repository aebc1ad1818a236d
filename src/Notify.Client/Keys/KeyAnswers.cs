using System.Text.Json.Serialization;
using System.Xml;
using Notify.Client.Calls;

namespace Notify.Client.Keys;

/// <summary>A key or a client to create.</summary>
internal sealed record KeyBody(string Name, IReadOnlyList<string> Scopes, string? Kind, DateTimeOffset? ExpiresAt);

/// <summary>The time for which the previous secret is accepted.</summary>
internal sealed record RotationBody(string? Overlap)
{
    public static RotationBody Create(TimeSpan? overlap) => new(overlap is { } value ? XmlConvert.ToString(value) : null);
}

/// <summary>A key, or a client, which has no kind.</summary>
internal sealed record KeyAnswer(
    Guid Id,
    string Name,
    string Tenant,
    string? Kind,
    IReadOnlyList<string> Scopes,
    string Start,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? LastUsedAt,
    DateTimeOffset? RotatedAt,
    DateTimeOffset? PreviousUntil
)
{
    public ApiKey CreateKey() =>
        new()
        {
            Id = Id,
            Tenant = Tenant,
            Name = Name,
            Kind = ScopeNames.ParseKind(Kind ?? ""),
            Scopes = ScopeNames.Parse(Scopes),
            Start = Start,
            CreatedAt = CreatedAt,
            ExpiresAt = ExpiresAt,
            LastUsedAt = LastUsedAt,
            RotatedAt = RotatedAt,
            PreviousUntil = PreviousUntil,
        };

    public ApiClient CreateClient() =>
        new()
        {
            Id = Id,
            Tenant = Tenant,
            Name = Name,
            Scopes = ScopeNames.Parse(Scopes),
            Start = Start,
            CreatedAt = CreatedAt,
            ExpiresAt = ExpiresAt,
            LastUsedAt = LastUsedAt,
            RotatedAt = RotatedAt,
            PreviousUntil = PreviousUntil,
        };
}

/// <summary>A key or a client with its secret.</summary>
internal sealed record IssuedAnswer(KeyAnswer? Key, KeyAnswer? Client, string Secret)
{
    public IssuedApiKey CreateKey() => new() { Key = Key!.CreateKey(), Secret = Secret };

    public IssuedApiClient CreateClient() => new() { Client = Client!.CreateClient(), Secret = Secret };

    // A record would write the secret.
    public override string ToString() => nameof(IssuedAnswer);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(KeyBody))]
[JsonSerializable(typeof(RotationBody))]
[JsonSerializable(typeof(KeyAnswer))]
[JsonSerializable(typeof(IssuedAnswer))]
[JsonSerializable(typeof(PageAnswer<KeyAnswer>))]
internal sealed partial class KeyJson : JsonSerializerContext;
