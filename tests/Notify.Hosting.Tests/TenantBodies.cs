namespace Notify.Hosting.Tests;

/// <summary>The bodies of calls, which name things of another tenant.</summary>
internal static class TenantBodies
{
    private const string Json = "application/json";
    private const string Lines = "application/x-ndjson";

    /// <summary>Gets the bodies for an operation, with their media types; one null if the operation takes none.</summary>
    /// <exception cref="InvalidOperationException">The operation takes a body that is not listed here.</exception>
    public static IEnumerable<(string Type, string? Body)> Get(OpenApiOperation operation, ThingsOfTenant foreign)
    {
        var bodies = Find(operation.Id, foreign);
        if (bodies.Length == 0 && operation.Value.TryGetProperty("requestBody", out _))
            throw new InvalidOperationException($"{operation} is not tested: add its body to {nameof(TenantBodies)}.");
        var type = operation.Id is "importDevices" or "importUsers" or "triggerNotifications" ? Lines : Json;
        return bodies.Length == 0 ? [(Json, null)] : bodies.Select(body => (type, (string?)body));
    }

    /// <summary>Creates the calls that no other tenant may notice, although the tenant that has the things would.</summary>
    public static IEnumerable<TenantCall> CreateMore(ThingsOfTenant foreign)
    {
        var other = new TenantCall("POST", "/v1/notifications")
        {
            Body = """{"to":{"email":"x@example.org"},"content":{"body":"Hello"}}""",
        };
        yield return other with
        {
            Header = ("Idempotency-Key", foreign.IdempotencyKey),
            Note = "the key of another body",
        };
        // Whether a tenant exists is not shown either.
        yield return new("GET", "/v1/users") { Header = ("X-Notify-Tenant", foreign.Tenant), Note = "the tenant" };
        yield return other with
        {
            Header = ("X-Notify-Tenant", foreign.Tenant),
            Note = "the tenant",
        };
    }

    private static string[] Find(string operation, ThingsOfTenant it) =>
        operation switch
        {
            "addReceipts" => [$$"""{"receipts":[{"deliveryId":"{{it.Delivery}}","kind":"clicked"}]}"""],
            "addSubscribers" or "removeSubscribers" => [$$"""{"users":["{{it.User}}"]}"""],
            "cancelNotifications" => [$$"""{"cancellationKey":"{{it.CancellationKey}}"}"""],
            "changePreferences" => ["""{"items":[{"category":"news","channel":"email","status":"optedOut"}]}"""],
            "createApiKey" => ["""{"name":"key-acme","scopes":["read"]}"""],
            "createClient" => ["""{"name":"client-acme","scopes":["send"]}"""],
            "createEventSubscription" or "replaceEventSubscription" => [$$"""{"url":"{{it.Webhook}}","types":["receipt.*"]}"""],
            "eraseUser" => [$$"""{"userId":"{{it.Imported}}"}"""],
            "exportUser" => [$$"""{"userId":"{{it.User}}"}"""],
            "getWebhookSecret" => [$$"""{"url":"{{it.Webhook}}"}"""],
            "importDevices" => [$$"""{"userId":"{{it.User}}","id":"imported","platform":"android","token":"imported"}"""],
            "importUsers" => [$$"""{"id":"{{it.Imported}}","locale":"sv"}"""],
            "markInboxItems" or "markOwnInboxItems" => [$$"""{"mark":"read","ids":["{{it.InboxItem}}"]}"""],
            "patchUser" => ["""{"locale":"sv"}"""],
            "previewTemplate" => ["{}"],
            "previewTemplateDraft" => ["""{"variants":[{"body":"Hello"}]}"""],
            "pruneStaleDevices" => ["""{"days":90,"dryRun":true}"""],
            "replayDeadLetters" => [$$"""{"ids":["{{it.DeadLetter}}"]}"""],
            "rollBackWorkflow" => ["""{"version":1}"""],
            "rotateApiKey" or "rotateClient" => ["""{"overlap":"PT1H"}"""],
            "rotateWebhookSecret" => [$$"""{"url":"{{it.Webhook}}"}"""],
            "saveDevice" => [$$"""{"platform":"android","token":"{{it.Token}}"}"""],
            "saveMember" => ["""{"role":"viewer"}"""],
            "saveTeam" => [$$"""{"users":["{{it.User}}"]}"""],
            "saveTemplate" => ["""{"variants":[{"body":"Mine"}]}"""],
            "saveTracking" => ["""{"opens":true}"""],
            "saveUser" => ["""{"addresses":{"email":"own@example.org"}}"""],
            "saveWorkflow" => ["""{"template":"order"}"""],
            "triggerNotification" or "triggerNotifications" =>
            [
                $$$"""{"to":{"user":"{{{it.User}}}"},"content":{"body":"Hello"},"channels":["email"]}""",
                $$$"""{"to":{"topic":"{{{it.Topic}}}"},"content":{"body":"Hello"}}""",
                $$$"""{"to":{"email":"x@example.org"},"template":"{{{it.Template}}}"}""",
                $$$"""{"to":{"email":"x@example.org"},"workflow":"{{{it.Workflow}}}"}""",
                $$$"""{"to":{"pushToken":"{{{it.Token}}}","platform":"android"},"content":{"body":"Hello"}}""",
            ],
            _ => [],
        };
}
