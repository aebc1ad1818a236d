using Notify.TestSupport;

namespace Notify.Providers.Smtp.Tests;

/// <summary>How connections are kept, shared and lost.</summary>
public sealed class ConnectionTests
{
    [Fact]
    public async Task Many_messages_share_a_few_connections()
    {
        await using var server = await MailServer.StartAsync();
        await using var application = await Application.StartAsync(server, mail => mail.MaxConnections = 3);

        var notifications = await Task.WhenAll(
            Enumerable.Range(0, 60).Select(i => application.SendAsync($"user-{i}@example.org"))
        );
        foreach (var notification in notifications)
            await application.AcceptedAsync(notification);

        Assert.Equal(60, server.Events("message").Select(message => message.Recipient).Distinct().Count());
        Assert.InRange(server.Events("connected").Count, 1, 3);
    }

    [Fact]
    public async Task Refused_messages_make_room_for_others()
    {
        await using var server = await MailServer.StartAsync();
        await using var application = await Application.StartAsync(server, mail => mail.MaxConnections = 2);

        var refused = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => application.SendAsync("gone@example.org")));
        var taken = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => application.SendAsync($"user-{i}@example.org")));
        foreach (var notification in refused)
            await application.DeadLetterAsync(notification);
        foreach (var notification in taken)
            await application.AcceptedAsync(notification);

        Assert.Equal(20, server.Events("message").Count);
    }

    [Fact]
    public async Task A_connection_that_the_server_closed_meanwhile_costs_no_attempt()
    {
        await using var server = await MailServer.StartAsync();
        await using var application = await Application.StartAsync(server, mail => mail.MaxConnections = 1);
        await application.AcceptedAsync(await application.SendAsync("lastword@example.org"));
        await Eventually.TrueAsync(() => server.Events("closed").Count == 1, "the server to close the connection");

        var record = await application.AcceptedAsync(await application.SendAsync("ada@example.org"));

        Assert.Equal(OutcomeKind.Sent, Assert.Single(record.Attempts).Outcome);
        Assert.Equal(2, server.Events("connected").Count);
    }

    [Fact]
    public async Task A_connection_that_nothing_is_sent_over_is_closed()
    {
        await using var server = await MailServer.StartAsync();
        await using var application = await Application.StartAsync(server, mail => mail.IdleTimeout = TimeSpan.FromSeconds(1));

        await application.AcceptedAsync(await application.SendAsync("ada@example.org"));

        await Eventually.TrueAsync(() => server.Events("closed").Count == 1, "the idle connection to be closed");
    }

    [Fact]
    public async Task Stopping_the_application_closes_its_connections()
    {
        await using var server = await MailServer.StartAsync();
        await using (var application = await Application.StartAsync(server))
            await application.AcceptedAsync(await application.SendAsync("ada@example.org"));

        await Eventually.TrueAsync(() => server.Events("closed").Count == 1, "the connection to be closed");
    }

    [Fact]
    public async Task A_server_that_falls_silent_holds_up_its_own_message_only()
    {
        await using var server = await MailServer.StartAsync();
        await using var application = await Application.StartAsync(server, mail =>
            (mail.MaxConnections, mail.AcceptanceTimeout) = (1, TimeSpan.FromSeconds(1))
        );

        var silent = await application.WaitsForRetryAsync(await application.SendAsync("silent@example.org"));
        await application.AcceptedAsync(await application.SendAsync("ada@example.org"));

        Assert.Equal("no answer within 1 s", silent.Reason);
    }

    [Fact]
    public async Task Mail_waits_for_a_server_that_is_down_and_is_then_delivered_once()
    {
        var port = FreePort.Next();
        await using var application = await Application.StartAsync(port);
        var notification = await application.SendAsync("ada@example.org");
        var waiting = await application.WaitsForRetryAsync(notification);
        Assert.Equal("no connection: ConnectionRefused", waiting.Reason);

        await using var server = await MailServer.StartAsync(port);
        await application.AcceptedAsync(notification);

        Assert.Single(server.Events("message"));
    }
}
