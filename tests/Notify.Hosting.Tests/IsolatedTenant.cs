using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Hosting.Tests;

/// <summary>A tenant with a key, which has things of every kind and calls the API.</summary>
internal sealed partial class IsolatedTenant
{
    private readonly ApiApplication _app;
    private readonly string _name;
    private readonly string _key;
    private readonly string _userToken;
    private readonly Dictionary<string, string> _tokens = [];
    private readonly List<string> _endpointSecrets = [];

    private IsolatedTenant(ApiApplication app, string name, string key)
    {
        (_app, _name, _key) = (app, name, key);
        _userToken = app.Services.GetRequiredService<IInboxTokens>().Create(name, "ada").Value;
        Things = ThingsOfTenant.CreateUnknown(name);
    }

    public ThingsOfTenant Things { get; private set; }

    /// <summary>Gets texts that only this tenant may see.</summary>
    public IReadOnlyList<string> Secrets =>
        [_key, _userToken, .. _tokens.Values, .. _endpointSecrets, $"{Things.Name}@example.org"];

    public static async Task<IsolatedTenant> CreateAsync(ApiApplication app, string name)
    {
        var issued = await app
            .Services.GetRequiredService<IApiKeys>()
            .CreateAsync(
                new ApiKeyDraft
                {
                    Tenant = name,
                    Name = "own",
                    Scopes = ApiScope.Send | ApiScope.Read | ApiScope.Manage | ApiScope.Admin,
                }
            );
        return new IsolatedTenant(app, name, issued.Secret);
    }

    /// <summary>
    /// Creates things of every kind: some with names that every tenant uses, and some with names of this tenant's things.
    /// </summary>
    public async Task FillAsync(string name)
    {
        Things = Things with { Name = name };
        foreach (var (user, token) in ((string, string)[])[("ada", Things.Token), (Things.User, $"{Things.Token}-2")])
        {
            await MustAsync(
                "PUT",
                $"/v1/users/{user}",
                $$$"""{"addresses":{"email":"{{{name}}}@example.org","pager":"{{{name}}}"}}"""
            );
            await MustAsync(
                "PUT",
                $"/v1/users/{user}/devices/{Things.Device}",
                $$"""{"platform":"android","token":"{{token}}"}"""
            );
            foreach (var topic in (string[])["news", Things.Topic])
                await MustAsync("POST", $"/v1/topics/{topic}/subscribers", $$"""{"users":["{{user}}"]}""");
        }

        foreach (var template in (string[])["order", Things.Template])
            await MustAsync("PUT", $"/v1/templates/{template}", $$"""{"variants":[{"body":"{{name}}"}]}""");
        foreach (var workflow in (string[])["ship", Things.Workflow])
        {
            await MustAsync("PUT", $"/v1/workflows/{workflow}", $$"""{"template":"order","description":"{{name}}"}""");
            await MustAsync("PUT", $"/v1/workflows/{workflow}", """{"template":"order","category":"orders"}""");
        }

        await MustAsync("PUT", "/v1/tracking", """{"opens":true}""");
        await MustAsync("PUT", "/v1/team", $$"""{"users":["{{Things.User}}"]}""");
        await MustAsync("PUT", $"/v1/members/{Things.Member}", """{"role":"viewer"}""");
        var webhook = await MustAsync("POST", "/v1/webhook-endpoints/secret", $$"""{"url":"{{Things.Webhook}}"}""");
        _endpointSecrets.Add(webhook.Text("secret")!);
        var subscribed = await MustAsync(
            "POST",
            "/v1/event-subscriptions",
            $$"""{"url":"{{Things.Webhook}}","types":["receipt.*"]}"""
        );
        _endpointSecrets.Add(subscribed.Text("secret")!);
        Things = Things with { Subscription = subscribed.GetProperty("subscription").Text("id")! };
        await SendAsync();
        await SettleAsync(isCounted: false);
        await MustAsync("POST", "/v1/jobs/export-user", $$"""{"userId":"{{Things.User}}"}""");
        await SettleAsync(isCounted: false);
        await FindThingsAsync();
    }

    /// <summary>Sends to the inbox and the email address of both users, and returns the ID of the notification.</summary>
    public async Task<string> TriggerAsync()
    {
        var accepted = await MustAsync(
            "POST",
            "/v1/notifications",
            $$$"""
            {"to":[{"user":"ada"},{"user":"{{{Things.User}}}"}],"channels":["email","inbox"],
             "content":{"title":"x","body":"{{{Things.Name}}}"}}
            """
        );
        return accepted.Text("id")!;
    }

    /// <summary>Gets the token of this tenant's user in the path of a page.</summary>
    public string GetToken(string path) => _tokens[path.Split('/')[2]];

