namespace Notify.Providers.MailKit.Tests;

/// <summary>How a message travels, beside what it says.</summary>
public sealed class EnvelopeTests
{
    [Fact]
    public async Task A_bounce_tells_its_delivery()
    {
        await using var server = await MailServer.StartAsync();
        await using var application = await Application.StartAsync(server, mail => mail.BounceAddress = "bounces@example.net");

        var record = await application.AcceptedAsync(await application.SendAsync("ada@example.org"));

        var sent = Assert.Single(server.Events("message"));
        Assert.Equal($"bounces+{record.Delivery.Id:N}@example.net", sent.Sender);
        Assert.Equal("shop@example.org", (await server.ReadAsync(sent)).Headers["from"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_server_behind_a_proxy_is_reached_through_it(bool isSocks)
    {
        await using var server = await MailServer.StartAsync();
        await using var proxy = new Proxy(isSocks, server.Port);
        await using var application = await Application.StartAsync(server, mail =>
            (mail.Proxy, mail.Port) = (proxy.Address, 2525)
        );

        await application.AcceptedAsync(await application.SendAsync("ada@example.org"));

        Assert.Equal(1, proxy.Connected);
        Assert.Single(server.Events("message"));
    }

    [Theory]
    [InlineData("gone", OutcomeKind.RecipientGone, "550 5.1.1 bad destination mailbox address")]
    [InlineData("spam", OutcomeKind.Rejected, "554 5.7.1 delivery not authorized, message refused")]
    public async Task A_refusal_is_told_where_sender_and_recipient_went_out_at_once(
        string localPart,
        OutcomeKind outcome,
        string reason
    )
    {
        await using var server = await MailServer.StartAsync(null, "--pipelining");
        await using var application = await Application.StartAsync(server, mail => mail.MaxConnections = 1);

        var record = await application.DeadLetterAsync(await application.SendAsync($"{localPart}@example.org"));
        await application.AcceptedAsync(await application.SendAsync("ada@example.org"));

        Assert.Equal((outcome, reason), (Assert.Single(record.Attempts).Outcome, record.Reason));
        Assert.All(server.Events("message"), message => Assert.True(message.Pipelined));
        Assert.Single(server.Events("connected"));
    }
}
