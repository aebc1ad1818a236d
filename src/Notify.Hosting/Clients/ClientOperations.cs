using Microsoft.AspNetCore.Http;
using Notify.Hosting.Keys;
using Notify.Hosting.OpenApi;

namespace Notify.Hosting.Clients;

/// <summary>Describes the endpoints of clients.</summary>
internal static class ClientOperations
{
    private const string Tag = "clients";

    private const string ClientExample = """
        {
          "id": "0197a5c1-0c0e-7a53-9a3b-5d2f1c6e8b04",
          "name": "order service",
          "tenant": "default",
          "scopes": ["send"],
          "start": "nk_client_0FfMSkNCbM",
          "createdAt": "2031-05-28T09:30:00Z"
        }
        """;

    private const string IssuedExample = $$"""{ "client": {{ClientExample}}, "secret": "nk_client_0FfMSkNCbMAo4zfr6Kd2…" }""";

    public static ApiOperation List { get; } =
        new("listClients", Tag, "Lists clients in the order in which they were created. Secrets are never shown.")
        {
            Scope = ApiScope.Admin,
            Parameters = ApiParameters.Page,
            Responses = [ApiResponse.Ok(() => ClientsJson.Default.ClientsView, "A page of clients.")],
        };

    public static ApiOperation Create { get; } =
        new("createClient", Tag, "Creates a client. Its secret is shown only in this answer.")
        {
            Description = "The client gets access tokens at the token endpoint of the host, if it has one.",
            Scope = ApiScope.Admin,
            Body = ClientSchema.ReferDraft,
            BodyExample = """{ "name": "order service", "scopes": ["send"] }""",
            Responses =
            [
                new ApiResponse(StatusCodes.Status201Created, "The client and its secret.")
                {
                    Json = () => ClientsJson.Default.IssuedClientView,
                    Example = IssuedExample,
                    Headers = [("Location", "The URL of the client.")],
                },
            ],
        };

    public static ApiOperation Get { get; } =
        new("getClient", Tag, "Shows a client without its secret.")
        {
            Scope = ApiScope.Admin,
            Problems = [ProblemCodes.NotFound],
            Responses = [ApiResponse.Ok(() => ClientsJson.Default.ClientView, "The client.", ClientExample)],
        };

    public static ApiOperation Rotate { get; } =
        new("rotateClient", Tag, "Replaces the secret of a client. The previous one is accepted for a while.")
        {
            Scope = ApiScope.Admin,
            Description =
                "Tokens that were issued for the previous secret are accepted as long as that secret. A client with the scope "
                + "platform needs a caller with that scope.",
            Body = ApiKeySchema.ReferRotation,
            BodyExample = """{ "overlap": "PT1H" }""",
            Problems = [ProblemCodes.NotFound],
            Responses =
            [
                ApiResponse.Ok(() => ClientsJson.Default.IssuedClientView, "The client and its new secret.", IssuedExample),
            ],
        };

    public static ApiOperation Revoke { get; } =
        new("revokeClient", Tag, "Revokes a client and its tokens for good.")
        {
            Scope = ApiScope.Admin,
            Description =
                "Other processes refuse them within NotificationsApiOptions.KeyCacheDuration, which is 5 seconds by default. "
                + "A client with the scope platform needs a caller with that scope.",
            Problems = [ProblemCodes.NotFound],
            Responses = [ApiResponse.NoContent("The client is revoked.")],
        };
}
