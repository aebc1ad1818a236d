using System.Text.Json.Nodes;
using Notify.Hosting.OpenApi;

namespace Notify.Hosting.WebhookEndpoints;

/// <summary>Describes the endpoints of the secrets of webhooks, and the schema of their body.</summary>
internal static class EndpointSecretOperations
{
    private const string Tag = "webhook endpoints";

    private const string BodyExample = """{ "url": "https://example.org/hook" }""";

    private static readonly ApiResponse Secret = ApiResponse.Ok(
        () => EndpointSecretsJson.Default.EndpointSecretView,
        "The secret.",
        """{ "provider": "webhook", "secret": "whsec_bm90IGEgcmVhbCBzZWNyZXQ=", "version": 1 }"""
    );

    public static ApiOperation Show { get; } =
        new("getWebhookSecret", Tag, "Shows the secret that signs messages to a URL.")
        {
            Scope = ApiScope.Admin,
            Body = Refer,
            BodyExample = BodyExample,
            Problems = [ProblemCodes.NotSupported],
            Responses = [Secret],
        };

    public static ApiOperation Rotate { get; } =
        new("rotateWebhookSecret", Tag, "Replaces the secret that signs messages to a URL.")
        {
            Scope = ApiScope.Admin,
            Body = Refer,
            BodyExample = BodyExample,
            Problems = [ProblemCodes.NotSupported],
            Responses = [Secret],
        };

    private static JsonObject Refer(SchemaSet schemas) =>
        schemas.Refer("WebhookEndpoint", () =>
            Schema.Object(
                "A URL to which messages are sent.",
                ["url"],
                ("url", Schema.Formatted("uri", "The URL.", "https://example.org/hook")),
                ("provider", Schema.Formatted("provider", "The webhook provider. Required if the host has several."))
            )
        );
}
