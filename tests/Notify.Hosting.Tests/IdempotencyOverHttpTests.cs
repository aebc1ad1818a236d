using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Hosting.Tests;

/// <summary>Tests calls that are repeated with the same idempotency key.</summary>
public sealed class IdempotencyOverHttpTests
{
    private const string Email = """{"to":{"email":"ada@example.org"},"content":{"body":"x"}}""";
    private const string News = "/v1/topics/news/subscribers";

    [Theory]
    [InlineData("\"abc\"", "abc")]
    [InlineData("\"a \\\"quoted\\\" \\\\ key\"", "a \"quoted\" \\ key")]
    [InlineData("8e03978e-40d5-43dd-bc93-6894a57f9324", "\"8e03978e-40d5-43dd-bc93-6894a57f9324\"")]
    public async Task The_quoted_form_and_the_bare_form_are_the_same_key(string first, string second)
    {
        await using var app = await ApiApplication.StartAsync();

        using var original = await app.TriggerAsync(Email, ("Idempotency-Key", first));
        using var repeated = await app.TriggerAsync(Email, ("Idempotency-Key", second));

        Assert.False(original.Headers.Contains("Idempotency-Replayed"));
        Assert.Equal(["true"], repeated.Headers.GetValues("Idempotency-Replayed"));
        Assert.Equal(original.Headers.Location, repeated.Headers.Location);
        Assert.Equal(HttpStatusCode.Accepted, repeated.StatusCode);
    }

    [Theory]
    [InlineData("\"abc")]
    [InlineData("\"")]
    [InlineData("\"\"")]
    [InlineData("\"a\"b\"")]
    [InlineData("\"abc\";x=1")]
    [InlineData("\"a\\b\"")]
    public async Task A_malformed_quoted_key_is_refused(string key)
    {
        await using var app = await ApiApplication.StartAsync();
        foreach (var path in (string[])["/v1/notifications", News])
        {
            using var response = await SendAsync(app, path, Email, key);

            var problem = await response.ProblemAsync(HttpStatusCode.BadRequest);
            Assert.Equal("invalid", Assert.Single(problem.ErrorsIn("Idempotency-Key")).Text("code"));
        }
    }

