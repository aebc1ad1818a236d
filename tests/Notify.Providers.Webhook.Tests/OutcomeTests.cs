using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Notify.TestSupport;

namespace Notify.Providers.Webhook.Tests;

public sealed class OutcomeTests
{
    [Theory]
    [InlineData(200, OutcomeKind.Sent)]
    [InlineData(202, OutcomeKind.Sent)]
    [InlineData(204, OutcomeKind.Sent)]
    [InlineData(300, OutcomeKind.Retry)]
    [InlineData(301, OutcomeKind.Retry)]
    [InlineData(307, OutcomeKind.Retry)]
    [InlineData(304, OutcomeKind.Retry)]
    [InlineData(400, OutcomeKind.Retry)]
    [InlineData(401, OutcomeKind.Retry)]
    [InlineData(403, OutcomeKind.Retry)]
    [InlineData(404, OutcomeKind.Retry)]
    [InlineData(405, OutcomeKind.Retry)]
    [InlineData(408, OutcomeKind.Retry)]
    [InlineData(409, OutcomeKind.Retry)]
    [InlineData(410, OutcomeKind.RecipientGone)]
    [InlineData(413, OutcomeKind.Retry)]
    [InlineData(422, OutcomeKind.Retry)]
    [InlineData(425, OutcomeKind.Retry)]
    [InlineData(451, OutcomeKind.Retry)]
    [InlineData(429, OutcomeKind.Retry)]
    [InlineData(500, OutcomeKind.Retry)]
    [InlineData(501, OutcomeKind.Retry)]
    [InlineData(502, OutcomeKind.AnswerLost)]
    [InlineData(503, OutcomeKind.Retry)]
    [InlineData(504, OutcomeKind.AnswerLost)]
    [InlineData(599, OutcomeKind.Retry)]
    public async Task A_status_has_an_outcome(int status, OutcomeKind outcome)
    {
        await using var endpoint = await Endpoint.StartAsync(status);
        await using var application = await WebhookApplication.StartFrozenAsync();

        var delivery = await application.SendAsync(endpoint.Url);

        var attempt = Assert.Single(delivery.Attempts);
        Assert.Equal(outcome, attempt.Outcome);
        Assert.Equal(outcome == OutcomeKind.Sent ? null : $"HTTP {status}", attempt.Reason);
    }

    public static TheoryData<int, string, TimeSpan> RetryAfters =>
        new()
        {
            { 429, "120", TimeSpan.FromSeconds(120) },
            { 503, "7", TimeSpan.FromSeconds(7) },
            { 429, TestClock.Start.AddMinutes(90).ToString("R", CultureInfo.InvariantCulture), TimeSpan.FromMinutes(90) },
            { 503, TestClock.Start.AddSeconds(30).ToString("R", CultureInfo.InvariantCulture), TimeSpan.FromSeconds(30) },
        };

    [Theory]
    [MemberData(nameof(RetryAfters))]
    public async Task Retry_after_says_when_the_delivery_is_due_again(int status, string retryAfter, TimeSpan delay)
    {
        await using var endpoint = await StartAsync(status, retryAfter);
        await using var application = await WebhookApplication.StartFrozenAsync();

        var delivery = await application.SendAsync(endpoint.Url);

        Assert.Equal(TestClock.Start + delay, delivery.DueAt);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("soon")]
    [InlineData("Tue, 01 Jan 2030 00:00:00 GMT")]
    public async Task A_retry_after_that_names_no_time_to_come_leaves_the_delay_to_the_retry_options(string retryAfter)
    {
        await using var endpoint = await StartAsync(503, retryAfter);
        await using var application = await WebhookApplication.StartFrozenAsync();

        var delivery = await application.SendAsync(endpoint.Url);

        Assert.True(delivery.DueAt >= TestClock.Start + new RetryOptions().Delay);
    }

