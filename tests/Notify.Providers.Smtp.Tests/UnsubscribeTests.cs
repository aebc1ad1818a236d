using Microsoft.Extensions.DependencyInjection;
using Notify.FakeGateways.Smtp;

namespace Notify.Providers.Smtp.Tests;

/// <summary>The header by which mail programs offer to unsubscribe (RFC 8058).</summary>
public sealed class UnsubscribeTests
{
    [Fact]
    public async Task A_user_can_unsubscribe_by_one_click()
    {
        var mail = await SendAsync("u-42", AddLinks);

        Assert.Matches("^<https://example\\.org/notify/v1/unsubscribe/[A-Za-z0-9_-]+>$", mail.Headers["list-unsubscribe"].Trim());
        Assert.Equal("List-Unsubscribe=One-Click", mail.Headers["list-unsubscribe-post"]);
        Assert.Empty(mail.Defects);
    }

    [Fact]
    public async Task A_direct_address_has_no_link()
    {
        var mail = await SendAsync(null, AddLinks);

        Assert.DoesNotContain("list-unsubscribe", mail.Headers.Keys);
        Assert.DoesNotContain("list-unsubscribe-post", mail.Headers.Keys);
    }

    [Fact]
    public async Task A_link_that_fits_no_line_is_left_out()
    {
        var mail = await SendAsync(new string('u', 1_000), AddLinks);

        Assert.DoesNotContain("list-unsubscribe", mail.Headers.Keys);
        Assert.DoesNotContain("list-unsubscribe-post", mail.Headers.Keys);
    }

    [Fact]
    public async Task Without_links_there_is_no_header()
    {
        var mail = await SendAsync("u-42", _ => { });

        Assert.DoesNotContain("list-unsubscribe", mail.Headers.Keys);
    }

    private static void AddLinks(INotificationsBuilder notifications) =>
        notifications.AddUnsubscribeLinks(links =>
            (links.Url, links.Key) = (new Uri("https://example.org/notify/v1/unsubscribe"), "a key of thirty-two characters...")
        );

    private static async Task<ReceivedMail> SendAsync(string? user, Action<INotificationsBuilder> add)
    {
        await using var server = SmtpGateway.Start();
        await using var application = await Application.StartAsync(server.Port, add: add);
        await application.AttemptAsync(Deliveries.To("ada@example.org", user: user));
        return await ReceivedMail.ParseAsync(Assert.Single(server.Messages).Content);
    }
}