    public HttpRequestMessage CreateRequest(TenantCall call)
    {
        var request = new HttpRequestMessage(new HttpMethod(call.Method), call.Path);
        if (!call.IsOpen)
            request.Headers.Authorization = new("Bearer", call.IsOfUser ? _userToken : _key);
        if (call.Header is var (name, value))
            request.Headers.Add(name, value);
        if (call.Body is not null)
            request.Content = new StringContent(
                call.Body,
                Encoding.UTF8,
                call.IsOpen ? "application/x-www-form-urlencoded" : call.ContentType
            );
        return request;
    }

    public async Task<Answer> AskAsync(TenantCall call)
    {
        using var request = CreateRequest(call);
        using var response = await _app.Client.SendAsync(request);
        return new Answer(
            response.StatusCode,
            string.Join(
                '\n',
                response
                    .Headers.Concat(response.Content.Headers)
                    .Where(header => header.Key is not ("Date" or "Content-Length"))
                    .OrderBy(header => header.Key, StringComparer.Ordinal)
                    // A version is a hash of the content, which contains the tenant.
                    .Select(header => header.Key == "ETag" ? "ETag" : $"{header.Key}: {string.Join(", ", header.Value)}")
            ),
            // Both change with the time, and not with what another tenant does.
            Momentary().Replace(await response.Content.ReadAsStringAsync(), "")
        );
    }

    /// <summary>Removes what must differ: the tenant's name, times, and IDs and secrets that the service made.</summary>
    public string Normalize(string text, ThingsOfTenant foreign)
    {
        foreach (var (i, id) in foreign.Generated.Index())
            text = text.Replace(id, $"<foreign {i}>", StringComparison.Ordinal);
        return Generated().Replace(text.Replace($"\"{_name}\"", "\"<tenant>\"", StringComparison.Ordinal), "<generated>");
    }

    /// <summary>
    /// Removes what must differ from an answer. Deliveries run concurrently, so items are sorted, and numbers of captured
    /// messages are listed for themselves.
    /// </summary>
    public string Normalize(Answer answer, ThingsOfTenant foreign)
    {
        var body = Normalize(answer.Body, foreign);
        var lines = body.TrimEnd('\n').Split('\n');
        if (lines.Length > 1 && lines.All(line => line.StartsWith('{')))
            body = string.Join('\n', lines.Order(StringComparer.Ordinal));
        else if (body.StartsWith('{') && JsonElement.Parse(body) is var json && json.TryGetProperty("items", out var items))
        {
            // What was counted in several minutes is counted together.
            var texts = items
                .EnumerateArray()
                .GroupBy(item => Number().Replace(item.GetRawText(), ""), item => GetCount(item) ?? 1)
                .Select(same => $"{same.Sum()} of {same.Key}");
            var numbers = items
                .EnumerateArray()
                .Where(item => GetCount(item) is null)
                .SelectMany(item => Number().Matches(item.GetRawText()))
                .Select(match => match.Value);
            body = string.Join(
                '\n',
                texts
                    .Order(StringComparer.Ordinal)
                    .Concat(numbers.Order(StringComparer.Ordinal))
                    .Concat(json.EnumerateObject().Where(member => member.Name != "items").Select(member => member.ToString()))
            );
        }

        return $"{(int)answer.Status}\n{Normalize(answer.Headers, foreign)}\n\n{body}";
    }

    private static long? GetCount(JsonElement item) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty("count", out var count) ? count.GetInt64() : null;

    /// <summary>Waits until everything that the tenant sent has ended or waits for a time, and is counted.</summary>
    public Task SettleAsync(bool isCounted = true) =>
        Eventually.TrueAsync(
            async () =>
            {
                var notifications = await ReadAsync("/v1/notifications?limit=500");
                var jobs = await ReadAsync("/v1/jobs");
                if (Unsettled().IsMatch($"{notifications}{jobs}"))
                    return false;
                if (!isCounted)
                    return true;
                var ended = 0L;
                foreach (var notification in notifications.GetProperty("items").EnumerateArray())
                {
                    var counts = (await ReadAsync($"/v1/notifications/{notification.Text("id")}")).GetProperty("counts");
                    ended += counts.GetProperty("sent").GetInt64() + counts.GetProperty("deadLetter").GetInt64();
                }

                var counted = (await ReadAsync("/v1/analytics/deliveries?limit=500"))
                    .GetProperty("items")
                    .EnumerateArray()
                    .Sum(item => item.GetProperty("count").GetInt64());
                return counted == ended;
            },
            $"the deliveries of {_name}"
        );

