using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;

namespace Notify.Hosting.Tests;

/// <summary>
/// The document and the readers agree: bodies that the schemas allow are accepted, and bodies with one mistake are refused with
/// an error that names it. The bodies are generated from a fixed seed.
/// </summary>
public sealed class OpenApiPropertyTests(OpenApiPropertyTests.Prepared prepared) : IClassFixture<OpenApiPropertyTests.Prepared>
{
    private const string User = "/v1/users/ada";

    /// <summary>The errors between fields, or with the state of the tenant, which the schemas only describe.</summary>
    private static readonly string[] Business =
    [
        FieldErrorCodes.Conflict,
        FieldErrorCodes.Duplicate,
        FieldErrorCodes.NotAllowed,
        FieldErrorCodes.NotFound,
        FieldErrorCodes.Unsupported,
        FieldErrorCodes.Unused,
        FieldErrorCodes.TemplateFailed,
    ];

    /// <summary>
    /// Operations whose bodies require the name of something that exists, which generated bodies never have. Their examples do.
    /// </summary>
    private static readonly string[] NamingOthers = ["saveWorkflow", "promoteWorkflow"];

    private readonly ApiApplication _app = prepared.App;
    private readonly OpenApiDocument _document = prepared.Document;

    public static TheoryData<string> BodyOperations { get; } =
    [
        "triggerNotification",
        "cancelNotifications",
        "saveUser",
        "patchUser",
        "changePreferences",
        "saveDevice",
        "addSubscribers",
        "removeSubscribers",
        "saveTemplate",
        "previewTemplateDraft",
        "previewTemplate",
        "saveWorkflow",
        "rollBackWorkflow",
        "promoteWorkflow",
        "addReceipts",
        "replayDeadLetters",
        "markInboxItems",
        "markOwnInboxItems",
        "createApiKey",
        "rotateApiKey",
        "createClient",
        "rotateClient",
        "exportUser",
        "eraseUser",
        "pruneStaleDevices",
        "saveMember",
        "saveTeam",
        "saveTracking",
        "getWebhookSecret",
        "rotateWebhookSecret",
        "createEventSubscription",
        "replaceEventSubscription",
    ];

    [Fact]
    public void Every_operation_with_a_body_is_tested() =>
        Assert.Equal(
            BodyOperations.Select(row => row.Data).Order(StringComparer.Ordinal),
            _document
                .Operations.Where(operation => operation.Body is not null)
                .Select(operation => operation.Id)
                .Order(StringComparer.Ordinal)
        );

    [Theory]
    [MemberData(nameof(BodyOperations))]
    public async Task What_the_schema_allows_is_accepted_and_what_it_forbids_is_refused(string id)
    {
        var operation = _document.Operations.Single(operation => operation.Id == id);
        var random = new Random(20_261_129);
        var failures = new List<string>();
        var (accepted, mistakes) = (0, 0);
        for (var i = 0; i < 30; i++)
        {
            var generator = new SchemaGenerator(_document, random, rarity: i % 2 == 0 ? 3 : 12);
            Assert.True(generator.TryCreate(operation.Body!.Value, "", out var body));
            var json = body!.ToJsonString();
            Assert.True(_document.Allows(operation.Body!.Value, JsonElement.Parse(json)), json);
            if (await AcceptsAsync(operation, json, failures))
                accepted++;

            // A mistake may happen to be allowed in another way, as for a value of one of several types.
            var all = SchemaMutations.Create(body, generator.Values).ToArray();
            random.Shuffle(all);
            var forbidden = all.Where(mistake => !_document.Allows(operation.Body!.Value, JsonElement.Parse(mistake.Json)));
            foreach (var (mistaken, path) in forbidden.Take(6))
                mistakes += await RefusesAsync(operation, mistaken, path, failures) ? 1 : 0;
        }

        Assert.True(failures.Count == 0, string.Join("\n", failures.Take(10)));
        Assert.True(accepted > 0 || NamingOthers.Contains(id), $"only {accepted} bodies were accepted");
        Assert.True(mistakes >= 50, $"only {mistakes} mistakes were made");
    }

