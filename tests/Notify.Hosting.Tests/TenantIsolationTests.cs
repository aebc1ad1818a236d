using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Notify.Engines;
using Notify.TestSupport;

[assembly: AssemblyFixture(typeof(PostgreSqlServer))]

namespace Notify.Hosting.Tests;

public sealed class InMemoryTenantIsolationTests : TenantIsolationTests
{
    private protected override ValueTask<Action<INotificationsBuilder>> CreateStoreAsync() =>
        new(notifications => notifications.UseInMemory());
}

public sealed class SqliteTenantIsolationTests : TenantIsolationTests
{
    private readonly TemporaryFolder _folder = new();

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }

    private protected override ValueTask<Action<INotificationsBuilder>> CreateStoreAsync() =>
        new(notifications => notifications.UseSqlite($"Data Source={_folder.File("notify.db")};Pooling=False"));
}

public sealed class PostgreSqlTenantIsolationTests(PostgreSqlServer server) : TenantIsolationTests
{
    private protected override async ValueTask<Action<INotificationsBuilder>> CreateStoreAsync()
    {
        var database = await server.CreateDatabaseAsync();
        return notifications => notifications.UsePostgreSql(database);
    }
}

/// <summary>
/// A tenant can never read, list, count, send for, or infer the existence of what another tenant has: it gets the same answers
/// whether the other tenant has something or not. The calls come from the OpenAPI document, so a new endpoint is called as well,
/// or fails the test until <see cref="TenantCalls"/> knows which things of a tenant it names.
/// </summary>
public abstract class TenantIsolationTests : IAsyncLifetime
{
    private ApiApplication _app = null!;
    private OpenApiDocument _document = null!;

