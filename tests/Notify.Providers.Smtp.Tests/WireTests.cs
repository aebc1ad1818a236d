using System.Collections.Concurrent;
using System.Text;
using Notify.Delivering;
using Notify.FakeGateways.Smtp;
using Notify.Testing;

namespace Notify.Providers.Smtp.Tests;

/// <summary>What is said to a server, and what a hostile one can say.</summary>
public sealed class WireTests(TestAuthority authority)
{
    private const string Password = "correct-horse-battery-staple";

    private readonly ConcurrentQueue<string> _said = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Messages_follow_each_other_over_one_connection(bool pipelining)
    {
        await using var server = Start(new() { Pipelining = pipelining });
        await using (var application = await Application.StartAsync(server.Port))
        {
            for (var i = 0; i < 3; i++)
                Assert.Equal(OutcomeKind.Accepted, (await SendAsync(application, $"user-{i}@example.org")).Kind);
        }

        await Eventually.TrueAsync(() => server.Connections == 0, "the connection to be closed");
        Assert.Equal(1, server.ConnectionsAccepted);
        Assert.Equal(["user-0@example.org", "user-1@example.org", "user-2@example.org"], server.Messages.Select(message => message.Recipients[0]));
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
        await using var server = Start(new()
        {
            Pipelining = pipelining,
            Misbehave = sent => sent.Verb == command && !Interlocked.Exchange(ref refused, true) ? SmtpMisbehavior.Answer(reply) : null,
        });
        await using var application = await Application.StartAsync(server.Port);

        Assert.StartsWith(reply[..9], (await SendAsync(application, "ada@example.org")).Reason, StringComparison.Ordinal);
        Assert.Equal(OutcomeKind.Accepted, (await SendAsync(application, "bob@example.org")).Kind);

        Assert.Equal(["bob@example.org"], Assert.Single(server.Messages).Recipients);
        Assert.Equal(1, server.ConnectionsAccepted);
    }

    [Fact]
    public async Task A_server_that_wants_the_content_of_a_refused_recipient_gets_none()
    {
        var isRefused = false;
        await using var server = Start(new()
        {
            Misbehave = sent => sent.Verb switch
            {
                "RCPT" => (isRefused = sent.Argument.Contains("gone", StringComparison.Ordinal)) ? SmtpMisbehavior.Answer("550 5.1.1 gone") : null,
                "DATA" when isRefused => SmtpMisbehavior.Answer("354 go ahead"),
                "." when isRefused => SmtpMisbehavior.Answer("554 5.5.1 no valid recipients"),
                _ => null,
            },
        });
        await using var application = await Application.StartAsync(server.Port);

        Assert.Equal(OutcomeKind.RecipientGone, (await SendAsync(application, "gone@example.org")).Kind);
        Assert.Equal(OutcomeKind.Accepted, (await SendAsync(application, "ada@example.org")).Kind);

        Assert.DoesNotContain(_said, line => line.Contains("Subject", StringComparison.OrdinalIgnoreCase));
        Assert.Single(server.Messages);
    }

    [Theory]
    [InlineData("PLAIN", "LOGIN")]
    [InlineData("LOGIN", "CRAM-MD5")]
    [InlineData("XOAUTH2", "PLAIN")]
    public async Task The_login_is_one_that_the_server_offers(params string[] mechanisms)
    {
        using var certificate = authority.LoadTrusted();
        await using var server = Start(new()
        {
            Certificate = certificate,
            UserName = "shöp",
            Password = Password,
            Mechanisms = mechanisms,
        });
        await using var application = await Application.StartAsync(
            server.Port, smtp => (smtp.Security, smtp.UserName, smtp.Password) = (SmtpSecurity.StartTls, "shöp", Password));

        Assert.Equal(OutcomeKind.Accepted, (await SendAsync(application, "ada@example.org")).Kind);

        var message = Assert.Single(server.Messages);
        Assert.Equal((true, "shöp"), (message.IsTls, message.Login));
    }

