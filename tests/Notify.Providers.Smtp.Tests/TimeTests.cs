using Microsoft.Extensions.DependencyInjection;
using Notify.FakeGateways.Smtp;
using Notify.TestSupport;

namespace Notify.Providers.Smtp.Tests;

/// <summary>Tests of the time that counts as an attempt, and of the time that a server may take for a message.</summary>
public sealed class TimeTests : IDisposable
{
    /// <summary>How long the server takes to accept a message: less than an attempt may last.</summary>
    private static readonly TimeSpan Accepting = TimeSpan.FromSeconds(20);

    /// <summary>
    /// How much time passes at each look at the server, for the engine's polls: so little that an attempt never ends by it.
    /// </summary>
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(5);

    private readonly ManualTime _time = new();
    private readonly Turns _turns = new();

    public void Dispose() => _turns.Dispose();

    [Fact]
    public async Task A_provider_has_as_many_deliveries_at_a_time_as_it_has_connections()
    {
        await using var byDefault = await Application.StartAsync(1);
        await using var three = await Application.StartAsync(1, mail => mail.MaxConnections = 3);
        await using var chosen = await Application.StartAsync(1, add: notifications => Limit(notifications, 50));

        Assert.Equal((8, 3, 50), (byDefault.Limits.MaxConcurrency, three.Limits.MaxConcurrency, chosen.Limits.MaxConcurrency));
    }

    [Theory]
    [InlineData(null, 3)] // One of four slots is kept for a higher priority.
    [InlineData(64, 4)]
    public async Task A_slow_server_takes_each_of_many_messages_once(int? maxConcurrency, int atOnce)
    {
        await using var server = SmtpGateway.Start(new() { BeforeAccepting = _turns.WaitAsync });
        await using var application = await StartAsync(server, mail => mail.MaxConnections = 4, maxConcurrency);

        var notifications = await Task.WhenAll(
            Enumerable.Range(0, 36).Select(i => application.SendAsync($"user-{i}@example.org"))
        );
        await TakeAsync(server, count: 36, atOnce);
        foreach (var notification in notifications)
            Assert.Single((await application.AcceptedAsync(notification)).Attempts);

        Assert.Equal(36, server.MessagesTaken);
        Assert.Equal(36, server.Messages.Select(message => message.Recipients[0]).Distinct().Count());
    }

    [Fact]
    public async Task A_wait_for_a_connection_is_no_part_of_the_attempt()
    {
        await using var server = SmtpGateway.Start(new() { BeforeAccepting = _turns.WaitAsync });
        await using var application = await StartAsync(server, mail => mail.MaxConnections = 1, maxConcurrency: 16);

        var notifications = await Task.WhenAll(
            Enumerable.Range(0, 6).Select(i => application.SendAsync($"user-{i}@example.org"))
        );
        await TakeAsync(server, count: 6, atOnce: 1);
        var attempts = new List<Attempt>();
        foreach (var notification in notifications)
            attempts.Add(Assert.Single((await application.AcceptedAsync(notification)).Attempts));

        Assert.All(attempts, attempt => Assert.InRange(attempt.Duration, Accepting, 2 * Accepting));
        var begun = attempts.Select(attempt => attempt.StartedAt).Order().ToArray();
        Assert.All(begun.Zip(begun.Skip(1)), pair => Assert.True(pair.Second - pair.First >= Accepting));
    }

    [Fact]
    public async Task A_server_may_take_longer_for_a_message_than_an_attempt_lasts()
    {
        await using var server = SmtpGateway.Start(new() { BeforeAccepting = _turns.WaitAsync });
        await using var application = await StartAsync(server, limits: limits => limits.LeaseDuration = TimeSpan.FromHours(1));
        var id = await application.SendAsync("ada@example.org");
        await _turns.WaitedForAsync(1);
        await Eventually.TrueAsync(() => _time.HasTimerDueIn(TimeSpan.FromMinutes(10)), "the time for accepting a message");

        _time.Advance(TimeSpan.FromMinutes(9));
        _turns.Release(1);

        var record = await application.AcceptedAsync(id);
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
        var silent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = SmtpGateway.Start(new() { Pipelining = false, Misbehave = Stall });
        await using var application = await StartAsync(server);

        var id = await application.SendAsync("ada@example.org");
        await silent.Task;
        _time.Advance(TimeSpan.FromSeconds(30));
        var record = await application.WaitsForRetryAsync(id);

        Assert.Equal((OutcomeKind.Retry, isProviders), (record.Attempts[0].Outcome, record.Delivery.AttemptsSpent == 0));
        if (reason is not null)
            Assert.Equal(reason, record.Attempts[0].Reason);

        SmtpMisbehavior? Stall(SmtpCommand sent)
        {
            if (sent.Verb != command)
                return null;
            silent.TrySetResult();
            return SmtpMisbehavior.Stall;
        }
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

    /// <summary>Starts an application whose time passes only when the test says so.</summary>
    private Task<Application> StartAsync(
        SmtpGateway server,
        Action<MailOptions>? configure = null,
        int? maxConcurrency = null,
        Action<NotificationsOptions>? limits = null
    ) => Application.StartAsync(server.Port, configure, limits, notifications =>
        {
            notifications.Services.AddSingleton<TimeProvider>(_time);
            notifications.Services.Configure<NotificationsOptions>(options => options.PollInterval = 4 * Step);
            Limit(notifications, maxConcurrency);
        });

    /// <summary>Lets the server accept the messages, so many at once, each after its time.</summary>
    private async Task TakeAsync(SmtpGateway server, int count, int atOnce)
    {
        for (var taken = atOnce; taken <= count; taken += atOnce)
        {
            await _turns.WaitedForAsync(atOnce, Poll);
            _time.Advance(Accepting);
            _turns.Release(atOnce);
            await Eventually.TrueAsync(() => server.MessagesTaken == taken, $"{taken} messages to be accepted");
        }

        void Poll() => _time.Advance(Step);
    }

    private static void Limit(INotificationsBuilder notifications, int? maxConcurrency)
    {
        if (maxConcurrency is { } max)
            notifications.Services.Configure<ProviderOptions>(MailProvider.Name, options => options.MaxConcurrency = max);
    }

    /// <summary>Holds messages until the test lets the server accept them.</summary>
    private sealed class Turns : IDisposable
    {
        private readonly SemaphoreSlim _turns = new(0);
        private int _waiting;

        public async Task WaitAsync(CancellationToken stopping)
        {
            Interlocked.Increment(ref _waiting);
            await _turns.WaitAsync(stopping);
            Interlocked.Decrement(ref _waiting);
        }

        public Task WaitedForAsync(int count, Action? poll = null) =>
            Eventually.TrueAsync(
                () =>
                {
                    poll?.Invoke();
                    return Volatile.Read(ref _waiting) == count;
                },
                $"{count} messages to be held"
            );

        public void Release(int count) => _turns.Release(count);

        public void Dispose() => _turns.Dispose();
    }
}