    [Theory]
    [MemberData(nameof(BodyOperations))]
    public async Task The_example_of_the_body_is_accepted(string id)
    {
        var operation = _document.Operations.Single(operation => operation.Id == id);
        var failures = new List<string>();

        Assert.True(await AcceptsAsync(operation, operation.BodyExample.GetRawText(), failures), $"{operation.BodyExample}");
        Assert.Empty(failures);
    }

    // Returns whether the call succeeded, and adds a failure unless a refusal has another reason than the schema.
    private async Task<bool> AcceptsAsync(OpenApiOperation operation, string json, List<string> failures)
    {
        using var response = await SendAsync(operation, json);
        var text = await response.Content.ReadAsStringAsync();
        var status = (int)response.StatusCode;
        if (!operation.Value.GetProperty("responses").TryGetProperty($"{status}", out _))
            failures.Add($"{operation} does not document {status}: {json}");
        if (response.IsSuccessStatusCode)
        {
            if (text.Length > 0 && !_document.Allows(operation.FindResponse(status)!.Value, JsonElement.Parse(text)))
                failures.Add($"{operation} answers what its schema does not allow: {text}");
            return true;
        }

        if (response.StatusCode == HttpStatusCode.NotFound)
            return false;
        if (
            response.StatusCode != HttpStatusCode.BadRequest
            || !JsonElement.Parse(text).GetProperty("errors").EnumerateArray().All(IsBusiness)
        )
            failures.Add($"{operation} refuses {json}: {text}");
        return false;
    }

    private async Task<bool> RefusesAsync(OpenApiOperation operation, string json, string path, List<string> failures)
    {
        using var response = await SendAsync(operation, json);
        var text = await response.Content.ReadAsStringAsync();
        // Another reason was found first: the size, the idempotency key of an earlier body, or a version that does not exist.
        if (
            response.StatusCode
            is HttpStatusCode.RequestEntityTooLarge
                or HttpStatusCode.UnprocessableEntity
                or HttpStatusCode.NotFound
        )
            return false;
        if (response.StatusCode != HttpStatusCode.BadRequest)
            failures.Add($"{operation} answers {response.StatusCode} for {path} in {json}");
        else if (!JsonElement.Parse(text).Fields().Any(field => Names(field, path)))
            failures.Add($"{operation} does not name {path} in {json}: {text}");
        return true;
    }

    private static bool IsBusiness(JsonElement error) =>
        Business.Contains(error.Text("code"))
        || (error.Text("field"), error.Text("code")) switch
        {
            // A content shows something unless it only sets a badge. An SMS needs a body, a replay some criteria, and the change
            // of one quiet hour the other.
            ("content" or "content.body" or "all" or "quietHours.from" or "quietHours.to", FieldErrorCodes.Required) => true,
            // The data and the properties that the template of a preview uses.
            (var field, FieldErrorCodes.Required) => field!.StartsWith("data.", StringComparison.Ordinal)
                || field.StartsWith("recipient.", StringComparison.Ordinal),
            // Only the providers of the host know the names of overrides.
            (var field, FieldErrorCodes.UnknownField) => field!.StartsWith("content.overrides.", StringComparison.Ordinal),
            // Two times must be in order, a key must not have expired, and an overlap has a maximum.
            ("from" or "expiresAt" or "overlap", FieldErrorCodes.OutOfRange) => true,
            // The form of an address depends on its channel and its platform.
            (var field, FieldErrorCodes.InvalidAddress) => field is "token" || field!.StartsWith("to", StringComparison.Ordinal),
            _ => false,
        };

    // An error may name the object around a member, or a member of the value.
    private static bool Names(string field, string path) =>
        path.Length == 0 || field == path || IsWithin(path, field) || IsWithin(field, path);

    private static bool IsWithin(string inner, string outer) =>
        inner.StartsWith(outer, StringComparison.Ordinal) && inner[outer.Length] is '.' or '[';

