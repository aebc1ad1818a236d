using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Notify.FakeGateways;
using Notify.FakeGateways.WebPush;

namespace Notify.Providers.WebPush.Tests;

public sealed partial class OutcomeTests
{
    private const string Rfc8030 = "RFC 8030";
    private const string Rfc8292 = "RFC 8292";
    private const string Mozilla = "Mozilla, Autopush: Error Codes";
    private const string Apple = "Apple, Sending web push notifications in web apps and browsers";
    private const string Firebase = "Firebase, web push by its endpoint";

    /// <summary>The documented answers: the source, the status and code, and the outcome.</summary>
    public static TheoryData<string, int, string?, OutcomeKind> Documented =>
        new()
        {
            { Rfc8030 + " 5", 201, null, OutcomeKind.Sent },
            { Rfc8030 + " 5.1", 202, null, OutcomeKind.Sent },
            { Rfc8030 + " 5.2", 400, null, OutcomeKind.Rejected },
            { Rfc8030 + " 7.2", 413, null, OutcomeKind.Rejected },
            { Rfc8030 + " 7.3", 404, null, OutcomeKind.RecipientGone },
            { Rfc8030 + " 7.3", 410, null, OutcomeKind.RecipientGone },
            { Rfc8030 + " 8.4", 429, null, OutcomeKind.Retry },
            { Rfc8292 + " 4.2", 401, null, OutcomeKind.Rejected },
            { Rfc8292 + " 4.2", 403, null, OutcomeKind.Rejected },
            { Mozilla, 200, null, OutcomeKind.Sent },
            { Mozilla, 301, null, OutcomeKind.Rejected },
            { Mozilla, 400, "errno 101", OutcomeKind.Rejected },
            { Mozilla, 404, "errno 102", OutcomeKind.RecipientGone },
            { Mozilla, 410, "errno 103", OutcomeKind.RecipientGone },
            { Mozilla, 413, "errno 104", OutcomeKind.Rejected },
            { Mozilla, 410, "errno 105", OutcomeKind.RecipientGone },
            { Mozilla, 410, "errno 106", OutcomeKind.RecipientGone },
            { Mozilla, 400, "errno 108", OutcomeKind.Rejected },
            { Mozilla, 401, "errno 109", OutcomeKind.Rejected },
            { Mozilla, 400, "errno 110", OutcomeKind.Rejected },
            { Mozilla, 400, "errno 111", OutcomeKind.Rejected },
            { Mozilla, 400, "errno 112", OutcomeKind.Rejected },
            { Mozilla, 400, "errno 113", OutcomeKind.Rejected },
            { Mozilla, 429, "errno 201", OutcomeKind.Retry },
            { Mozilla, 503, "errno 201", OutcomeKind.Retry },
            { Mozilla, 503, "errno 202", OutcomeKind.Retry },
            { Mozilla, 500, "errno 999", OutcomeKind.Retry },
            { Mozilla, 502, "errno 900", OutcomeKind.AnswerLost },
            { Mozilla, 502, "errno 901", OutcomeKind.AnswerLost },
            { Mozilla, 502, "errno 902", OutcomeKind.AnswerLost },
            { Mozilla, 502, "errno 903", OutcomeKind.AnswerLost },
            { Apple, 400, "BadTtl", OutcomeKind.Rejected },
            { Apple, 400, "BadUrgency", OutcomeKind.Rejected },
            { Apple, 400, "BadWebPushRequest", OutcomeKind.Rejected },
            { Apple, 400, "BadWebPushTopic", OutcomeKind.Rejected },
            { Apple, 400, "VapidPkHashMismatch", OutcomeKind.Rejected },
            { Apple, 403, "BadAuthorizationHeader", OutcomeKind.Rejected },
            { Apple, 403, "BadJwtToken", OutcomeKind.Rejected },
            { Apple, 403, "BadVapidPublicKey", OutcomeKind.Rejected },
            { Apple, 403, "VapidPkHashMismatch", OutcomeKind.Rejected },
            { Apple, 404, "BadPath", OutcomeKind.RecipientGone },
            { Apple, 405, "MethodNotAllowed", OutcomeKind.Rejected },
            { Apple, 410, "ExpiredToken", OutcomeKind.RecipientGone },
            { Apple, 410, "Unregistered", OutcomeKind.RecipientGone },
            { Apple, 413, "PayloadTooLarge", OutcomeKind.Rejected },
            { Apple, 429, "TooManyRequests", OutcomeKind.Retry },
            { Apple, 500, "InternalServerError", OutcomeKind.Retry },
            { Apple, 503, "ServiceUnavailable", OutcomeKind.Retry },
            { Apple, 503, "Shutdown", OutcomeKind.Retry },
            { Firebase, 400, null, OutcomeKind.Rejected },
            { Firebase, 403, null, OutcomeKind.Rejected },
            { Firebase, 404, null, OutcomeKind.RecipientGone },
            { Firebase, 410, null, OutcomeKind.RecipientGone },
            { Firebase, 429, null, OutcomeKind.Retry },
            { Firebase, 500, null, OutcomeKind.Retry },
            { Firebase, 503, null, OutcomeKind.Retry },
            { "Windows", 406, null, OutcomeKind.Retry },
            { "RFC 9110 15.5.9", 408, null, OutcomeKind.Retry },
            { "RFC 8470 5.2", 425, null, OutcomeKind.Retry },
        };

