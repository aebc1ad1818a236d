using Microsoft.Extensions.DependencyInjection;
using Notify.FakeGateways.Smtp;

namespace Notify.Providers.Smtp.Tests;

/// <summary>What counts towards an attempt's time, and how long a server may take for a message.</summary>
public sealed class TimeTests
{
    [Fact]
    public async Task A_provider_has_as_many_deliveries_at_a_time_as_it_has_connections()
    {
        await using var byDefault = await Application.StartAsync(1);
        await using var three = await Application.StartAsync(1, mail => mail.MaxConnections = 3);
        await using var chosen = await Application.StartAsync(1, add: notifications => Limit(notifications, 50));

        Assert.Equal((8, 3, 50), (byDefault.Limits.MaxConcurrency, three.Limits.MaxConcurrency, chosen.Limits.MaxConcurrency));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(64)]
    public async Task A_slow_server_takes_each_of_many_messages_once(int? maxConcurrency)
    {
        await using var server = SmtpGateway.Start(new() { TakesFor = TimeSpan.FromMilliseconds(200) });
        await using var application = await Application.StartAsync(
            server.Port,
            mail => mail.MaxConnections = 4,
            limits => limits.AttemptTimeout = TimeSpan.FromMilliseconds(600),
            notifications => Limit(notifications, maxConcurrency)
        );

        var notifications = await Task.WhenAll(
            Enumerable.Range(0, 40).Select(i => application.SendAsync($"user-{i}@example.org"))
        );
        foreach (var notification in notifications)
            await application.AcceptedAsync(notification);

        Assert.Equal(40, server.MessagesTaken);
        Assert.Equal(40, server.Messages.Select(message => message.Recipients[0]).Distinct().Count());
    }

    [Fact]
    public async Task A_wait_for_a_connection_is_no_part_of_the_attempt()
    {
        await using var server = SmtpGateway.Start(new() { TakesFor = TimeSpan.FromMilliseconds(250) });
        await using var application = await Application.StartAsync(
            server.Port,
            mail => mail.MaxConnections = 1,
            limits => limits.AttemptTimeout = TimeSpan.FromMilliseconds(400),
            notifications => Limit(notifications, 16)
        );

        var notifications = await Task.WhenAll(
            Enumerable.Range(0, 6).Select(i => application.SendAsync($"user-{i}@example.org"))
        );
        var attempts = new List<Attempt>();
        foreach (var notification in notifications)
            attempts.Add(Assert.Single((await application.AcceptedAsync(notification)).Attempts));

        Assert.All(attempts, attempt => Assert.InRange(attempt.Duration.TotalMilliseconds, 200, 900));
        var begun = attempts.Select(attempt => attempt.StartedAt).Order().ToArray();
        Assert.All(begun.Zip(begun.Skip(1)), pair => Assert.True(pair.Second - pair.First > TimeSpan.FromMilliseconds(150)));
    }

    [Fact]
    public async Task A_server_may_take_longer_for_a_message_than_the_attempt_and_its_lease_last()
    {
        await using var server = SmtpGateway.Start(new() { TakesFor = TimeSpan.FromMilliseconds(2_500) });
        await using var application = await Application.StartAsync(server.Port, limits: limits =>
            (limits.AttemptTimeout, limits.LeaseDuration) = (TimeSpan.FromMilliseconds(300), TimeSpan.FromMilliseconds(800))
        );

        var record = await application.AcceptedAsync(await application.SendAsync("ada@example.org"));

        Assert.Equal(OutcomeKind.Sent, Assert.Single(record.Attempts).Outcome);
        Assert.Equal(1, server.MessagesTaken);
    }

    [Theory]
    [InlineData("CONNECT", true, "the server did not accept the connection or did not greet in time")]
    [InlineData("EHLO", true, null)]
    [InlineData("MAIL", true, "no answer to MAIL in time")]
    [InlineData("RCPT", false, "no answer to RCPT in time")]
    [InlineData("DATA", false, "the server did not read the content in time")]
    public async Task A_server_that_falls_silent_before_a_message_is_sent_has_not_got_it(
        string command,
        bool isProviders,
        string? reason
    )
    {
        await using var server = SmtpGateway.Start(
            new() { Pipelining = false, Misbehave = sent => sent.Verb == command ? SmtpMisbehavior.Stall : null }
        );
        await using var application = await Application.StartAsync(server.Port, limits: limits =>
            limits.AttemptTimeout = TimeSpan.FromMilliseconds(300)
        );

        var record = await application.WaitsForRetryAsync(await application.SendAsync("ada@example.org"));

        Assert.Equal((OutcomeKind.Retry, isProviders), (record.Attempts[0].Outcome, record.Delivery.AttemptsSpent == 0));
        if (reason is not null)
            Assert.Equal(reason, record.Attempts[0].Reason);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("what?")]
    [InlineData("354 go on")]
    public async Task What_a_server_leaves_without_an_answer_after_its_last_line_may_have_been_taken(string? answer)
    {
        await using var server = SmtpGateway.Start(
            new()
            {
                Misbehave = sent =>
                    sent is not { Verb: ".", Connection: 1 } ? null
                    : answer is null ? SmtpMisbehavior.Close
                    : SmtpMisbehavior.AnswerAndClose(answer),
            }
        );
        await using var application = await Application.StartAsync(server.Port);

        var record = await application.AcceptedAsync(await application.SendAsync("ada@example.org"));

        Assert.Equal([OutcomeKind.AnswerLost, OutcomeKind.Sent], record.Attempts.Select(attempt => attempt.Outcome));
        Assert.StartsWith("sent, but the answer was lost: ", record.Attempts[0].Reason, StringComparison.Ordinal);
        Assert.Equal(1, record.Delivery.AttemptsSpent);
    }

    [Fact]
    public async Task A_message_that_got_lost_on_a_connection_of_earlier_ones_is_not_sent_again_unnoticed()
    {
        var count = 0;
        await using var server = SmtpGateway.Start(
            new() { Misbehave = sent => sent.Verb == "." && Interlocked.Increment(ref count) == 2 ? SmtpMisbehavior.Close : null }
        );
        await using var application = await Application.StartAsync(server.Port, mail => mail.MaxConnections = 1);

        await application.AttemptAsync(Deliveries.To("ada@example.org"));
        var lost = await application.AttemptAsync(Deliveries.To("bob@example.org"));

        Assert.Equal(OutcomeKind.AnswerLost, lost.Kind);
        Assert.Equal(["ada@example.org"], server.Messages.Select(message => message.Recipients[0]));
    }

    private static void Limit(INotificationsBuilder notifications, int? maxConcurrency)
    {
        if (maxConcurrency is { } max)
            notifications.Services.Configure<ProviderOptions>(MailProvider.Name, options => options.MaxConcurrency = max);
    }
}
