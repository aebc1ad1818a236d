using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Hosting.Tests;

/// <summary>The audit log: what it records of management calls, and how it is read.</summary>
public sealed class AuditOverHttpTests
{
    private const string Key = "a-key-of-the-platform-team";
    private const string Template = """{"variants":[{"title":"secret-title","body":"secret-body"}]}""";

    [Fact]
    public async Task A_management_call_records_who_did_what_when_from_where_and_what_changed()
    {
        await using var app = await StartAsync();
        var begin = DateTimeOffset.UtcNow.AddMilliseconds(-1);
        await app.CallAsync("PUT", "/v1/templates/a%2Fb", Template, "acme");
        await app.CallAsync("PUT", "/v1/templates/a%2Fb", """{"variants":[{"body":"secret-2"}]}""", "acme");
        await app.CallAsync("DELETE", "/v1/templates/a%2Fb", null, "acme");

        var (deleted, changed, created) = await ListAsync(app, "", "acme") switch
        {
            [var third, var second, var first] => (third, second, first),
            var others => throw new InvalidOperationException($"{others.Length} records"),
        };

        Assert.Equal(("saveTemplate", "succeeded", 200), (created.Text("action"), created.Text("outcome"), GetStatus(created)));
        Assert.Equal(
            """{"kind":"key","id":"configured-1","name":"configured key 1"}""",
            created.GetProperty("actor").GetRawText()
        );
        Assert.Equal("""{"kind":"templates","id":"a/b"}""", created.GetProperty("resource").GetRawText());
        Assert.Equal(("127.0.0.1", "acme"), (created.Text("client"), created.Text("tenant")));
        Assert.InRange(created.GetProperty("at").GetDateTimeOffset(), begin, DateTimeOffset.UtcNow);
        Assert.Contains("""{"field":"version","after":"1"}""", GetChanges(created), StringComparison.Ordinal);
        Assert.Contains("""{"field":"version","before":"1","after":"2"}""", GetChanges(changed), StringComparison.Ordinal);
        Assert.Contains("""{"field":"variants"}""", GetChanges(changed), StringComparison.Ordinal);
        Assert.DoesNotContain("name", GetChanges(changed), StringComparison.Ordinal);
        Assert.Equal(("deleteTemplate", 204), (deleted.Text("action"), GetStatus(deleted)));
    }

    [Fact]
    public async Task Calls_without_a_change_are_recorded_with_their_outcome()
    {
        await using var app = await StartAsync();
        await app.AskAsync("PUT", "/v1/templates/t", """{"variants":7}""");
        await app.AskAsync("DELETE", "/v1/templates/unknown");
        await app.CallAsync("POST", "/v1/dead-letters/replay", """{"all":true,"dryRun":true}""");
        await app.CallAsync("POST", "/v1/dead-letters/replay", """{"all":true}""");
        await app.CallAsync("GET", "/v1/templates");

        var records = await ListAsync(app, "");

        Assert.Equal(
            [
                ("replayDeadLetters", "succeeded", 200),
                ("replayDeadLetters", "unchanged", 200),
                ("deleteTemplate", "refused", 404),
                ("saveTemplate", "refused", 400),
            ],
            records.Select(record => (record.Text("action"), record.Text("outcome"), GetStatus(record)))
        );
        Assert.Equal("""[{"field":"replayed","after":"0"}]""", GetChanges(records[0]));
        Assert.All(records[2..], record => Assert.Equal("[]", GetChanges(record)));
    }

    /// <summary>
    /// The document says which operations manage something. A new one is tested automatically, and the call need not succeed.
    /// </summary>
    [Fact]
    public async Task Every_operation_that_manages_something_is_recorded()
    {
        await using var app = await StartAsync();
        var operations = (await OpenApiDocument.ReadAsync(app)).Operations.Where(Manages).ToArray();
        foreach (var operation in operations)
        {
            var path = Regex.Replace(operation.Path, "{[a-zA-Z]+}", "x");
            await app.AskAsync(operation.Method, path, operation.Method == "DELETE" ? null : """{"wrong":1}""");
        }

        var recorded = (await ListAsync(app, "")).ToDictionary(record => record.Text("action")!);

        Assert.True(operations.Length > 15, $"{operations.Length} operations");
        Assert.Equal(
            ["addSubscribers", "changePreferences", "patchUser", "saveDevice", "saveUser"],
            operations.Select(operation => operation.Id).Except(recorded.Keys).Order(StringComparer.Ordinal)
        );
        Assert.Equal("""{"kind":"api-keys"}""", recorded["createApiKey"].GetProperty("resource").GetRawText());
        Assert.Equal("""{"kind":"workflows","id":"x"}""", recorded["promoteWorkflow"].GetProperty("resource").GetRawText());

        static bool Manages(OpenApiOperation operation) =>
            operation.Method != "GET"
            && operation.Value.GetProperty("security") is var security
            && security.GetArrayLength() > 0
            && security[0]
                .GetProperty("key")
                .EnumerateArray()
                .Any(scope => scope.GetString() is "manage" or "admin" or "platform");
    }