    private async Task SendAsync()
    {
        await TriggerAsync();
        var later = DateTimeOffset.UtcNow.AddDays(300).ToString("O");
        string[] triggers =
        [
                // It stays scheduled, so that it can be cancelled.
                $$$"""
                {"to":{"user":"ada"},"channels":["email"],"content":{"body":"{{{Things.Name}}}"},"sendAt":"{{{later}}}",
                 "reference":"{{{Things.Reference}}}","tags":["{{{Things.Tag}}}"],"category":"{{{Things.Category}}}",
                 "idempotencyKey":"{{{Things.IdempotencyKey}}}","cancellationKey":"{{{Things.CancellationKey}}}"}
                """,
            """{"to":{"topic":"news"},"channels":["email"],"content":{"body":"News"}}""",
            """{"to":{"user":"ada"},"channels":["email"],"template":"order","category":"a","throttle":{"max":1,"per":"P1D"}}""",
            """{"to":{"user":"ada"},"channels":["email"],"template":"order","digest":{"window":"P1D"}}""",
            """{"to":{"user":"ada"},"channels":["pager"],"content":{"body":"Dead"}}""",
            $$$"""{"to":{"email":"{{{Things.Address}}}"},"workflow":"ship"}""",
        ];
        foreach (var trigger in triggers)
        {
            var accepted = await MustAsync("POST", "/v1/notifications", trigger);
            if (trigger.Contains("\"topic\"", StringComparison.Ordinal))
                Things = Things with { Broadcast = accepted.Text("id")! };
        }

        await MustAsync("POST", "/v1/jobs/import-users", $$"""{"id":"{{Things.Imported}}"}""", "application/x-ndjson");
    }

    private async Task FindThingsAsync()
    {
        var scheduled = await FindAsync($"/v1/notifications?reference={Things.Reference}");
        Things = Things with
        {
            Notification = scheduled,
            Delivery = (await ReadAsync($"/v1/notifications/{scheduled}"))
                .GetProperty("deliveries")
                .GetProperty("items")[0]
                .Text("id")!,
            DeadLetter = await FindAsync("/v1/dead-letters"),
            Job = await FindAsync("/v1/jobs"),
            ApiKey = (await MustAsync("POST", "/v1/api-keys", """{"name":"second","scopes":["read"]}"""))
                .GetProperty("key")
                .Text("id")!,
            Client = (await MustAsync("POST", "/v1/clients", """{"name":"second","scopes":["read"]}"""))
                .GetProperty("client")
                .Text("id")!,
            InboxItem = await FindAsync($"/v1/users/{Things.User}/inbox"),
        };

        var services = _app.Services;
        _tokens["preferences"] = GetLast(services.GetRequiredService<IPreferenceLinks>().CreateLink(_name, "ada")!);
        var deliveries = await services
            .GetRequiredService<INotificationStore>()
            .ListDeliveriesAsync(_name, Guid.Parse(scheduled), null, 10, CancellationToken.None);
        _tokens["unsubscribe"] = GetLast(services.GetRequiredService<IUnsubscribeLinks>().CreateLink(deliveries[0].Delivery)!);

        static string GetLast(Uri link) => link.AbsolutePath.Split('/')[^1];
    }

    private async Task<string> FindAsync(string list) => (await ReadAsync(list)).GetProperty("items")[0].Text("id")!;

    private Task<JsonElement> ReadAsync(string path) => MustAsync("GET", path, null);

    private async Task<JsonElement> MustAsync(string method, string path, string? body, string type = "application/json")
    {
        var answer = await AskAsync(new(method, path) { Body = body, ContentType = type });
        Assert.True((int)answer.Status is >= 200 and < 300, $"{method} {path}: {answer.Status} {answer.Body}");
        return answer.Body.Length == 0 ? default : JsonElement.Parse(answer.Body);
    }

    [GeneratedRegex(
        ",\"(lastUsedAt|from|to|durationMs|perSecond|minute|time)\":(\"[^\"]*\"|[0-9.]+)"
            + "|\"(lastUsedAt|from|to|durationMs|perSecond|minute|time)\":(\"[^\"]*\"|[0-9.]+),?"
    )]
    private static partial Regex Momentary();

    [GeneratedRegex("\"sequence\":[0-9]+,|,\"count\":[0-9]+(?=})")]
    private static partial Regex Number();

    [GeneratedRegex("\"(status|state)\":\"(pending|inFlight|inProgress|queued|waiting|running)\"")]
    private static partial Regex Unsettled();

    [GeneratedRegex(
        "[0-9a-f]{8}-[0-9a-f-]{27}|\\d{4}-\\d\\d-\\d\\dT[0-9:.]+(Z|([+-]|\\\\u002B)\\d\\d:\\d\\d)|nk_[0-9A-Za-z_]+"
            + "|whsec_([0-9A-Za-z+/=]|\\\\u002B)+"
            + "|[A-Za-z0-9_-]{40,}"
    )]
    private static partial Regex Generated();

    /// <summary>An answer, without what changes from moment to moment.</summary>
    public sealed record Answer(HttpStatusCode Status, string Headers, string Body)
    {
        public override string ToString() => $"{(int)Status}\n{Headers}\n\n{Body}";
    }
}
