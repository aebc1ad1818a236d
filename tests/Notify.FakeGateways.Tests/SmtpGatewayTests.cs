using System.Globalization;
using System.Text;
using System.Text.Json;
using Notify.FakeGateways.Smtp;
using Notify.TestSupport;

namespace Notify.FakeGateways.Tests;

/// <summary>Tests the fake mail server with the npm package nodemailer.</summary>
public sealed class SmtpGatewayTests
{
    private const string Message = """
        { "to": "ada@example.org", "subject": "Hej på dig", "text": "First line\n.\n..second line\nåäö" }
        """;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_message_is_received_as_it_was_sent(bool pipelining)
    {
        await using var server = SmtpGateway.Start(new() { Pipelining = pipelining });

        var result = await SendAsync(server, "{}");

        Assert.Equal(["ada@example.org"], result.Accepted);
        Assert.Equal("250 2.0.0 taken", result.Response);
        var message = Assert.Single(server.Messages);
        Assert.Equal(("shop@example.org", false, null), (message.Sender, message.IsTls, message.Login));
        Assert.Equal(["ada@example.org"], message.Recipients);
        var content = Encoding.UTF8.GetString(message.Content.Span);
        Assert.Contains("Subject: =?UTF-8?", content, StringComparison.Ordinal);
        Assert.Contains("First line\r\n.\r\n..second line\r\n", content, StringComparison.Ordinal);
        await Eventually.TrueAsync(() => server.Connections == 0, "the connection to be closed");
        Assert.Equal((1, 1), (server.MessagesTaken, server.ConnectionsAccepted));
    }

    [Theory]
    [InlineData("CONNECT", "554 5.3.2 no service", "ECONNECTION")]
    [InlineData("MAIL", "550 5.7.1 not you", "EENVELOPE")]
    [InlineData("RCPT", "550 5.1.1 no such user", "EENVELOPE")]
    [InlineData("DATA", "451 4.3.0 later", "EENVELOPE")]
    [InlineData(".", "554 5.6.0 what is this", "EMESSAGE")]
    public async Task Each_command_can_be_refused(string command, string reply, string code)
    {
        await using var server = SmtpGateway.Start(
            new() { Misbehave = sent => sent.Verb == command ? SmtpMisbehavior.Answer(reply) : null }
        );

        var result = await SendAsync(server, "{}");

        Assert.Contains(reply, result.Response, StringComparison.Ordinal);
        Assert.Contains(result.Code, new[] { code, "EPROTOCOL" });
        Assert.Empty(server.Messages);
    }

    [Theory]
    [InlineData("PLAIN")]
    [InlineData("LOGIN")]
    public async Task A_login_is_checked_over_STARTTLS(string mechanism)
    {
        using var authority = new GatewayAuthority();
        await using var server = SmtpGateway.Start(
            new()
            {
                Certificate = authority.ServerCertificate,
                UserName = "shop",
                Password = "correct-horse",
                Mechanisms = [mechanism],
            }
        );

        var right = await SendAsync(server, Login(authority, "correct-horse"));
        var wrong = await SendAsync(server, Login(authority, "battery-staple"));
        var without = await SendAsync(server, JsonSerializer.Serialize(new { tls = new { ca = authority.RootPem } }));

        Assert.Equal(["ada@example.org"], right.Accepted);
        Assert.Equal(("EAUTH", "535 5.7.8 wrong user or password"), (wrong.Code, wrong.Response));
        Assert.Equal("530 5.7.0 log in first", without.Response);
        var message = Assert.Single(server.Messages);
        Assert.Equal((true, "shop"), (message.IsTls, message.Login));
    }

    [Fact]
    public async Task A_message_without_TLS_is_refused_if_TLS_is_required()
    {
        using var authority = new GatewayAuthority();
        await using var server = SmtpGateway.Start(new() { Certificate = authority.ServerCertificate });

        var result = await SendAsync(server, """{ "ignoreTLS": true }""");

        Assert.Equal("530 5.7.0 STARTTLS first", result.Response);
    }

    [Fact]
    public async Task TLS_can_begin_with_the_first_byte()
    {
        using var authority = new GatewayAuthority();
        await using var server = SmtpGateway.Start(new() { Certificate = authority.ServerCertificate, IsTlsImplicit = true });

        var transport = JsonSerializer.Serialize(new { secure = true, tls = new { ca = authority.RootPem } });
        var result = await SendAsync(server, transport);

        Assert.Equal(["ada@example.org"], result.Accepted);
        Assert.True(Assert.Single(server.Messages).IsTls);
    }

    [Fact]
    public async Task A_message_that_is_too_large_is_refused()
    {
        await using var server = SmtpGateway.Start(new() { MaxSize = 500 });

        var message = JsonSerializer.Serialize(new { to = "ada@example.org", text = new string('x', 600) });
        var result = await SendAsync(server, "{}", message);

        Assert.Contains("5.3.4", result.Response, StringComparison.Ordinal);
        Assert.Empty(server.Messages);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_non_ascii_mailbox_needs_SMTPUTF8(bool offers)
    {
        await using var server = SmtpGateway.Start(new() { SmtpUtf8 = offers });

        var result = await SendAsync(server, "{}", """{ "to": "åsa@example.org", "text": "Hej" }""");

        Assert.Equal(offers ? "250 2.0.0 taken" : "553 5.6.7 a non-ASCII address needs SMTPUTF8", result.Response);
    }

    [Fact]
    public async Task A_connection_can_be_closed_without_a_reply()
    {
        await using var server = SmtpGateway.Start(
            new() { Misbehave = sent => sent.Verb == "RCPT" ? SmtpMisbehavior.Close : null }
        );

        var result = await SendAsync(server, "{}");

        Assert.Empty(result.Accepted);
        Assert.Equal(0, server.MessagesTaken);
    }

    private static string Login(GatewayAuthority authority, string password) =>
        JsonSerializer.Serialize(new { auth = new { user = "shop", pass = password }, tls = new { ca = authority.RootPem } });

    private static async Task<Result> SendAsync(SmtpGateway server, string transport, string message = Message)
    {
        var port = server.Port.ToString(CultureInfo.InvariantCulture);
        var printed = await NodeClient.RunAsync("smtp-send.mjs", [port, transport, message]);
        return JsonSerializer.Deserialize<Result>(printed, JsonSerializerOptions.Web)!;
    }

    private sealed record Result(IReadOnlyList<string> Accepted, string? Code, string? Command, string Response);
}
