using System.ComponentModel;
using System.Text.Json.Serialization;
using Notify.Hosting.Authentication;

namespace Notify.Hosting.Clients;

/// <summary>A client, as the API shows it.</summary>
internal sealed record ClientView(
    [property: Description("What the program sends as client_id.")] Guid Id,
    string Name,
    string Tenant,
    IReadOnlyList<string> Scopes,
    [property: Description("The first characters of the secret.")] string Start,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ExpiresAt,
    [property: Description("The time of the last token. Written at most once a minute.")] DateTimeOffset? LastUsedAt,
    DateTimeOffset? RotatedAt,
    [property: Description("The time until which the previous secret is accepted.")] DateTimeOffset? PreviousUntil
)
{
    public static ClientView Create(ApiClient client) =>
        new(
            client.Id,
            client.Name,
            client.Tenant,
            ScopeNames.Get(client.Scopes),
            client.Start,
            client.CreatedAt,
            client.ExpiresAt,
            client.LastUsedAt,
            client.RotatedAt,
            client.PreviousUntil
        );
}

/// <summary>A client with its secret, which is shown only once.</summary>
internal sealed record IssuedClientView(
    ClientView Client,
    [property: Description("What the program sends as client_secret. It cannot be shown again.")] string Secret
)
{
    public static IssuedClientView Create(IssuedApiClient issued) => new(ClientView.Create(issued.Client), issued.Secret);

    // A record would write the secret.
    public override string ToString() => $"{Client.Id}";
}

/// <summary>A page of clients.</summary>
internal sealed record ClientsView(IReadOnlyList<ClientView> Items, string? Next);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(ClientView))]
[JsonSerializable(typeof(IssuedClientView))]
[JsonSerializable(typeof(ClientsView))]
internal sealed partial class ClientsJson : JsonSerializerContext;
