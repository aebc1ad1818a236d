using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;
using Notify.TestSupport;

namespace Notify.Hosting.Tests;

/// <summary>Tests, with small attacks, how many resources callers can use before they are authenticated.</summary>
public sealed class LimitsTests
{
    private const string Trigger = """{"to":{"email":"ada@example.org"},"content":{"body":"x"}}""";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_callback_of_more_than_64_KB_is_refused(bool chunked)
    {
        await using var app = await ApiApplication.StartAsync(services: services =>
            services.AddSingleton<IReceiptCallback, AnyCallback>()
        );
        using var fits = await PostAsync(65_536);
        using var tooLarge = await PostAsync(65_537);

        Assert.Equal(HttpStatusCode.NoContent, fits.StatusCode);
        await tooLarge.ProblemAsync(HttpStatusCode.RequestEntityTooLarge);

        Task<HttpResponseMessage> PostAsync(int bytes) =>
            app.Client.SendAsync(
                new HttpRequestMessage(HttpMethod.Post, "/v1/callbacks/vendor")
                {
                    Content = new ByteArrayContent(new byte[bytes]),
                    Headers = { TransferEncodingChunked = chunked },
                }
            );
    }

    [Theory]
    [InlineData("Content-Length: 100\r\n\r\n{")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n")]
    [InlineData("Content-Length: 100\r\n\r\n")]
    public async Task A_body_that_does_not_arrive_in_time_is_abandoned(string rest)
    {
        await using var app = await ApiApplication.StartAsync(options => options.BodyTimeout = TimeSpan.FromSeconds(1));
        await using var connection = await BeginAsync(app, rest);

        var answer = await connection.ReadToEndAsync();

        Assert.StartsWith("HTTP/1.1 408 ", answer, StringComparison.Ordinal);
        Assert.Contains("Connection: close", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_trickles_in_is_abandoned_after_the_total_time()
    {
        await using var app = await ApiApplication.StartAsync(options => options.BodyTimeout = TimeSpan.FromSeconds(1));
        await using var connection = await BeginAsync(app, "Content-Length: 1000000\r\n\r\n");
        using var stop = new CancellationTokenSource();
        var trickle = TrickleAsync(connection, stop.Token);

        Assert.StartsWith("HTTP/1.1 408 ", await connection.ReadToEndAsync(), StringComparison.Ordinal);

        await stop.CancelAsync();
        await trickle;

        static async Task TrickleAsync(RawConnection connection, CancellationToken stop)
        {
            try
            {
                while (!stop.IsCancellationRequested)
                {
                    await connection.WriteAsync(new string(' ', 500));
                    await Task.Delay(TimeSpan.FromMilliseconds(50), stop);
                }
            }
            catch (Exception exception) when (exception is IOException or OperationCanceledException or InvalidOperationException)
            { }
        }
    }

    [Fact]
    public async Task Requests_over_the_limit_are_refused_until_one_ends()
    {
        // Kestrel ends a request whose body arrives too slowly, after a grace period of 5 seconds. This would free a place too
        // early.
        await using var app = await ApiApplication.StartAsync(
            options => options.MaxConcurrentRequests = 2,
            services => services.Configure<KestrelServerOptions>(kestrel => kestrel.Limits.MinRequestBodyDataRate = null)
        );
        await using (var first = await BeginAsync(app, "Expect: 100-continue\r\nContent-Length: 100\r\n\r\n"))
        await using (var second = await BeginAsync(app, "Expect: 100-continue\r\nContent-Length: 100\r\n\r\n"))
        {
            // The server asks for the body as soon as the request counts against the limit.
            Assert.StartsWith("HTTP/1.1 100 ", await first.ReadAsync(), StringComparison.Ordinal);
            Assert.StartsWith("HTTP/1.1 100 ", await second.ReadAsync(), StringComparison.Ordinal);
            using var refused = await app.TriggerAsync(Trigger);
            await refused.ProblemAsync(HttpStatusCode.ServiceUnavailable);
            Assert.NotNull(refused.Headers.RetryAfter);
            Assert.Equal(HttpStatusCode.OK, (await app.Client.GetAsync("/health/live")).StatusCode);
        }

        await Eventually.TrueAsync(
            async () => (await app.TriggerAsync(Trigger)).StatusCode == HttpStatusCode.Accepted,
            "a free place"
        );
    }

    [Fact]
    public async Task Streams_are_limited_per_key_until_one_ends()
    {
        await using var app = await ApiApplication.StartAsync(options => options.MaxEventStreams = 2);
        var first = await OpenAsync(app);
        using var second = await OpenAsync(app);
        using var third = await OpenAsync(app);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (first.StatusCode, second.StatusCode));
        await third.ProblemAsync(HttpStatusCode.TooManyRequests);
        first.Dispose();
        await Eventually.TrueAsync(
            async () =>
            {
                using var again = await OpenAsync(app);
                return again.StatusCode == HttpStatusCode.OK;
            },
            "the place of the stream that was closed"
        );
    }

    [Fact]
    public async Task A_stream_that_is_not_read_is_closed_and_no_longer_counts()
    {
        await using var app = await ApiApplication.StartAsync(options => options.MaxEventStreams = 1);
        await using var connection = await RawConnection.OpenAsync(app.Client.BaseAddress!);
        await connection.WriteAsync($"GET /v1/events HTTP/1.1\r\nHost: {app.Client.BaseAddress!.Authority}\r\n\r\n");
        var feed = app.Services.GetRequiredService<IEventFeed>();
        await Eventually.TrueAsync(() => feed.IsWatched, "the stream");

        // Large enough to fill the kernel's buffers for the connection soon.
        var settled = new NotifyEvent
        {
            Id = Guid.NewGuid(),
            Type = NotifyEventTypes.DeliverySent,
            Tenant = "default",
            OccurredAt = DateTimeOffset.UtcNow,
            Data = new DeliveryEventData
            {
                NotificationId = Guid.NewGuid(),
                DeliveryId = Guid.NewGuid(),
                Channel = Channel.Email,
                Provider = new string('x', 100_000),
                State = DeliveryState.Sent,
            },
        };
        await Eventually.TrueAsync(
            async () =>
            {
                for (var i = 0; i < 100; i++)
                    feed.Publish(settled);
                using var next = await OpenAsync(app);
                return next.StatusCode == HttpStatusCode.OK;
            },
            "the stream to be cut off"
        );
    }

    [Fact]
    public async Task Slow_callers_with_large_callback_bodies_use_little_memory()
    {
        using var folder = new TemporaryFolder();
        var (host, client) = await SampleProcess.StartHostAsync(
            folder.Path,
            null,
            "--urls",
            $"http://127.0.0.1:{FreePort.Next()}",
            "--Notify:Providers:vendor:Type=twilio",
            "--Notify:Providers:vendor:AccountSid=AC00000000000000000000000000000000",
            "--Notify:Providers:vendor:AuthToken=00000000000000000000000000000000",
            "--Notify:Providers:vendor:From=+46701234567",
            "--Notify:Providers:vendor:StatusCallbackUrl=https://example.org/v1/callbacks/vendor"
        );
        await using var running = host;
        var before = await MemoryAsync(client);
        var attackers = new List<RawConnection>();
        var writing = new List<Task>();
        try
        {
            var megabyte = new string('x', 1_000_000);
            for (var i = 0; i < 150; i++)
            {
                var attacker = await RawConnection.OpenAsync(client.BaseAddress!);
                attackers.Add(attacker);
                await attacker.WriteAsync(
                    $"POST /v1/callbacks/vendor HTTP/1.1\r\nHost: {client.BaseAddress!.Authority}\r\n"
                        + "Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n"
                );
                // The server stops reading, so the rest of the data stays with the attacker.
                writing.Add(attacker.TryWriteAsync($"F4240\r\n{megabyte}\r\n"));
            }

            Assert.InRange(await MemoryAsync(client) - before, long.MinValue, 60_000_000);
            Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/health/live")).StatusCode);
        }
        finally
        {
            foreach (var attacker in attackers)
                await attacker.DisposeAsync();
            await Task.WhenAll(writing);
        }
    }

    private static async Task<long> MemoryAsync(HttpClient client)
    {
        const string Metric = "dotnet_process_memory_working_set_bytes";
        var line = (await client.GetStringAsync("/metrics"))
            .Split('\n')
            .Single(line => line.StartsWith(Metric + "{", StringComparison.Ordinal));
        return (long)
            double.Parse(
                line[(line.IndexOf('}', StringComparison.Ordinal) + 1)..].Trim().Split(' ')[0],
                System.Globalization.CultureInfo.InvariantCulture
            );
    }

    private static async Task<RawConnection> BeginAsync(ApiApplication app, string rest)
    {
        var connection = await RawConnection.OpenAsync(app.Client.BaseAddress!);
        await connection.WriteAsync(
            $"POST /v1/notifications HTTP/1.1\r\nHost: {app.Client.BaseAddress!.Authority}\r\n"
                + $"Content-Type: application/json\r\n{rest}"
        );
        return connection;
    }

    private static Task<HttpResponseMessage> OpenAsync(ApiApplication app) =>
        app.Client.GetAsync("/v1/events", HttpCompletionOption.ResponseHeadersRead);

    private sealed class AnyCallback : IReceiptCallback
    {
        public string Provider => "vendor";

        public ValueTask<CallbackResult> ReadAsync(VendorCall call, CancellationToken cancellationToken) =>
            new(CallbackResult.Nothing);
    }
}
