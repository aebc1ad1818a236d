using System.Text.Json.Nodes;
using Notify.Hosting.Authentication;

namespace Notify.Hosting.OpenApi;

/// <summary>Writes what the document says about the API as a whole.</summary>
internal static class ApiInfo
{
    private const string Bearer = "key";
    private const string Basic = "keyAsPassword";

    private static readonly (string Name, string Description)[] Tags =
    [
        ("notifications", "Notifications and their deliveries."),
        ("users", "Profiles of users, and their preferences."),
        ("jobs", "Work on many items in the background, such as imports."),
        ("devices", "The devices of users, which receive push notifications."),
        ("topics", "Topics and their subscribers."),
        ("templates", "Templates of content, and their previews."),
        ("receipts", "What vendors and apps report after a delivery was sent."),
        ("tracking", "Opens and clicks of email."),
        ("audit", "Who changed what, when and from where."),
        ("dead letters", "Deliveries that ended without being sent."),
        ("diagnostics", "The state of providers and engines."),
        ("webhook endpoints", "The secrets that sign messages to webhooks."),
        ("event subscriptions", "The endpoints that receive the events of a tenant."),
        ("providers", "What sends over a channel. For operators of all tenants."),
        ("workflows", "Definitions of how a kind of notification is sent."),
        ("analytics", "Counts and live events of deliveries."),
        ("links", "What recipients open without a key."),
        ("sandbox", "The captured messages. Only with AddSandbox()."),
        ("health", "The state of the process, for orchestrators."),
        ("api keys", "The keys of a tenant. Each has its scopes."),
        ("clients", "Programs that exchange a secret for access tokens."),
        ("members", "People and their roles in a tenant."),
        ("api", "The API itself."),
    ];

    public static JsonObject Write() =>
        new()
        {
            ["title"] = "Notify",
            ["version"] = "v1",
            ["summary"] = "Sends notifications durably over push, SMS, email and webhooks.",
            ["description"] =
                "Every error is a problem document (RFC 9457) with a stable code. HEAD is answered wherever GET is. "
                + "Unknown fields and query parameters are refused, unless the operation says otherwise. Within v1, members "
                + "may be added to objects in responses, and values to sets that are marked with x-extensible-enum.",
            ["license"] = new JsonObject { ["name"] = "Apache-2.0", ["identifier"] = "Apache-2.0" },
        };

    public static JsonArray WriteTags() =>
        [.. Tags.Select(tag => (JsonNode)new JsonObject { ["name"] = tag.Name, ["description"] = tag.Description })];

    /// <summary>
    /// Writes that either form of the key suffices if the key has the scopes, and that a host without keys answers local calls
    /// without one.
    /// </summary>
    public static JsonArray WriteSecurity(ApiScope scopes) =>
        [
            (JsonNode)new JsonObject { [Bearer] = Schema.ToArray(ScopeNames.Get(scopes)) },
            (JsonNode)new JsonObject { [Basic] = Schema.ToArray(ScopeNames.Get(scopes)) },
            (JsonNode)new JsonObject(),
        ];

    public static JsonObject WriteSecuritySchemes() =>
        new()
        {
            [Bearer] = new JsonObject
            {
                ["type"] = "http",
                ["scheme"] = "bearer",
                ["description"] =
                    "An API key with the scope of the operation, or a token of an issuer that the host trusts. A host that "
                    + "requires no key answers calls from the same machine without one.",
            },
            [Basic] = new JsonObject
            {
                ["type"] = "http",
                ["scheme"] = "basic",
                ["description"] = "An API key as the password, with any user name.",
            },
        };
}
