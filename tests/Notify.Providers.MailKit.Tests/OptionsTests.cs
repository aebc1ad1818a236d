using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Notify.Providers.MailKit.Tests;

/// <summary>Tests of options that are rejected at start.</summary>
public sealed class OptionsTests
{
    [Fact]
    public async Task A_start_names_every_mistake_at_once()
    {
        var failures = await FailuresAsync(mail =>
        {
            mail.Port = 0;
            mail.From = "nobody";
            mail.ReplyTo = "Help <help@example.org>";
            mail.FromName = "Shop\r\nBcc: eve@example.org";
            mail.Password = "a password";
            mail.Security = (MailKitSecurity)7;
            mail.MaxConnections = 0;
            mail.IdleTimeout = TimeSpan.Zero;
            mail.BounceAddress = new string('b', 32) + "@example.org";
            mail.Proxy = new Uri("ftp://proxy.example.org");
            mail.Dkim = new DkimOptions
            {
                Domain = "no domain",
                Selector = "",
                PrivateKeyFile = "/nowhere/key.pem",
            };
        });

        string[] wrong =
        [
            "Host",
            "Port",
            "From is not a valid email address",
            "ReplyTo",
            "FromName",
            "Set UserName with Password or AccessToken",
            "Security",
            "MaxConnections",
            "IdleTimeout",
            "BounceAddress",
            "Proxy",
            "Dkim.Domain",
            "Dkim.Selector",
            "Dkim.PrivateKeyFile cannot be read",
        ];
        Assert.All(wrong, part => Assert.Contains(part, failures, StringComparison.Ordinal));
        Assert.DoesNotContain("a password", failures, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_is_not_sent_in_clear_to_another_machine()
    {
        var failures = await FailuresAsync(mail =>
        {
            (mail.Host, mail.From, mail.Security) = ("mail.example.org", "shop@example.org", MailKitSecurity.None);
            (mail.UserName, mail.Password) = ("shop", "a password");
        });

        Assert.Equal(
            "MailKit provider 'mailkit': Security is None, so the credentials would be sent in plain text; "
                + "use TLS, or a server on this machine.",
            failures
        );
    }

    [Fact]
    public async Task Two_servers_are_two_providers_with_options_of_their_own()
    {
        var failures = await Assert.ThrowsAsync<OptionsValidationException>(() =>
            StartAsync(notifications =>
                notifications
                    .AddMailKit("mail-eu", mail => (mail.Host, mail.From) = ("mail.example.org", "shop@example.org"))
                    .AddMailKit("mail-us", mail => (mail.Host, mail.From) = ("no host", "shop@example.org"))
            )
        );

        Assert.Equal("MailKit provider 'mail-us': Host is not a valid host name or IP address.", failures.Message);
    }

    private static async Task<string> FailuresAsync(Action<MailKitOptions> configure) =>
        (
            await Assert.ThrowsAsync<OptionsValidationException>(() =>
                StartAsync(notifications => notifications.AddMailKit(configure))
            )
        ).Message;

    private static async Task StartAsync(Action<INotificationsBuilder> add)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        add(builder.Services.AddNotifications().UseInMemory());
        using var host = builder.Build();
        await host.StartAsync();
    }
}