    [Theory]
    [MemberData(nameof(Documented))]
    public async Task A_documented_answer_has_an_outcome(string source, int status, string? code, OutcomeKind outcome)
    {
        await using var gateway = await PushServiceGateway.StartAsync(new TestClock());
        await using var application = await WebPushApplication.StartAsync(gateway);
        gateway.FailNext(new PushFault(status) { Body = CreateBody(status, code) });

        var delivery = await application.SendAsync(gateway.Subscribe().Json);

        var attempt = Assert.Single(delivery.Attempts);
        Assert.True(outcome == attempt.Outcome, $"{source}: {attempt.Outcome}");
        Assert.Equal(
            outcome == OutcomeKind.Sent ? null
                : code is null ? $"HTTP {status}"
                : $"HTTP {status}: {code}",
            attempt.Reason
        );
    }

    [Theory]
    [InlineData("""{"reason":"your content-text"}""")]
    [InlineData("""{"reason":"BadTtl","reason2":""")]
    [InlineData("""{"message":{"reason":"BadJwtToken"},"errno":"content-text"}""")]
    [InlineData("""{"errno":-1.5}""")]
    [InlineData("""["reason"]""")]
    [InlineData("\u0000")]
    public async Task An_undocumented_answer_is_mapped_by_its_status(string body)
    {
        await using var gateway = await PushServiceGateway.StartAsync(new TestClock());
        await using var application = await WebPushApplication.StartAsync(gateway);
        gateway.FailNext(new PushFault(400) { Body = body });

        var attempt = Assert.Single((await application.SendAsync(gateway.Subscribe().Json)).Attempts);

        Assert.Contains(attempt.Reason, new[] { "HTTP 400", "HTTP 400: BadTtl" });
    }

    [Theory]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task Retry_After_determines_when_the_delivery_is_due(int status)
    {
        await using var gateway = await PushServiceGateway.StartAsync(new TestClock());
        await using var application = await WebPushApplication.StartAsync(gateway);
        gateway.FailNext(new PushFault(status) { RetryAfter = "1234" });

        var delivery = await application.SendAsync(gateway.Subscribe().Json);

        Assert.Equal(TestClock.Start.AddSeconds(1234), delivery.DueAt);
    }

