using Notify.FakeGateways.Smtp;

namespace Notify.Providers.Smtp.Tests;

/// <summary>What the server's answers come to.</summary>
public sealed class OutcomeTests
{
    [Theory]
    [InlineData("gone", OutcomeKind.RecipientGone, "550 5.1.1 bad destination mailbox address")]
    [InlineData("moved", OutcomeKind.RecipientGone, "550 5.1.6 destination mailbox has moved")]
    [InlineData("nullmx", OutcomeKind.RecipientGone, "556 5.1.10 recipient address has null MX")]
    [InlineData("unavailable", OutcomeKind.Rejected, "550 mailbox unavailable")]
    [InlineData("large", OutcomeKind.Rejected, "552 5.3.4 message too big for system")]
    [InlineData("spam", OutcomeKind.Rejected, "554 5.7.1 delivery not authorized, message refused")]
    [InlineData("norelay", OutcomeKind.Rejected, "554 5.7.1 delivery not authorized, message refused")]
    [InlineData("odd", OutcomeKind.Rejected, "599")]
    public async Task A_permanent_refusal_is_a_dead_letter_after_one_attempt(string localPart, OutcomeKind outcome, string reason)
    {
        await using var server = await MailServer.StartAsync();
        await using var application = await Application.StartAsync(server);

        var record = await application.DeadLetterAsync(await application.SendAsync($"{localPart}@example.org"));

        var attempt = Assert.Single(record.Attempts);
        Assert.Equal((outcome, reason, reason), (attempt.Outcome, attempt.Reason, record.Reason));
    }

    [Theory]
    [InlineData("busy-once", "450 4.2.0 mailbox unavailable")]
    [InlineData("refused-once", "451 4.3.0 local error in processing")]
    public async Task A_temporary_refusal_is_tried_again_until_accepted(string localPart, string reason)
    {
        await using var server = await MailServer.StartAsync();
        await using var application = await Application.StartAsync(server);

        var record = await application.AcceptedAsync(await application.SendAsync($"{localPart}@example.org"));

        Assert.Equal([OutcomeKind.Retry, OutcomeKind.Sent], record.Attempts.Select(attempt => attempt.Outcome));
        Assert.Equal(reason, record.Attempts[0].Reason);
        Assert.Single(server.Events("message"), message => message.Accepted);
    }

    [Theory]
    [InlineData("closing", "421 4.3.2 system not accepting network messages")]
    [InlineData("nosender", "553 5.1.8 bad sender's system address: the server refuses this sender, login or host")]
    public async Task A_refusal_that_is_no_fault_of_the_message_is_tried_again(string localPart, string reason)
    {
        await using var server = await MailServer.StartAsync();
        await using var application = await Application.StartAsync(server);

        var record = await application.WaitsForRetryAsync(await application.SendAsync($"{localPart}@example.org"));

        Assert.Equal(reason, record.Reason);
    }

    [Theory]
    [InlineData("550 5.7.1 this group takes mail from members only", OutcomeKind.Rejected)]
    [InlineData("550 5.7.1 not from you", OutcomeKind.Rejected)]
    [InlineData("554 5.7.0 policy", OutcomeKind.Rejected)]
    [InlineData("450 4.1.8 sender's domain not found", OutcomeKind.Retry)]
    [InlineData("452 4.3.1 this mailbox's system is full", OutcomeKind.Retry)]
    [InlineData("450 4.7.28 this mailbox gets too much mail", OutcomeKind.Retry)]
    [InlineData("530 5.7.0 log in to write to the board", OutcomeKind.Retry)]
    public async Task Refused_recipients_hold_up_no_other_mail(string reply, OutcomeKind expected)
    {
        await using var server = SmtpGateway.Start(
            new()
            {
                Misbehave = sent =>
                    sent.Verb == "RCPT" && sent.Argument.Contains("member", StringComparison.Ordinal)
                        ? SmtpMisbehavior.Answer(reply)
                        : null,
            }
        );
        await using var application = await Application.StartAsync(server.Port);

        var refused = await Task.WhenAll(Enumerable.Range(0, 15).Select(i => application.SendAsync($"member-{i}@example.org")));
        foreach (var notification in refused)
        {
            var record =
                expected == OutcomeKind.Rejected
                    ? await application.DeadLetterAsync(notification)
                    : await application.WaitsForRetryAsync(notification);
            Assert.Equal(expected, record.Attempts[0].Outcome);
        }

        var other = await application.AcceptedAsync(await application.SendAsync("ada@example.org"));
        Assert.Equal(OutcomeKind.Sent, Assert.Single(other.Attempts).Outcome);
        Assert.DoesNotContain(application.Logs, line => line.Contains("circuit", StringComparison.OrdinalIgnoreCase));
    }
}
