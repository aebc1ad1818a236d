using System.ComponentModel;
using System.Text.Json.Serialization;
using Notify.Hosting.Authentication;

namespace Notify.Hosting.Keys;

/// <summary>A key, as the API shows it.</summary>
internal sealed record ApiKeyView(
    Guid Id,
    string Name,
    string Tenant,
    string Kind,
    IReadOnlyList<string> Scopes,
    [property: Description("The first characters of the secret.")] string Start,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ExpiresAt,
    [property: Description("Written at most once a minute.")] DateTimeOffset? LastUsedAt,
    DateTimeOffset? RotatedAt,
    [property: Description("The time until which the previous secret is accepted.")] DateTimeOffset? PreviousUntil
)
{
    public static ApiKeyView Create(ApiKey key) =>
        new(
            key.Id,
            key.Name,
            key.Tenant,
            ApiKeyReader.Kinds.First(kind => kind.Value == key.Kind).Key,
            ScopeNames.Get(key.Scopes),
            key.Start,
            key.CreatedAt,
            key.ExpiresAt,
            key.LastUsedAt,
            key.RotatedAt,
            key.PreviousUntil
        );
}

/// <summary>A key with its secret, which is shown only once.</summary>
internal sealed record IssuedApiKeyView(
    ApiKeyView Key,
    [property: Description("What callers send. It cannot be shown again.")] string Secret
)
{
    public static IssuedApiKeyView Create(IssuedApiKey issued) => new(ApiKeyView.Create(issued.Key), issued.Secret);

    // A record would write the secret.
    public override string ToString() => $"{Key.Id}";
}

/// <summary>A page of keys.</summary>
internal sealed record ApiKeysView(IReadOnlyList<ApiKeyView> Items, string? Next);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(ApiKeyView))]
[JsonSerializable(typeof(IssuedApiKeyView))]
[JsonSerializable(typeof(ApiKeysView))]
internal sealed partial class ApiKeysJson : JsonSerializerContext;
