using System.Collections.Concurrent;
using System.Text;
using Notify.FakeGateways.Smtp;
using Notify.TestSupport;

namespace Notify.Providers.Smtp.Tests;

/// <summary>Tests of the SMTP commands that are sent to a server, and of their order.</summary>
public sealed class WireTests(TestAuthority authority)
{
    private const string Password = "correct-horse-battery-staple";

    private readonly ConcurrentQueue<string> _said = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Messages_follow_each_other_over_one_connection(bool pipelining)
    {
        await using var server = Start(new() { Pipelining = pipelining });
        await using (var application = await Application.StartAsync(server.Port))
        {
            for (var i = 0; i < 3; i++)
                Assert.Equal(OutcomeKind.Sent, (await application.AttemptAsync(Deliveries.To($"user-{i}@example.org"))).Kind);
        }

        await Eventually.TrueAsync(() => server.Connections == 0, "the connection to be closed");
        Assert.Equal(1, server.ConnectionsAccepted);
        string[] recipients = ["user-0@example.org", "user-1@example.org", "user-2@example.org"];
        Assert.Equal(recipients, server.Messages.Select(message => message.Recipients[0]));
        Assert.Equal("EHLO [127.0.0.1]", _said.ElementAt(1));
        Assert.Equal("QUIT ", _said.Last());
    }

    [Theory]
    [InlineData(true, "RCPT", "550 5.1.1 gone")]
    [InlineData(true, "RCPT", "450 4.7.1 greylisted")]
    [InlineData(true, "MAIL", "552 5.3.4 too big")]
    [InlineData(false, "RCPT", "550 5.1.1 gone")]
    [InlineData(false, "MAIL", "552 5.3.4 too big")]
    [InlineData(false, "DATA", "451 4.3.0 later")]
    [InlineData(false, ".", "554 5.6.0 malformed")]
    public async Task A_refused_message_leaves_the_connection_to_the_next(bool pipelining, string command, string reply)
    {
        var refused = false;
        await using var server = Start(
            new()
            {
                Pipelining = pipelining,
                Misbehave = sent =>
                    sent.Verb == command && !Interlocked.Exchange(ref refused, true) ? SmtpMisbehavior.Answer(reply) : null,
            }
        );
        await using var application = await Application.StartAsync(server.Port);

        var outcome = await application.AttemptAsync(Deliveries.To("ada@example.org"));
        Assert.StartsWith(reply[..9], outcome.Reason, StringComparison.Ordinal);
        Assert.Equal(OutcomeKind.Sent, (await application.AttemptAsync(Deliveries.To("bob@example.org"))).Kind);

        Assert.Equal(["bob@example.org"], Assert.Single(server.Messages).Recipients);
        Assert.Equal(1, server.ConnectionsAccepted);
    }

    [Fact]
    public async Task A_server_that_wants_the_content_of_a_refused_message_gets_none()
    {
        await using var server = Start(
            new()
            {
                AsksForContentAlways = true,
                Misbehave = sent =>
                    sent is { Verb: "RCPT", Argument: "TO:<gone@example.org>" } ? SmtpMisbehavior.Answer("550 5.1.1 gone") : null,
            }
        );
        await using var application = await Application.StartAsync(server.Port);

        Assert.Equal(OutcomeKind.RecipientGone, (await application.AttemptAsync(Deliveries.To("gone@example.org"))).Kind);
        Assert.Equal(OutcomeKind.Sent, (await application.AttemptAsync(Deliveries.To("ada@example.org"))).Kind);

        Assert.Equal(["ada@example.org"], Assert.Single(server.Messages).Recipients);
        Assert.Equal(1, server.ConnectionsAccepted);
    }

    [Theory]
    [InlineData(true, "MAIL", "552 5.3.4 too big", "552 5.3.4 message too big for system")]
    [InlineData(true, "RCPT", "550 5.1.1 gone", "550 5.1.1 bad destination mailbox address")]
    [InlineData(true, "RCPT", "550 5.1.1 gone\r\nwhat", "550 5.1.1 bad destination mailbox address")]
    [InlineData(false, "RCPT", "550 5.1.1 gone", "550 5.1.1 bad destination mailbox address")]
    public async Task A_refusal_counts_though_the_server_hangs_up_with_it(
        bool pipelining,
        string command,
        string reply,
        string reason
    )
    {
        await using var server = Start(
            new()
            {
                Pipelining = pipelining,
                Misbehave = sent => sent.Verb == command && sent.Connection == 1 ? SmtpMisbehavior.AnswerAndClose(reply) : null,
            }
        );
        await using var application = await Application.StartAsync(server.Port);

        var outcome = await application.AttemptAsync(Deliveries.To("ada@example.org"));
        Assert.Equal((false, reason), (outcome.IsProviderFailure, outcome.Reason));
        Assert.Equal(OutcomeKind.Sent, (await application.AttemptAsync(Deliveries.To("bob@example.org"))).Kind);
        Assert.Equal(2, server.ConnectionsAccepted);
    }

