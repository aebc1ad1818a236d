using Microsoft.AspNetCore.Http;
using Notify.Hosting.OpenApi;

namespace Notify.Hosting.Keys;

/// <summary>Describes the endpoints of API keys.</summary>
internal static class ApiKeyOperations
{
    private const string Tag = "api keys";

    private const string KeyExample = """
        {
          "id": "0197a5c1-0c0e-7a53-9a3b-5d2f1c6e8b04",
          "name": "shop backend",
          "tenant": "default",
          "kind": "live",
          "scopes": ["send", "read"],
          "start": "nk_live_0FfMSkNCbMAo",
          "createdAt": "2031-05-28T09:30:00Z"
        }
        """;

    private const string IssuedExample = $$"""{ "key": {{KeyExample}}, "secret": "nk_live_0FfMSkNCbMAo4zfr6Kd2…" }""";

    public static ApiOperation List { get; } =
        new("listApiKeys", Tag, "Lists keys in the order in which they were created. Secrets are never shown.")
        {
            Scope = ApiScope.Admin,
            Parameters = ApiParameters.Page,
            Responses = [ApiResponse.Ok(() => ApiKeysJson.Default.ApiKeysView, "A page of keys.")],
        };

    public static ApiOperation Create { get; } =
        new("createApiKey", Tag, "Creates a key. Its secret is shown only in this answer.")
        {
            Scope = ApiScope.Admin,
            Body = ApiKeySchema.ReferDraft,
            BodyExample = """{ "name": "shop backend", "scopes": ["send", "read"] }""",
            Responses =
            [
                new ApiResponse(StatusCodes.Status201Created, "The key and its secret.")
                {
                    Json = () => ApiKeysJson.Default.IssuedApiKeyView,
                    Example = IssuedExample,
                    Headers = [("Location", "The URL of the key.")],
                },
            ],
        };

    public static ApiOperation Get { get; } =
        new("getApiKey", Tag, "Shows a key without its secret.")
        {
            Scope = ApiScope.Admin,
            Problems = [ProblemCodes.NotFound],
            Responses = [ApiResponse.Ok(() => ApiKeysJson.Default.ApiKeyView, "The key.", KeyExample)],
        };

    public static ApiOperation Rotate { get; } =
        new("rotateApiKey", Tag, "Replaces the secret of a key. The previous one is accepted for a while.")
        {
            Scope = ApiScope.Admin,
            Description = "Everything else about the key stays. A key with the scope platform needs a caller with that scope.",
            Body = ApiKeySchema.ReferRotation,
            BodyExample = """{ "overlap": "PT1H" }""",
            Problems = [ProblemCodes.NotFound],
            Responses =
            [
                ApiResponse.Ok(() => ApiKeysJson.Default.IssuedApiKeyView, "The key and its new secret.", IssuedExample),
            ],
        };

    public static ApiOperation Revoke { get; } =
        new("revokeApiKey", Tag, "Revokes a key for good.")
        {
            Scope = ApiScope.Admin,
            Description =
                "Other processes refuse the key within NotificationsApiOptions.KeyCacheDuration, which is 5 seconds by default. "
                + "A key with the scope platform needs a caller with that scope.",
            Problems = [ProblemCodes.NotFound],
            Responses = [ApiResponse.NoContent("The key is revoked.")],
        };
}