    [Fact]
    public async Task A_key_whose_first_call_is_running_is_answered_at_once_and_can_be_repeated_later()
    {
        var (stored, release) = (CreateSignal(), CreateSignal());
        var queue = new CountingQueue
        {
            Stored = () =>
            {
                stored.TrySetResult();
                return release.Task;
            },
        };
        await using var app = await ApiApplication.StartAsync(services: queue.Watch);
        var first = app.TriggerAsync(Email, ("Idempotency-Key", "k"));
        await stored.Task.WaitAsync(TimeSpan.FromSeconds(30));

        using var second = await app.TriggerAsync(Email, ("Idempotency-Key", "\"k\""));
        Assert.Equal("idempotency_key_in_use", (await second.ProblemAsync(HttpStatusCode.Conflict)).Text("code"));
        Assert.Equal(TimeSpan.FromSeconds(1), second.Headers.RetryAfter?.Delta);

        release.TrySetResult();
        using var done = await first;
        using var third = await app.TriggerAsync(Email, ("Idempotency-Key", "k"));
        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.Accepted), (done.StatusCode, third.StatusCode));
        Assert.Equal(done.Headers.Location, third.Headers.Location);
    }

    [Fact]
    public async Task Repeated_bulk_calls_are_answered_alike_and_not_done_twice()
    {
        await using var app = await ApiApplication.StartOnSqliteAsync();
        using var subscribed = await SendAsync(app, News, """{"users":["ada","bob"]}""", "one");
        using var removed = await SendAsync(app, $"{News}/remove", """{"users":["ada"]}""", "one");

        // Without the key, this would subscribe ada again.
        using var repeated = await SendAsync(app, News, """{"users":["ada","bob"]}""", "\"one\"");
        using var other = await SendAsync(app, News, """{"users":["eve"]}""", "one");
        using var otherTopic = await SendAsync(app, "/v1/topics/sport/subscribers", """{"users":["eve"]}""", "one");

        Assert.Equal(HttpStatusCode.NoContent, subscribed.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, repeated.StatusCode);
        Assert.Equal(["true"], repeated.Headers.GetValues("Idempotency-Replayed"));
        Assert.Equal("idempotency_key_reused", (await other.ProblemAsync(HttpStatusCode.UnprocessableEntity)).Text("code"));
        Assert.Equal(HttpStatusCode.NoContent, otherTopic.StatusCode);
        Assert.Equal(1, (await app.CallAsync("GET", News)).GetProperty("count").GetInt32());
    }

    [Fact]
    public async Task Repeated_receipts_are_stored_once()
    {
        await using var app = await ApiApplication.StartOnSqliteAsync();
        var url = await app.AcceptAsync(Email);
        var id = (await app.WhenAsync(url, "sent", 1)).DeliveryOver("email").Text("id");
        var receipts =
            $$"""{"receipts":[{"deliveryId":"{{id}}","kind":"opened"},{"deliveryId":"{{Guid.Empty}}","kind":"opened"}]}""";

        using var first = await SendAsync(app, "/v1/receipts", receipts, "r");
        using var second = await SendAsync(app, "/v1/receipts", receipts, "r");

        Assert.Equal(await first.Content.ReadAsStringAsync(), await second.Content.ReadAsStringAsync());
        Assert.Equal(first.Content.Headers.ContentType, second.Content.Headers.ContentType);
        Assert.Single((await app.CallAsync("GET", url)).DeliveryOver("email").GetProperty("receipts").EnumerateArray());
    }

    [Fact]
    public async Task A_repeated_replay_replays_nothing_and_returns_the_first_count()
    {
        await using var app = await ApiApplication.StartOnSqliteAsync(
            new ScriptedProvider("mail", Channel.Email, _ => Outcome.Rejected("550"))
        );
        var url = await app.AcceptAsync(Email);
        await app.WhenAsync(url, "deadLetter", 1);

        using var first = await SendAsync(app, "/v1/dead-letters/replay", """{"all":true}""", "r");
        await Eventually.TrueAsync(async () => await CountAttemptsAsync(app, url) == 2, "the second attempt");
        await app.WhenAsync(url, "deadLetter", 1);
        using var second = await SendAsync(app, "/v1/dead-letters/replay", """{"all":true}""", "r");

        Assert.Equal("""{"count":1,"dryRun":false}""", await first.Content.ReadAsStringAsync());
        Assert.Equal("""{"count":1,"dryRun":false}""", await second.Content.ReadAsStringAsync());
        Assert.Equal("deadLetter", (await app.CallAsync("GET", url)).DeliveryOver("email").Text("state"));
        Assert.Equal(2, await CountAttemptsAsync(app, url));
    }

    [Fact]
    public async Task A_bulk_call_that_is_refused_or_fails_leaves_its_key_free()
    {
        var topics = new FailingTopics();
        await using var app = await ApiApplication.StartAsync(services: topics.Watch);
        using var refused = await SendAsync(app, News, """{"users":[""]}""", "k");
        using var failed = await SendAsync(app, News, """{"users":["ada"]}""", "k");
        topics.Failure = null;
        using var done = await SendAsync(app, News, """{"users":["ada"]}""", "k");

        Assert.Equal(
            (HttpStatusCode.BadRequest, HttpStatusCode.ServiceUnavailable, HttpStatusCode.NoContent),
            (refused.StatusCode, failed.StatusCode, done.StatusCode)
        );
    }

    [Fact]
    public async Task A_running_bulk_call_holds_its_key_until_its_process_is_gone()
    {
        var (time, topics) = (new ManualTime(), new FailingTopics { Failure = null, Gate = CreateSignal() });
        await using var app = await ApiApplication.StartAsync(services: services =>
        {
            services.AddSingleton<TimeProvider>(time);
            topics.Watch(services);
        });
        // Timers that began with the application are due at other times than the renewals.
        time.Advance(TimeSpan.FromSeconds(7));
        var first = SendAsync(app, News, """{"users":["ada"]}""", "k");
        await topics.Entered.Task.WaitAsync(TimeSpan.FromSeconds(30));

        using var second = await SendAsync(app, News, """{"users":["ada"]}""", "k");
        Assert.Equal("idempotency_key_in_use", (await second.ProblemAsync(HttpStatusCode.Conflict)).Text("code"));

        // The claim is renewed every 30 seconds while the call runs.
        await RenewalIsScheduledAsync(time);
        for (var i = 0; i < 10; i++)
        {
            time.Advance(TimeSpan.FromSeconds(30));
            await RenewalIsScheduledAsync(time);
        }

        using var third = await SendAsync(app, News, """{"users":["ada"]}""", "k");
        Assert.Equal(HttpStatusCode.Conflict, third.StatusCode);

        // A process that stands still does not renew its claim, and another one takes over.
        time.SetUtcNow(time.GetUtcNow().AddMinutes(3));
        var fourth = SendAsync(app, News, """{"users":["ada"]}""", "k");
        await Eventually.TrueAsync(() => topics.Entries == 2, "the fourth call");
        topics.Gate.SetResult();
        using var done = await first;
        using var doneAgain = await fourth;
        using var fifth = await SendAsync(app, News, """{"users":["ada"]}""", "k");
        Assert.Equal((HttpStatusCode.NoContent, HttpStatusCode.NoContent), (done.StatusCode, doneAgain.StatusCode));
        Assert.True(fifth.Headers.Contains("Idempotency-Replayed"));
        Assert.Equal(2, topics.Entries);
    }

    [Fact]
    public async Task An_answer_is_kept_as_long_as_a_key_and_then_deleted()
    {
        var time = new ManualTime();
        await using var app = await ApiApplication.StartAsync(services: services =>
        {
            services.AddSingleton<TimeProvider>(time);
            services.Configure<NotificationsOptions>(options => options.IdempotencyRetention = TimeSpan.FromHours(6));
        });
        using var first = await SendAsync(app, News, """{"users":["ada"]}""", "k");
        time.Advance(TimeSpan.FromHours(5.9));
        using var kept = await SendAsync(app, News, """{"users":["ada"]}""", "k");
        time.Advance(TimeSpan.FromHours(0.2));
        using var free = await SendAsync(app, News, """{"users":["bob"]}""", "k");
        time.Advance(TimeSpan.FromHours(7));
        using var another = await SendAsync(app, News, """{"users":["bob"]}""", "another");

        Assert.True(kept.Headers.Contains("Idempotency-Replayed"));
        Assert.Equal(HttpStatusCode.NoContent, free.StatusCode);
        Assert.False(free.Headers.Contains("Idempotency-Replayed"));
        var tokens = app.Services.GetRequiredService<ISharedTokenStore>();
        Assert.Equal(1, await tokens.PurgeAsync("once:", DateTimeOffset.MaxValue, 10, CancellationToken.None));
    }

    private static Task<HttpResponseMessage> SendAsync(ApiApplication app, string path, string json, string key)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new StringContent(json, Encoding.UTF8, "application/json"),
        };
        request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        return app.Client.SendAsync(request);
    }

    private static async Task<int> CountAttemptsAsync(ApiApplication app, string url) =>
        (await app.CallAsync("GET", url)).DeliveryOver("email").GetProperty("attempts").GetArrayLength();

    private static TaskCompletionSource CreateSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static Task RenewalIsScheduledAsync(ManualTime time) =>
        Eventually.TrueAsync(() => time.HasTimerDueIn(TimeSpan.FromSeconds(30)), "the timer of the renewal");

    /// <summary>Forwards all calls to the in-memory topics, but fails or waits when users subscribe.</summary>
    private sealed class FailingTopics : ITopicStore
    {
        private ITopicStore _inner = null!;
        private int _entries;

        public Exception? Failure { get; set; } = new TimeoutException();

        public TaskCompletionSource? Gate { get; init; }

        public TaskCompletionSource Entered { get; } = CreateSignal();

        public int Entries => _entries;

        public void Watch(IServiceCollection services)
        {
            var registered = services.Last(service => service.ServiceType == typeof(ITopicStore));
            services.Remove(registered);
            services.AddSingleton<ITopicStore>(provider =>
            {
                _inner = (ITopicStore)registered.ImplementationFactory!(provider);
                return this;
            });
        }

        public async ValueTask SubscribeAsync(
            string tenant,
            string topic,
            IReadOnlyList<string> userIds,
            CancellationToken cancellationToken
        )
        {
            Interlocked.Increment(ref _entries);
            Entered.TrySetResult();
            if (Failure is not null)
                throw Failure;
            if (Gate is not null)
                await Gate.Task;
            await _inner.SubscribeAsync(tenant, topic, userIds, cancellationToken);
        }

        public ValueTask UnsubscribeAsync(
            string tenant,
            string topic,
            IReadOnlyList<string> userIds,
            CancellationToken cancellationToken
        ) => _inner.UnsubscribeAsync(tenant, topic, userIds, cancellationToken);

        public ValueTask<IReadOnlyList<string>> ListAsync(
            string tenant,
            string topic,
            string after,
            int limit,
            CancellationToken cancellationToken
        ) => _inner.ListAsync(tenant, topic, after, limit, cancellationToken);

        public ValueTask<long?> CountAsync(string tenant, string topic, CancellationToken cancellationToken) =>
            _inner.CountAsync(tenant, topic, cancellationToken);

        public ValueTask<IReadOnlyList<string>> ListTopicsAsync(
            string tenant,
            string prefix,
            string after,
            int limit,
            CancellationToken cancellationToken
        ) => _inner.ListTopicsAsync(tenant, prefix, after, limit, cancellationToken);
    }
}