    /// <summary>The provider keeps working for other endpoints, no matter what one endpoint answers and how often.</summary>
    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(429)]
    [InlineData(500)]
    public async Task A_hostile_endpoint_does_not_affect_other_deliveries(int status)
    {
        await using var gateway = await PushServiceGateway.StartAsync(new TestClock());
        await using var application = await WebPushApplication.StartAsync(gateway);
        var hostile = gateway.Subscribe().Json;
        gateway.FailNext(new PushFault(status), times: 30);

        for (var i = 0; i < 30; i++)
            await application.SendAsync(hostile);
        var delivery = await application.SendAsync(gateway.Subscribe().Json);

        Assert.Equal(DeliveryState.Sent, delivery.State);
        Assert.Equal(31, gateway.Requests);
    }

    [Fact]
    public async Task An_incomplete_answer_is_mapped_by_its_status()
    {
        await using var gateway = await GatewayServer.StartAsync(
            async context =>
            {
                // The body is shorter than its declared length, so Kestrel closes the connection after it. A reset could overtake
                // the status.
                (context.Response.StatusCode, context.Response.ContentLength) = (400, 100);
                await context.Response.WriteAsync("{");
            },
            tls: false
        );
        await using var application = await WebPushApplication.StartAsync(null);

        var attempt = Assert.Single((await application.SendAsync(Keys.Subscription($"{gateway.Address}push/1"))).Attempts);

        Assert.Equal((OutcomeKind.Rejected, "HTTP 400"), (attempt.Outcome, attempt.Reason));
    }

    [Theory]
    [InlineData(1024, true)]
    [InlineData(1025, false)]
    public async Task A_message_id_is_stored_up_to_1024_characters(int length, bool isKept)
    {
        var location = "/".PadRight(length, 'm');
        await using var gateway = await GatewayServer.StartAsync(
            context =>
            {
                (context.Response.StatusCode, context.Response.Headers.Location) = (201, location);
                return Task.CompletedTask;
            },
            tls: false
        );
        await using var application = await WebPushApplication.StartAsync(null);

        var attempt = Assert.Single((await application.SendAsync(Keys.Subscription($"{gateway.Address}push/1"))).Attempts);

        Assert.Equal((OutcomeKind.Sent, isKept ? location : null), (attempt.Outcome, attempt.ProviderMessageId));
    }

    [Fact]
    public async Task A_push_service_that_does_not_finish_connecting_is_retried()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var application = await WebPushApplication.StartAsync(null, options =>
            options.ConnectTimeout = TimeSpan.FromMilliseconds(10)
        );

        var attempt = Assert.Single(
            (await application.SendAsync(Keys.Subscription($"https://{silent.LocalEndpoint}/push/1"))).Attempts
        );

        Assert.Equal((OutcomeKind.Retry, "no connection in time"), (attempt.Outcome, attempt.Reason));
    }

    [Fact]
    public async Task Status_406_of_Windows_is_retried_after_Retry_After()
    {
        await using var gateway = await PushServiceGateway.StartAsync(new TestClock());
        await using var application = await WebPushApplication.StartAsync(gateway);
        gateway.FailNext(
            new PushFault(406) { RetryAfter = "120", Description = "The cloud service exceeded its throttle limit." }
        );

        var delivery = await application.SendAsync(gateway.Subscribe().Json);

        var attempt = Assert.Single(delivery.Attempts);
        Assert.Equal(
            (OutcomeKind.Retry, "HTTP 406: The cloud service exceeded its throttle limit."),
            (attempt.Outcome, attempt.Reason)
        );
        Assert.Equal(TestClock.Start.AddSeconds(120), delivery.DueAt);
    }

    [Theory]
    [InlineData("Channel expired", "HTTP 400: Channel expired")]
    [InlineData("The token BQYAAADEAhdpmlTRUvkgjBk is bad", "HTTP 400")]
    [InlineData("see https://example.org", "HTTP 400")]
    [InlineData("ada@example.org", "HTTP 400")]
    [InlineData("code 830174", "HTTP 400")]
    [InlineData("Donaudampfschifffahrtsgesellschaft", "HTTP 400")]
    [InlineData("", "HTTP 400")]
    public async Task A_description_of_Windows_is_shown_only_if_it_consists_of_words(string description, string reason)
    {
        await using var gateway = await PushServiceGateway.StartAsync(new TestClock());
        await using var application = await WebPushApplication.StartAsync(gateway);
        gateway.FailNext(new PushFault(400) { Description = description });

        var attempt = Assert.Single((await application.SendAsync(gateway.Subscribe().Json)).Attempts);

        Assert.Equal(reason, attempt.Reason);
    }

    [Fact]
    public async Task A_reset_connection_is_retried()
    {
        await using var gateway = await PushServiceGateway.StartAsync(new TestClock());
        await using var application = await WebPushApplication.StartAsync(gateway);
        gateway.FailNext(new PushFault(500) { IsReset = true }, times: 10);

        var delivery = await application.SendAsync(gateway.Subscribe().Json);

        var attempt = Assert.Single(delivery.Attempts);
        Assert.Equal(OutcomeKind.AnswerLost, attempt.Outcome);
        Assert.StartsWith("sent, but the answer was lost: connection failed (", attempt.Reason, StringComparison.Ordinal);
    }

    private static string CreateBody(int status, string? code) =>
        code switch
        {
            null => "<html>readable text</html>",
            _ when code.StartsWith("errno ", StringComparison.Ordinal) =>
                $$"""{"code":{{status}},"errno":{{code["errno ".Length..]}},"error":"An error","message":"readable text"}""",
            _ => $$"""{"reason":"{{code}}"}""",
        };
}