    public async ValueTask InitializeAsync()
    {
        var store = await CreateStoreAsync();
        _app = await ApiApplication.StartAsync(
            options => options.RequireKey = true,
            services =>
            {
                services.AddSingleton<TimeProvider>(new ShortSeconds());
                services
                    .AddNotifications(options =>
                    {
                        options.PollInterval = TimeSpan.FromMilliseconds(20);
                        // No test fails because the machine was too busy to render in time.
                        options.Templates.MaxRenderTime = TimeSpan.FromMinutes(1);
                    })
                    .AddWebhook(options => options.Secret = $"whsec_{Convert.ToBase64String(new byte[32])}")
                    .AddInbox(options => options.TokenKeys.Add(new string('k', 32)))
                    .AddTracking(options =>
                    {
                        options.Url = new Uri("https://example.org/v1/track");
                        options.Key = new string('k', 32);
                    })
                    .AddPreferencePage(options =>
                    {
                        options.Url = new Uri("https://example.org/v1/preferences");
                        options.Key = new string('k', 32);
                        options.Categories.Add(new PreferenceCategory { Name = "news" });
                    })
                    .AddUnsubscribeLinks(options =>
                        (options.Url, options.Key) = (new Uri("https://example.org/v1/unsubscribe"), new string('k', 32))
                    );
                // The endpoints of event subscriptions are on the internet.
                services.AddHttpClient("Notify.webhook").ConfigurePrimaryHttpMessageHandler(() => new NoNetwork());
                services.AddSingleton<Notify.Providers.IDeliveryProvider>(
                    new ScriptedProvider("pager", Channel.Create("pager"), _ => Notify.Providers.Outcome.Rejected("no"))
                );
            },
            store: store
        );
        var reader = await IsolatedTenant.CreateAsync(_app, "reader");
        _document = new OpenApiDocument(JsonElement.Parse((await reader.AskAsync(new("GET", "/openapi/v1.json"))).Body));
    }

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return _app.DisposeAsync();
    }

    private protected abstract ValueTask<Action<INotificationsBuilder>> CreateStoreAsync();

    [Fact]
    public async Task The_answers_to_a_tenant_do_not_depend_on_what_another_has()
    {
        var calls = new TenantCalls(_document);
        var alone = await FillAsync("tenant-1", "own");
        var before = await CallAsync(calls, alone, ThingsOfTenant.CreateUnknown("acme"), []);

        // The other tenant has the things that were unknown until now, and also more than the callers under the same names.
        var acme = await FillAsync("acme", "acme");
        var more = await FillAsync("acme-2", "more");
        var second = await FillAsync("tenant-2", "own");
        var kept = await ReadAsync(calls, acme);
        var after = await CallAsync(calls, second, acme.Things, [.. acme.Secrets, .. more.Secrets, .. more.Things.Generated]);

        Assert.Equal(before.Keys, after.Keys);
        var differences = before.Where(answer => answer.Value != after[answer.Key]).Select(answer => Compare(answer, after));
        Assert.True(!differences.Any(), string.Join('\n', differences));
        // Nothing was changed, sent or counted for the other tenant.
        var left = await ReadAsync(calls, acme);
        Assert.All(kept, answer => Assert.Equal((answer.Key, answer.Value), (answer.Key, left[answer.Key])));

        // The same calls reach the things if the tenant that has them makes them. Otherwise, the test would show nothing.
        var stranger = await IsolatedTenant.CreateAsync(_app, "empty");
        var empty = await ReadAsync(calls, stranger);
        await Assert.AllAsync(calls.Lists, list => TryCursorAsync(acme, stranger, list));
        Assert.All(calls.Lists, list => Assert.NotEqual((list, empty[list]), (list, kept[list])));
        await Assert.AllAsync(calls.Create(acme, acme.Things).Where(call => call.IsForeign), async call =>
        {
            var answer = await acme.AskAsync(call);
            Assert.True((int)answer.Status is >= 200 and < 300, $"{call.Method} {call.Path}: {answer.Status} {answer.Body}");
        });
    }

    [Fact]
    public async Task A_stream_has_only_events_of_the_own_tenant()
    {
        string[] streams = ["/v1/events", "/v1/inbox/events", "/v1/sandbox/messages/stream"];
        Assert.Equal(
            streams,
            _document.Operations.Where(TenantCalls.IsStream).Select(operation => operation.Path).Order(StringComparer.Ordinal)
        );
        var own = await FillAsync("own", "own");
        var opened = await Task.WhenAll(streams.Select(path => OpenAsync(own, path)));

        await FillAsync("acme", "acme");
        var last = await own.TriggerAsync();

        foreach (var (response, lines) in opened)
        {
            using (response)
            using (lines)
            {
                var received = new StringBuilder();
                while (!received.ToString().Contains(last, StringComparison.Ordinal))
                    received.AppendLine(await lines.ReadLineAsync());
                Assert.DoesNotContain("acme", received.ToString(), StringComparison.Ordinal);
            }
        }
    }

    private async Task<(HttpResponseMessage Response, StreamReader Lines)> OpenAsync(IsolatedTenant tenant, string path)
    {
        using var request = tenant.CreateRequest(
            new("GET", path) { IsOfUser = path.StartsWith("/v1/inbox", StringComparison.Ordinal) }
        );
        var response = await _app.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var lines = new StreamReader(await response.Content.ReadAsStreamAsync());
        // The stream has begun once it has sent its first line.
        await lines.ReadLineAsync();
        return (response, lines);
    }

    private async Task<IsolatedTenant> FillAsync(string tenant, string name)
    {
        var filled = await IsolatedTenant.CreateAsync(_app, tenant);
        await filled.FillAsync(name);
        return filled;
    }

    /// <summary>Makes all calls as a tenant, and reads everything of the tenant before and after them.</summary>
    private static async Task<SortedDictionary<string, string>> CallAsync(
        TenantCalls calls,
        IsolatedTenant tenant,
        ThingsOfTenant foreign,
        IReadOnlyList<string> secrets
    )
    {
        var answers = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var phase in (string[])["before", "after"])
        {
            foreach (var (label, answer) in await ReadAsync(calls, tenant))
                Add($"{phase} {label}", answer);
            if (phase == "after")
                break;
            foreach (var kind in calls.Create(tenant, foreign).GroupBy(call => call.Order))
            {
                // What the calls began has ended before the next kind changes it.
                await tenant.SettleAsync(isCounted: false);
                foreach (var call in kind)
                {
                    Add(
                        $"{call.Order} {call.Method} {tenant.Normalize(call.Path, foreign)} {call.Note}",
                        await tenant.AskAsync(call)
                    );
                    // A job counts what the next one changes.
                    if (call.Order > 0 && call.Path.StartsWith("/v1/jobs/", StringComparison.Ordinal))
                        await tenant.SettleAsync(isCounted: false);
                }
            }
        }

        return answers;

        void Add(string label, IsolatedTenant.Answer answer)
        {
            Assert.DoesNotContain(secrets, secret => $"{answer}".Contains(secret, StringComparison.Ordinal));
            answers.Add(label, tenant.Normalize(answer, foreign));
        }
    }

    // A cursor continues the list of the tenant that uses it.
    private static async Task TryCursorAsync(IsolatedTenant owner, IsolatedTenant stranger, string list)
    {
        var mark = list.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        var page = JsonElement.Parse((await owner.AskAsync(new("GET", $"{list}{mark}limit=1"))).Body);
        if (page.Text("next") is not { } next)
            return;

        Assert.Subset(await GetItemsAsync(list), await GetItemsAsync(next));

        async Task<HashSet<string>> GetItemsAsync(string path)
        {
            var answer = await stranger.AskAsync(new("GET", path));
            Assert.Equal(HttpStatusCode.OK, answer.Status);
            return [.. JsonElement.Parse(answer.Body).GetProperty("items").EnumerateArray().Select(item => item.GetRawText())];
        }
    }

    private static string Compare(KeyValuePair<string, string> answer, SortedDictionary<string, string> others)
    {
        var lines = answer.Value.Split('\n').Zip(others[answer.Key].Split('\n'));
        return $"{answer.Key}: {lines.FirstOrDefault(pair => pair.First != pair.Second)}";
    }

    private static async Task<Dictionary<string, IsolatedTenant.Answer>> ReadAsync(TenantCalls calls, IsolatedTenant tenant)
    {
        await tenant.SettleAsync();
        var answers = new Dictionary<string, IsolatedTenant.Answer>(StringComparer.Ordinal);
        foreach (var path in calls.Lists)
            answers.Add(path, await tenant.AskAsync(new("GET", path)));
        return answers;
    }

    private sealed class NoNetwork : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(HttpStatusCode.NoContent));
    }

    /// <summary>A clock on which what happens every second, such as writing counts, happens ten times as often.</summary>
    private sealed class ShortSeconds : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            period == TimeSpan.FromSeconds(1)
                ? base.CreateTimer(callback, state, dueTime / 10, period / 10)
                : base.CreateTimer(callback, state, dueTime, period);
    }
}