    [Fact]
    public async Task A_login_that_the_server_does_not_offer_is_not_tried()
    {
        await using var server = Start(new() { UserName = "shop", Password = Password, Mechanisms = ["CRAM-MD5"] });
        await using var application = await Application.StartAsync(server.Port, smtp => (smtp.UserName, smtp.Password) = ("shop", Password));

        var outcome = await SendAsync(application, "ada@example.org");

        Assert.Equal((true, "the server offers neither AUTH PLAIN nor AUTH LOGIN"), (outcome.IsProviderFailure, outcome.Reason));
        Assert.DoesNotContain(_said, line => line.StartsWith("AUTH", StringComparison.Ordinal));
    }

    [Fact]
    public async Task TLS_may_begin_with_the_first_byte()
    {
        using var certificate = authority.LoadTrusted();
        await using var server = Start(new() { Certificate = certificate, IsTlsImplicit = true });
        await using var application = await Application.StartAsync(server.Port, smtp => smtp.Security = SmtpSecurity.Tls);

        Assert.Equal(OutcomeKind.Accepted, (await SendAsync(application, "ada@example.org")).Kind);

        Assert.True(Assert.Single(server.Messages).IsTls);
    }

    [Fact]
    public async Task What_is_said_in_clear_ahead_of_TLS_does_not_count()
    {
        using var certificate = authority.LoadTrusted();
        await using var server = Start(new()
        {
            Certificate = certificate,
            Misbehave = sent => sent.Verb == "STARTTLS" ? SmtpMisbehavior.Answer("220 go ahead\r\n250 AUTH PLAIN") : null,
        });
        await using var application = await Application.StartAsync(server.Port, smtp => smtp.Security = SmtpSecurity.StartTls);

        var outcome = await SendAsync(application, "ada@example.org");

        Assert.Equal((true, "the server does not speak SMTP: a malformed or endless reply"), (outcome.IsProviderFailure, outcome.Reason));
    }

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request")]
    [InlineData("220")]
    [InlineData("220-one\r\n550 another")]
    [InlineData("25 too short")]
    [InlineData("2500 too long")]
    [InlineData("250_what")]
    [InlineData("")]
    public async Task A_greeting_that_is_none_is_the_providers_failure(string greeting)
    {
        await using var server = Start(new() { Misbehave = sent => sent.Verb == "CONNECT" ? SmtpMisbehavior.AnswerAndClose(greeting) : null });
        await using var application = await Application.StartAsync(server.Port);

        var outcome = await SendAsync(application, "ada@example.org");

        Assert.True(outcome.IsProviderFailure, outcome.Reason);
        Assert.Empty(server.Messages);
    }

    [Theory]
    [InlineData("250-more\r\n")]
    [InlineData("x")]
    public async Task A_reply_without_end_does_not_fill_the_memory(string piece)
    {
        var endless = string.Concat(Enumerable.Repeat(piece, 64 * 1024));
        await using var server = Start(new() { Misbehave = sent => sent.Verb == "EHLO" ? SmtpMisbehavior.Answer("250-" + endless) : null });
        await using var application = await Application.StartAsync(server.Port);

        var outcome = await SendAsync(application, "ada@example.org");

        Assert.Equal((true, "the server does not speak SMTP: a malformed or endless reply"), (outcome.IsProviderFailure, outcome.Reason));
        await Eventually.TrueAsync(() => server.Connections == 0, "the connection to be closed");
    }

    [Theory]
    [InlineData("CONNECT")]
    [InlineData("EHLO")]
    [InlineData("MAIL")]
    [InlineData("RCPT")]
    [InlineData("DATA")]
    [InlineData(".")]
    public async Task A_cancelled_attempt_closes_its_connection_wherever_the_server_stalls(string command)
    {
        using var cancelled = new CancellationTokenSource();
        await using var server = Start(new()
        {
            Pipelining = false,
            Misbehave = sent =>
            {
                if (sent.Verb != command || sent.Connection > 1)
                    return null;
                _ = cancelled.CancelAsync();
                return SmtpMisbehavior.Stall;
            },
        });
        await using var application = await Application.StartAsync(server.Port, smtp => smtp.MaxConnections = 1);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => application.Provider.SendAsync(Deliveries.To("ada@example.org"), cancelled.Token).AsTask());