    [Fact]
    public async Task Everyday_calls_are_recorded_if_the_host_wants_it()
    {
        await using var app = await StartAsync(options: options => options.AuditEverydayCalls = true);
        await app.CallAsync("PUT", "/v1/users/ada", """{"addresses":{"email":"secret-ada@example.org"}}""");
        await app.CallAsync("PATCH", "/v1/users/ada", """{"locale":"sv"}""");
        await app.CallAsync("PUT", "/v1/users/ada/devices/phone", """{"platform":"android","token":"secret-token"}""");
        await app.CallAsync("POST", "/v1/topics/news/subscribers", """{"users":["ada"]}""");
        await app.CallAsync("POST", "/v1/notifications/cancel", """{"reference":"secret-order"}""");

        var records = await ListAsync(app, "");

        Assert.Equal(
            ["cancelNotifications", "addSubscribers", "saveDevice", "patchUser", "saveUser"],
            records.Select(record => record.Text("action"))
        );
        Assert.All(records, record => Assert.DoesNotContain("secret-", record.GetRawText(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_new_key_is_recorded_with_its_id_name_and_scopes_and_never_with_its_secret()
    {
        await using var app = await StartAsync();

        var created = await app.CallAsync("POST", "/v1/api-keys", """{"name":"shop","scopes":["send","read"]}""");

        var record = Assert.Single(await ListAsync(app, "?resource=api-keys"));
        Assert.Equal(created.GetProperty("key").Text("id"), record.GetProperty("resource").Text("id"));
        Assert.Contains("""{"field":"name","after":"shop"}""", GetChanges(record), StringComparison.Ordinal);
        Assert.Contains("""{"field":"scopes","after":"send read"}""", GetChanges(record), StringComparison.Ordinal);
        Assert.DoesNotContain(created.Text("secret")!, record.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Records_contain_no_content_addresses_or_tokens()
    {
        await using var app = await StartAsync();
        await app.CallAsync("PUT", "/v1/users/ada", """{"addresses":{"email":"secret-ada@example.org"}}""");
        await app.CallAsync("PUT", "/v1/users/ada/devices/phone", """{"platform":"android","token":"secret-token"}""");
        await app.CallAsync("PUT", "/v1/templates/t", Template);
        await app.AskAsync("PUT", "/v1/templates/t", """{"variants":[{"secret-field":"secret-body"}]}""");
        var secret = await app.CallAsync(
            "POST",
            "/v1/webhook-endpoints/secret/rotate",
            """{"url":"https://example.org/secret-hook?token=secret-token"}"""
        );
        await app.CallAsync("DELETE", "/v1/users/ada/devices/phone");
        await app.CallAsync("POST", "/v1/topics/news/subscribers/remove", """{"users":["secret-user"]}""");
        await app.CallAsync("DELETE", "/v1/users/ada");

        var records = await app
            .Services.GetRequiredService<IDocumentStore>()
            .ListAsync(new DocumentQuery { Collection = "audit" }, CancellationToken.None);

        string[] stored = [.. records.Select(record => Encoding.UTF8.GetString(record.Content.Span))];
        Assert.Equal(6, stored.Length);
        Assert.All(stored, record => Assert.DoesNotContain("secret-", record, StringComparison.Ordinal));
        Assert.All(stored, record => Assert.DoesNotContain(secret.Text("secret")!, record, StringComparison.Ordinal));
        Assert.Contains("\"resource\":{\"kind\":\"devices\",\"id\":\"ada/phone\"}", stored[3], StringComparison.Ordinal);
        Assert.Contains("\"resource\":{\"kind\":\"topics\",\"id\":\"news\"}", stored[4], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_log_is_filtered_and_paged()
    {
        // Real calls of a fast machine fall into one millisecond, and the mark would not separate them.
        var time = new ManualTime();
        await using var app = await StartAsync(services: services => services.AddSingleton<TimeProvider>(time));
        foreach (var name in (string[])["a", "b", "a", "c"])
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await app.CallAsync("PUT", $"/v1/templates/{name}", Template);
        }

        var mark = Uri.EscapeDataString((await ListAsync(app, ""))[0].Text("at")!);
        await app.CallAsync("DELETE", "/v1/templates/a");
        await app.CallAsync("PUT", "/v1/templates/a", Template, "globex");

        Assert.Equal("a c a b a", await IdsAsync(app, ""));
        Assert.Equal("a a a", await IdsAsync(app, "?resource=templates/a"));
        Assert.Equal("a c a b a", await IdsAsync(app, "?resource=templates"));
        Assert.Equal("", await IdsAsync(app, "?resource=users"));
        Assert.Equal("a", await IdsAsync(app, "?action=deleteTemplate"));
        Assert.Equal("a a", await IdsAsync(app, "?action=saveTemplate&resource=templates/a"));
        Assert.Equal("a c a b a", await IdsAsync(app, "?actor=configured-1"));
        Assert.Equal("", await IdsAsync(app, "?actor=configured-2"));
        Assert.Equal("a b a", await IdsAsync(app, $"?to={mark}"));
        Assert.Equal("a c", await IdsAsync(app, $"?from={mark}"));
        Assert.Equal("a", await IdsAsync(app, "", "globex"));

        var pages = new List<string>();
        for (var next = "/v1/audit?limit=2&resource=templates"; next is not null; )
        {
            var page = await app.CallAsync("GET", next);
            pages.Add(string.Concat(page.GetProperty("items").EnumerateArray().Select(GetId)));
            next = page.Text("next");
        }

        Assert.Equal(["ac", "ab", "a"], pages);
    }

    [Theory]
    [InlineData("?from=yesterday", "from")]
    [InlineData("?from=2031-05-28T09:30:00Z&to=2031-05-28T09:30:00Z", "from")]
    [InlineData("?action=", "action")]
    [InlineData("?actor=%01", "actor")]
    [InlineData("?resource=", "resource")]
    [InlineData("?after=x", "after")]
    [InlineData("?limit=501", "limit")]
    [InlineData("?user=ada", "user")]
    public async Task A_wrong_query_is_refused(string query, string field)
    {
        await using var app = await StartAsync();

        using var response = await app.SendAsync("GET", $"/v1/audit{query}");

        Assert.Contains(field, (await response.ProblemAsync(HttpStatusCode.BadRequest)).Fields());
    }

    [Fact]
    public async Task A_call_is_not_performed_if_its_record_cannot_be_stored()
    {
        var failing = new FailingDocuments { FailedWrites = int.MaxValue };
        await using var app = await StartAsync(failing);

        var (status, _) = await app.AskAsync("PUT", "/v1/templates/t", Template);

        Assert.True((int)status >= 500, $"{status}");
        Assert.Equal(HttpStatusCode.NotFound, (await app.AskAsync("GET", "/v1/templates/t")).Status);
    }

    [Fact]
    public async Task A_call_whose_record_cannot_be_completed_succeeds_and_logs_an_error()
    {
        var lines = new LineCollector();
        var failing = new FailingDocuments { SuccessfulWrites = 1, FailedWrites = 1 };
        await using var app = await StartAsync(failing, lines);

        await app.CallAsync("PUT", "/v1/templates/t", Template);

        var record = Assert.Single(await ListAsync(app, ""));
        Assert.Equal(("saveTemplate", "unknown"), (record.Text("action"), record.Text("outcome")));
        var line = Assert.Single(lines.Lines, line => line.Contains("could not be completed", StringComparison.Ordinal));
        Assert.Contains(record.Text("id")!, line, StringComparison.Ordinal);
        Assert.Contains("Its outcome is Succeeded", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_that_fails_is_recorded_as_failed()
    {
        await using var app = await StartAsync(group: group =>
            group.AddEndpointFilter(
                (call, next) =>
                    call.HttpContext.Request.Method == "DELETE" ? throw new IOException("The disk is full.") : next(call)
            )
        );

        var (status, _) = await app.AskAsync("DELETE", "/v1/templates/t");

        Assert.True((int)status >= 500, $"{status}");
        Assert.Equal("failed", Assert.Single(await ListAsync(app, "")).Text("outcome"));
    }

    [Fact]
    public async Task A_forwarded_call_is_recorded_only_by_the_process_that_handles_it()
    {
        await using var app = await StartAsync(services: services => services.AddSingleton<IApiForwarder>(new Elsewhere()));

        var (status, _) = await app.AskAsync("PUT", "/v1/templates/t", Template);

        Assert.Equal(HttpStatusCode.Accepted, status);
        Assert.Empty(await ListAsync(app, ""));
    }

    [Fact]
    public async Task A_page_ends_after_the_records_that_one_call_examines()
    {
        await using var app = await StartAsync();
        var log = app.Services.GetRequiredService<IAuditLog>();
        var at = DateTimeOffset.UtcNow;
        for (var i = 0; i < 5_001; i++)
        {
            await log.WriteAsync(
                new AuditRecord
                {
                    Id = Guid.CreateVersion7(at.AddMilliseconds(i)),
                    At = at.AddMilliseconds(i),
                    Tenant = "acme",
                    Actor = new AuditActor(AuditActorKind.User, "42", "ada"),
                    Action = i == 0 ? "first" : "other",
                    Outcome = AuditOutcome.Succeeded,
                }
            );
        }

        var query = new AuditQuery
        {
            Tenant = "acme",
            Action = "first",
            Actor = "ada",
        };
        var page = await log.ListAsync(query);
        Assert.Empty(page.Items);
        var rest = await log.ListAsync(query, new PageRequest { After = page.Next! });

        Assert.Equal("first", Assert.Single(rest.Items).Action);
        Assert.Null(rest.Next);
        await Assert.ThrowsAsync<InvalidRequestException>(() => log.WriteAsync(rest.Items[0] with { Id = Guid.NewGuid() }));
    }

    private static async Task<ApiApplication> StartAsync(
        FailingDocuments? documents = null,
        LineCollector? lines = null,
        Action<RouteGroupBuilder>? group = null,
        Action<NotificationsApiOptions>? options = null,
        Action<IServiceCollection>? services = null
    )
    {
        var app = await ApiApplication.StartAsync(
            api =>
            {
                api.ApiKeys.Add(Key);
                options?.Invoke(api);
            },
            collection =>
            {
                var notifications = collection
                    .AddNotifications()
                    .AddWebhook(options => options.Secret = $"whsec_{Convert.ToBase64String(new byte[32])}");
                if (documents is not null)
                    notifications.Decorate<IDocumentStore>((_, inner) => documents.Around(inner));
                if (lines is not null)
                    collection.AddLogging(logging => logging.AddProvider(lines));
                services?.Invoke(collection);
            },
            group
        );
        app.Client.DefaultRequestHeaders.Authorization = new("Bearer", Key);
        return app;
    }

    private static async Task<JsonElement[]> ListAsync(ApiApplication app, string query, string? tenant = null) =>
        [.. (await app.CallAsync("GET", $"/v1/audit{query}", null, tenant)).GetProperty("items").EnumerateArray()];

    private static async Task<string> IdsAsync(ApiApplication app, string query, string? tenant = null) =>
        string.Join(' ', (await ListAsync(app, query, tenant)).Select(GetId));

    private static string? GetId(JsonElement record) => record.GetProperty("resource").Text("id");

    private static int? GetStatus(JsonElement record) =>
        record.TryGetProperty("status", out var status) ? status.GetInt32() : null;

    private static string GetChanges(JsonElement record) => record.GetProperty("changes").GetRawText();

    /// <summary>Another process, which accepts every call.</summary>
    private sealed class Elsewhere : IApiForwarder
    {
        public ApiFeatures Features => ApiFeatures.Notifications;

        public ValueTask<int?> ForwardAsync(HttpContext context, ForwardedCall call)
        {
            context.Response.StatusCode = StatusCodes.Status202Accepted;
            return new(null as int?);
        }
    }

    /// <summary>A store of documents that fails some writes.</summary>
    private sealed class FailingDocuments : IDocumentStore
    {
        private IDocumentStore _inner = null!;

        public int SuccessfulWrites { get; set; }

        public int FailedWrites { get; set; }

        public IDocumentStore Around(IDocumentStore inner)
        {
            _inner = inner;
            return this;
        }

        public ValueTask<StoredDocument?> FindAsync(DocumentKey key, CancellationToken cancellationToken) =>
            _inner.FindAsync(key, cancellationToken);

        public ValueTask<bool> UpdateAsync(
            DocumentKey key,
            Func<ReadOnlyMemory<byte>?, ReadOnlyMemory<byte>?> change,
            CancellationToken cancellationToken
        )
        {
            if (SuccessfulWrites-- <= 0 && FailedWrites-- > 0)
                throw new IOException("The store is not available.");
            return _inner.UpdateAsync(key, change, cancellationToken);
        }

        public ValueTask<bool> RemoveAsync(
            DocumentKey key,
            Func<ReadOnlyMemory<byte>, bool> condition,
            CancellationToken cancellationToken
        ) => _inner.RemoveAsync(key, condition, cancellationToken);

        public ValueTask<IReadOnlyList<StoredDocument>> ListAsync(DocumentQuery query, CancellationToken cancellationToken) =>
            _inner.ListAsync(query, cancellationToken);

        public ValueTask<int> RemoveBeforeAsync(
            string collection,
            string before,
            int limit,
            CancellationToken cancellationToken
        ) => _inner.RemoveBeforeAsync(collection, before, limit, cancellationToken);
    }
}
