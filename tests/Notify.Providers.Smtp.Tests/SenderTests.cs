namespace Notify.Providers.Smtp.Tests;

/// <summary>Tests of senders that messages name, which the options must allow.</summary>
public sealed class SenderTests
{
    [Theory]
    [InlineData("news@shop.example", "News & more", "News & more <news@shop.example>")]
    [InlineData("News@SHOP.example", null, " <News@SHOP.example>")]
    [InlineData("help@example.net", "Hjälp", "Hjälp <help@example.net>")]
    [InlineData("anyone@bücher.example", null, " <anyone@xn--bcher-kva.example>")]
    [InlineData("Shop@Example.org", null, "The shop <Shop@Example.org>")]
    [InlineData("shop@example.org", "Your shop", "Your shop <shop@example.org>")]
    [InlineData(null, null, "The shop <shop@example.org>")]
    public async Task An_allowed_sender_is_the_sender(string? address, string? name, string header)
    {
        await using var server = await MailServer.StartAsync();
        await using var application = await StartAsync(server);

        await application.AcceptedAsync(await application.SendAsync("ada@example.org", From(address, name)));

        var sent = Assert.Single(server.Events("message"));
        var mail = await server.ReadAsync(sent);
        Assert.Equal([header], mail.Mailboxes["from"]);
        Assert.Equal(header[(header.IndexOf('<', StringComparison.Ordinal) + 1)..^1], sent.Sender);
        Assert.Empty(mail.Defects);
    }

    [Theory]
    [InlineData("eve@example.org")]
    [InlineData("help@example.com")]
    [InlineData("news@evilshop.example")]
    [InlineData("news@a.shop.example")]
    [InlineData("news@shop.example.org")]
    [InlineData("shop@example.org@evil.example")]
    [InlineData("shop.example")]
    [InlineData("news@shop.example\r\nBcc: eve@example.org")]
    [InlineData("åäö@shop.example")]
    public async Task Another_sender_is_refused_by_the_trigger_and_by_the_provider(string address)
    {
        await using var server = await MailServer.StartAsync();
        await using var application = await StartAsync(server);

        var refused = await Assert.ThrowsAsync<InvalidRequestException>(() =>
            application.SendAsync("ada@example.org", From(address, null))
        );
        var outcome = await application.AttemptAsync(Deliveries.To("ada@example.org", From(address, null)));

        var error = Assert.Single(refused.Errors);
        Assert.Equal("content.email.from", error.Field);
        if (error.Code == FieldErrorCodes.NotAllowed)
        {
            Assert.Equal(
                $"The provider '{MailProvider.Name}' allows only shop@example.org, help@example.net, @shop.example, "
                    + "@bücher.example.",
                error.Message
            );
        }

        Assert.Equal(OutcomeKind.Rejected, outcome.Kind);
        Assert.StartsWith("email.from: ", outcome.Reason, StringComparison.Ordinal);
        Assert.Empty(server.Events("connected"));
    }

    private static Task<Application> StartAsync(MailServer server) => Application.StartAsync(server, mail =>
        {
            mail.FromName = "The shop";
            foreach (var allowed in (string[])["help@example.net", "@shop.example", "@bücher.example"])
                mail.AllowedFrom.Add(allowed);
        });

    private static Content From(string? address, string? name) =>
        new()
        {
            Title = "Hello",
            Body = "A body",
            Email = address is null ? null : new EmailContent { From = new Mailbox(address, name) },
        };
}