        await Eventually.TrueAsync(() => server.Connections == 0, "the connection to be closed");
        Assert.Equal(OutcomeKind.Accepted, (await SendAsync(application, "bob@example.org")).Kind);
    }

    [Fact]
    public async Task A_bounce_tells_which_delivery_bounced()
    {
        await using var server = Start(new());
        await using var application = await Application.StartAsync(server.Port, smtp => smtp.BounceAddress = "bounces@bücher.example");
        var delivery = Deliveries.To("ada@example.org");

        await application.Provider.SendAsync(delivery, Cancellation);

        var message = Assert.Single(server.Messages);
        Assert.Equal($"bounces+{delivery.Id:N}@xn--bcher-kva.example", message.Sender);
        Assert.DoesNotContain("bounces+", Encoding.UTF8.GetString(message.Content.Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_that_the_server_cannot_take_costs_no_connection()
    {
        await using var server = Start(new() { SmtpUtf8 = false });
        await using var application = await Application.StartAsync(server.Port);

        await SendAsync(application, "ada@example.org");
        var outcome = await SendAsync(application, "åsa@example.org");
        await SendAsync(application, "bob@example.org");

        Assert.Equal((OutcomeKind.Rejected, "the server has no SMTPUTF8, which this address needs"), (outcome.Kind, outcome.Reason));
        Assert.Equal((2, 1), (server.Messages.Count, server.ConnectionsAccepted));
    }

    [Theory]
    [InlineData("ada@bücher.example", "ada@xn--bcher-kva.example")]
    [InlineData("\"ada lovelace\"@example.org", "\"ada lovelace\"@example.org")]
    [InlineData("ada@[127.0.0.1]", "ada@[127.0.0.1]")]
    public async Task An_address_that_ASCII_can_write_needs_no_SMTPUTF8(string address, string written)
    {
        await using var server = Start(new());
        await using var application = await Application.StartAsync(server.Port);

        var outcome = await SendAsync(application, address);

        Assert.Null(outcome.Reason);
        Assert.Equal(written, server.Messages.SingleOrDefault()?.Recipients[0]);
    }

    [Theory]
    [InlineData("ada@example.org>\r\nRCPT TO:<eve@example.org")]
    [InlineData("ada@example.org\r\nBcc: eve@example.org")]
    [InlineData("ada@example.org> SIZE=1")]
    [InlineData("ada eve@example.org")]
    [InlineData("\"ada\r\n\"@example.org")]
    [InlineData("\"ada\" eve\"@example.org")]
    [InlineData("\"ada\\\"@example.org")]
    [InlineData("åda\r\n@example.org")]
    [InlineData("\ud800@example.org")]
    [InlineData("åda\u2028@example.org")]
    [InlineData("ada@exa mple.org")]
    [InlineData("ada@example..org")]
    [InlineData("ada@[::1%\r\n]")]
    [InlineData("ada@[not an address]")]
    [InlineData("Ada <ada@example.org>")]
    [InlineData("@example.org")]
    [InlineData("ada@")]
    [InlineData("ada")]
    [InlineData("")]
    public async Task No_address_can_end_a_command_or_a_header(string address)
    {
        await using var server = Start(new() { SmtpUtf8 = true });
        await using var application = await Application.StartAsync(server.Port);

        var outcome = await SendAsync(application, address);

        Assert.Equal((OutcomeKind.Rejected, "the address is no email address"), (outcome.Kind, outcome.Reason));
        Assert.Empty(_said);
    }

    private static async Task<Outcome> SendAsync(Application application, string address) =>
        await application.Provider.SendAsync(Deliveries.To(address), Cancellation);

    private SmtpGateway Start(SmtpGatewayOptions options) => SmtpGateway.Start(options with
    {
        Misbehave = command =>
        {
            _said.Enqueue($"{command.Verb} {command.Argument}");
            return options.Misbehave?.Invoke(command);
        },
    });
}
