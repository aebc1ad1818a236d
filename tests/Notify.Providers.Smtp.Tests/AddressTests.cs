using System.Text;
using Notify.FakeGateways.Smtp;

namespace Notify.Providers.Smtp.Tests;

/// <summary>Where mail goes, and where its bounces go.</summary>
public sealed class AddressTests
{
    [Fact]
    public async Task A_bounce_tells_which_delivery_bounced()
    {
        await using var server = SmtpGateway.Start(new());
        await using var application = await Application.StartAsync(server.Port, smtp =>
            smtp.BounceAddress = "bounces@bücher.example"
        );
        var delivery = Deliveries.To("ada@example.org");

        await application.AttemptAsync(delivery);

        var message = Assert.Single(server.Messages);
        Assert.Equal($"bounces+{delivery.Id:N}@xn--bcher-kva.example", message.Sender);
        Assert.DoesNotContain("bounces+", Encoding.UTF8.GetString(message.Content.Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_that_the_server_cannot_take_costs_no_connection()
    {
        await using var server = SmtpGateway.Start(new() { SmtpUtf8 = false });
        await using var application = await Application.StartAsync(server.Port);

        await application.AttemptAsync(Deliveries.To("ada@example.org"));
        var outcome = await application.AttemptAsync(Deliveries.To("åsa@example.org"));
        await application.AttemptAsync(Deliveries.To("bob@example.org"));

        Assert.Equal("the server does not support SMTPUTF8, which an address of this email requires", outcome.Reason);
        Assert.Equal((2, 1), (server.Messages.Count, server.ConnectionsAccepted));
    }

    [Theory]
    [InlineData("ada@bücher.example", "ada@xn--bcher-kva.example")]
    [InlineData("\"ada lovelace\"@example.org", "\"ada lovelace\"@example.org")]
    [InlineData("ada@[127.0.0.1]", "ada@[127.0.0.1]")]
    [InlineData("a..b@example.org", "a..b@example.org")]
    [InlineData("ada.@example.org", "ada.@example.org")]
    public async Task An_address_that_ASCII_can_write_needs_no_SMTPUTF8(string address, string written)
    {
        await using var server = SmtpGateway.Start(new());
        await using var application = await Application.StartAsync(server.Port);

        var outcome = await application.AttemptAsync(Deliveries.To(address));

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
    [InlineData("ada@example.org.")]
    [InlineData("\u3000ada@example.org")]
    [InlineData("a\u200bda@example.org")]
    [InlineData("ada@exam\u00adple.org")]
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
        await using var server = SmtpGateway.Start(new() { SmtpUtf8 = true });
        await using var application = await Application.StartAsync(server.Port);

        var outcome = await application.AttemptAsync(Deliveries.To(address));

        Assert.Equal((OutcomeKind.Rejected, "the address is not a valid email address"), (outcome.Kind, outcome.Reason));
        Assert.Equal(0, server.ConnectionsAccepted);
    }
}