    private Task<HttpResponseMessage> SendAsync(OpenApiOperation operation, string json)
    {
        var path = operation
            .Path.Replace("{userId}", "ada", StringComparison.Ordinal)
            .Replace("devices/{id}", "devices/phone", StringComparison.Ordinal)
            .Replace("api-keys/{id}", $"api-keys/{prepared.KeyId}", StringComparison.Ordinal)
            .Replace("clients/{id}", $"clients/{prepared.ClientId}", StringComparison.Ordinal)
            .Replace("event-subscriptions/{id}", $"event-subscriptions/{prepared.SubscriptionId}", StringComparison.Ordinal)
            .Replace("{id}", "ada", StringComparison.Ordinal)
            .Replace("{topic}", "news", StringComparison.Ordinal)
            .Replace("{name}", operation.Method == "PUT" ? "another" : "order-shipped", StringComparison.Ordinal);
        var request = new HttpRequestMessage(new HttpMethod(operation.Method), path)
        {
            Content = new StringContent(json, Encoding.UTF8, "application/json"),
        };
        // A tenant has a limited number of event subscriptions.
        if (operation.Id == "createEventSubscription")
            request.Headers.Add("X-Notify-Tenant", $"{Guid.NewGuid()}");
        return _app.Client.SendAsync(request);
    }

    /// <summary>An application with a user, a device and a template, which the tests share.</summary>
    public sealed class Prepared : IAsyncLifetime
    {
        public ApiApplication App { get; private set; } = null!;

        internal OpenApiDocument Document { get; private set; } = null!;

        public string? KeyId { get; private set; }

        public string? ClientId { get; private set; }

        public string? SubscriptionId { get; private set; }

        public async ValueTask InitializeAsync()
        {
            App = await ApiApplication.StartAsync(services: services =>
            {
                services
                    .AddNotifications()
                    .AddWebhook(options => options.Secret = $"whsec_{Convert.ToBase64String(new byte[32])}")
                    .AddInbox(options => options.TokenKeys.Add(new string('k', 32)))
                    .AddTracking(options =>
                        (options.Url, options.Key) = (new Uri("https://example.org/v1/track"), new string('k', 32))
                    );
                // Bodies of the tests subscribe URLs of the public internet to events.
                services.AddHttpClient("Notify.webhook").ConfigurePrimaryHttpMessageHandler(() => new NoNetwork());
            });
            Document = await OpenApiDocument.ReadAsync(App);
            var issued = await App.CallAsync("POST", "/v1/api-keys", """{"name":"shop","scopes":["read"]}""");
            KeyId = issued.GetProperty("key").Text("id");
            var client = await App.CallAsync("POST", "/v1/clients", """{"name":"orders","scopes":["read"]}""");
            ClientId = client.GetProperty("client").Text("id");
            var subscribed = await App.CallAsync(
                "POST",
                "/v1/event-subscriptions",
                """{"url":"https://example.org/events","types":["receipt.*"]}"""
            );
            SubscriptionId = subscribed.GetProperty("subscription").Text("id");
            // The last admin could not change the role.
            await App.CallAsync("PUT", "/v1/members/grace", """{"role":"admin"}""");
            await App.CallAsync("PUT", User, "{}");
            // Only the endpoints of the user's own inbox read the token, because the application has no keys.
            var token = (await App.CallAsync("POST", $"{User}/inbox-tokens")).Text("token");
            App.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
            await App.CallAsync(
                "PUT",
                $"{User}/devices/phone",
                """{"platform":"android","token":"fcm-token-of-the-phone","app":"shop"}"""
            );
            await App.CallAsync(
                "PUT",
                "/v1/templates/order-shipped",
                """{"variants":[{"title":"Order","body":"It is on its way."}]}"""
            );
            await App.CallAsync("PUT", "/v1/workflows/order-shipped", """{"template":"order-shipped"}""");
            await App.CallAsync("PUT", "/v1/workflows/order-shipped", """{"template":"order-shipped","category":"orders"}""");
            await App.CallAsync(
                "PUT",
                "/v1/templates/order-shipped",
                """{"variants":[{"body":"Live."}]}""",
                tenant: "production"
            );
        }

        public ValueTask DisposeAsync() => App.DisposeAsync();

        private sealed class NoNetwork : HttpMessageHandler
        {
            protected override Task<HttpResponseMessage> SendAsync(
                HttpRequestMessage request,
                CancellationToken cancellationToken
            ) => Task.FromResult(new HttpResponseMessage(HttpStatusCode.NoContent));
        }
    }
}