    [Theory]
    [InlineData(true, ".", "250 2.0.0 taken\r\n250 2.0.0 taken again")]
    [InlineData(false, ".", "250 2.0.0 taken\r\n250 2.0.0 taken again")]
    [InlineData(true, "RCPT", "354 go ahead")]
    [InlineData(false, "DATA", "250 2.0.0 OK")]
    public async Task A_server_that_answers_more_or_else_than_was_asked_gets_no_further_message_over_the_connection(
        bool pipelining,
        string command,
        string reply
    )
    {
        await using var server = Start(
            new()
            {
                Pipelining = pipelining,
                Misbehave = sent => sent.Verb == command && sent.Connection == 1 ? SmtpMisbehavior.Answer(reply) : null,
            }
        );
        await using var application = await Application.StartAsync(server.Port);

        await application.AttemptAsync(Deliveries.To("ada@example.org"));
        Assert.Equal(OutcomeKind.Sent, (await application.AttemptAsync(Deliveries.To("bob@example.org"))).Kind);

        Assert.Equal(["bob@example.org"], server.Messages.Last().Recipients);
        Assert.Equal(2, server.ConnectionsAccepted);
    }

    [Theory]
    [InlineData("PLAIN", "LOGIN")]
    [InlineData("LOGIN", "CRAM-MD5")]
    [InlineData("XOAUTH2", "PLAIN")]
    public async Task The_login_is_one_that_the_server_offers(params string[] mechanisms)
    {
        using var certificate = authority.LoadTrusted();
        await using var server = Start(
            new()
            {
                Certificate = certificate,
                UserName = "shöp",
                Password = Password,
                Mechanisms = mechanisms,
            }
        );
        await using var application = await Application.StartAsync(server.Port, smtp =>
            (smtp.Security, smtp.UserName, smtp.Password) = (SmtpSecurity.StartTls, "shöp", Password)
        );

        Assert.Equal(OutcomeKind.Sent, (await application.AttemptAsync(Deliveries.To("ada@example.org"))).Kind);

        var message = Assert.Single(server.Messages);
        Assert.Equal((true, "shöp"), (message.IsTls, message.Login));
    }

    [Fact]
    public async Task A_login_that_the_server_does_not_offer_is_not_tried()
    {
        await using var server = Start(
            new()
            {
                UserName = "shop",
                Password = Password,
                Mechanisms = ["CRAM-MD5"],
            }
        );
        await using var application = await Application.StartAsync(server.Port, smtp =>
            (smtp.UserName, smtp.Password) = ("shop", Password)
        );

        var outcome = await application.AttemptAsync(Deliveries.To("ada@example.org"));

        Assert.Equal((true, "the server offers neither AUTH PLAIN nor AUTH LOGIN"), (outcome.IsProviderFailure, outcome.Reason));
        Assert.DoesNotContain(_said, line => line.StartsWith("AUTH", StringComparison.Ordinal));
    }

    [Fact]
    public async Task TLS_may_begin_with_the_first_byte()
    {
        using var certificate = authority.LoadTrusted();
        await using var server = Start(new() { Certificate = certificate, IsTlsImplicit = true });
        await using var application = await Application.StartAsync(server.Port, smtp =>
            smtp.Security = SmtpSecurity.TlsOnConnect
        );

        Assert.Equal(OutcomeKind.Sent, (await application.AttemptAsync(Deliveries.To("ada@example.org"))).Kind);

        Assert.True(Assert.Single(server.Messages).IsTls);
    }

    private SmtpGateway Start(SmtpGatewayOptions options) =>
        SmtpGateway.Start(
            options with
            {
                Misbehave = command =>
                {
                    _said.Enqueue($"{command.Verb} {command.Argument}");
                    return options.Misbehave?.Invoke(command);
                },
            }
        );
}
