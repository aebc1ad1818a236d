using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Notify.Hosting.Auditing;
using Notify.Hosting.Authentication;
using Notify.Hosting.OpenApi;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;
using Notify.Providers;

namespace Notify.Hosting.WebhookEndpoints;

/// <summary>
/// <c>POST /v1/webhook-endpoints/secret</c> shows the secret that signs a tenant's messages to a URL, and <c>…/secret/rotate</c>
/// replaces it. The URL is in the body, because it may hold a token and paths are logged.
/// </summary>
internal static class EndpointSecretEndpoints
{
    public static void MapEndpointSecrets(this RouteGroupBuilder group)
    {
        const string Secret = "/v1/webhook-endpoints/secret";
        group.MapPost(Secret, ShowAsync).Describe(EndpointSecretOperations.Show).Audit("webhook secret shown");
        group.MapOtherMethods(Secret, "POST");
        group.MapPost($"{Secret}/rotate", RotateAsync).Describe(EndpointSecretOperations.Rotate).Audit("webhook secret rotated");
        group.MapOtherMethods($"{Secret}/rotate", "POST");
    }

    private static Task<IResult> ShowAsync(HttpContext context, IEnumerable<IEndpointSecrets> secrets) =>
        HandleAsync(context, secrets, static (secrets, tenant, url, aborted) => secrets.GetAsync(tenant, url, aborted));

    private static Task<IResult> RotateAsync(HttpContext context, IEnumerable<IEndpointSecrets> secrets) =>
        HandleAsync(context, secrets, static (secrets, tenant, url, aborted) => secrets.RotateAsync(tenant, url, aborted));

    private static Task<IResult> HandleAsync(
        HttpContext context,
        IEnumerable<IEndpointSecrets> secrets,
        Func<IEndpointSecrets, string, string, CancellationToken, ValueTask<EndpointSecret>> ask
    ) => RequestBody.ReadJsonAsync(context, async body =>
        {
            if (Read(body, [.. secrets]) is not var (provider, url))
                return Problem.InvalidFields(body.Errors);

            try
            {
                var tenant = RequestValues.GetTenant(context.Request);
                // The URL may hold a token, so its hash stands for it.
                context.SetAuditedId(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(url)).AsSpan(0, 8)));
                var secret = await ask(provider, tenant, url, context.RequestAborted).ConfigureAwait(false);
                context.AddAuditedChange("version", null, secret.Version.ToString(CultureInfo.InvariantCulture));
                return TypedResults.Json(
                    EndpointSecretView.Create(provider.Provider, secret),
                    EndpointSecretsJson.Default.EndpointSecretView
                );
            }
            catch (InvalidRequestException exception)
            {
                body.Errors.Add(exception.Errors);
                return Problem.InvalidFields(body.Errors);
            }
            catch (NotSupportedException exception)
            {
                return Problem.NotSupported(exception.Message);
            }
        });

    private static (IEndpointSecrets Provider, string Url)? Read(JsonField body, IReadOnlyList<IEndpointSecrets> providers)
    {
        string? url = null;
        string? name = null;
        foreach (var field in body.Members())
        {
            switch (field.Name)
            {
                case "url":
                    url = field.Text();
                    break;
                case "provider":
                    name = field.Text();
                    break;
                default:
                    field.Unknown("url", "provider");
                    break;
            }
        }

        if (!body.IsObject || body.Errors.Any)
            return null;
        if (url is null)
            body.Missing("url", "Required: the URL that messages are sent to.");
        var found = Find(body, providers, name);
        return url is not null && found is not null ? (found, url) : null;
    }

    private static IEndpointSecrets? Find(JsonField body, IReadOnlyList<IEndpointSecrets> providers, string? name)
    {
        var found = name is null && providers.Count == 1 ? providers[0] : null;
        foreach (var provider in providers)
        {
            if (provider.Provider == name)
                found = provider;
        }

        if (found is null)
        {
            var names = string.Join(", ", providers.Select(provider => provider.Provider));
            body.Missing("provider", names.Length > 0 ? $"Use one of {names}." : "No webhook provider is configured.");
        }

        return found;
    }
}

/// <summary>The secret of an endpoint, as the API shows it.</summary>
internal sealed record EndpointSecretView(
    string Provider,
    string Secret,
    int Version,
    DateTimeOffset? RotatedAt,
    DateTimeOffset? PreviousUntil
)
{
    public static EndpointSecretView Create(string provider, EndpointSecret secret) =>
        new(provider, secret.Value, secret.Version, secret.RotatedAt, secret.PreviousUntil);

    // A record would write the secret.
    public override string ToString() => $"version {Version}";
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(EndpointSecretView))]
internal sealed partial class EndpointSecretsJson : JsonSerializerContext;