    [Fact]
    public async Task A_connection_that_is_reset_is_retried()
    {
        await using var endpoint = await Endpoint.StartAsync(context => context.Abort());
        await using var application = await WebhookApplication.StartFrozenAsync();

        AssertPending(
            OutcomeKind.AnswerLost,
            "sent, but the answer was lost: connection failed (ConnectionReset)",
            await application.SendAsync(endpoint.Url)
        );
    }

    [Fact]
    public async Task A_refused_connection_is_retried()
    {
        await using var application = await WebhookApplication.StartFrozenAsync();

        AssertRetry("connection failed (ConnectionRefused)", await application.SendAsync($"http://127.0.0.1:{FreePort.Next()}/"));
    }

    [Fact]
    public async Task A_connection_that_is_not_answered_in_time_is_retried()
    {
        // A queue of one that nobody accepts from: once it is full, the system answers no further connection.
        using var full = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        full.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        full.Listen(0);
        using var first = new TcpClient();
        await first.ConnectAsync((IPEndPoint)full.LocalEndPoint!);
        await using var application = await WebhookApplication.StartFrozenAsync(options =>
            options.ConnectTimeout = TimeSpan.FromMilliseconds(100)
        );

        var delivery = await application.SendAsync($"http://{full.LocalEndPoint}/");

        AssertRetry("no connection in time", delivery);
    }

    [Fact]
    public async Task An_endpoint_that_is_slower_than_the_attempt_timeout_is_retried()
    {
        var time = new ManualTime();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var endpoint = await Endpoint.StartAsync(context =>
        {
            asked.TrySetResult();
            return Never(context);
        });
        await using var application = await WebhookApplication.StartAsync(configureServices: services =>
            services.AddSingleton<TimeProvider>(time)
        );

        var id = await application.TriggerAsync(Recipient.Webhook(endpoint.Url));
        await asked.Task;
        time.Advance(TimeSpan.FromSeconds(30));

        AssertPending(OutcomeKind.AnswerLost, "no answer within 30 s", await application.AttemptedAsync(id, attempts: 1));
    }

    [Fact]
    public async Task A_response_whose_body_never_ends_is_accepted_by_its_headers()
    {
        await using var endpoint = await Endpoint.StartAsync(async context =>
        {
            await context.Response.Body.FlushAsync();
            await Never(context);
        });
        await using var application = await WebhookApplication.StartFrozenAsync();

        var delivery = await application.SendAsync(endpoint.Url);

        Assert.Equal(DeliveryState.Sent, delivery.State);
    }

    [Fact]
    public async Task A_tls_failure_is_retried()
    {
        await using var endpoint = await Endpoint.StartAsync(200);
        await using var application = await WebhookApplication.StartFrozenAsync();

        AssertRetry(
            "connection failed (SecureConnectionError)",
            await application.SendAsync($"https://127.0.0.1:{endpoint.Port}/")
        );
    }

    [Fact]
    public async Task A_url_whose_host_has_no_name_is_rejected()
    {
        await using var application = await WebhookApplication.StartFrozenAsync();

        var exception = await Assert.ThrowsAsync<InvalidRequestException>(() => application.SendAsync("http://\u200b/"));

        Assert.Equal("to[0]", Assert.Single(exception.Errors).Field);
    }

    private static Task<Endpoint> StartAsync(int status, string retryAfter) =>
        Endpoint.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.RetryAfter = retryAfter;
        });

    private static Task Never(HttpContext context) =>
        Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);

    private static void AssertRetry(string reason, DeliveryRecord delivery) => AssertPending(OutcomeKind.Retry, reason, delivery);

    private static void AssertPending(OutcomeKind outcome, string reason, DeliveryRecord delivery)
    {
        var attempt = Assert.Single(delivery.Attempts);
        Assert.Equal((outcome, reason), (attempt.Outcome, attempt.Reason));
        Assert.Equal(DeliveryState.Pending, delivery.State);
    }
}
