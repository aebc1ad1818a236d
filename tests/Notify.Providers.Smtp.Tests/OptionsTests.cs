using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Notify.Providers.Smtp.Tests;

/// <summary>Tests of options that are rejected at start.</summary>
public sealed class OptionsTests
{
    [Fact]
    public async Task A_start_names_every_mistake_at_once()
    {
        var failures = await FailuresAsync(smtp =>
        {
            smtp.Port = 0;
            smtp.From = "nobody";
            smtp.ReplyTo = "Help <help@example.org>";
            smtp.FromName = "Shop\r\nBcc: eve@example.org";
            smtp.Password = "a password";
            smtp.Security = (SmtpSecurity)7;
            smtp.BounceAddress = "bounces-of-everything-we-ever-sent@example.org";
            smtp.MaxConnections = 0;
            smtp.IdleTimeout = TimeSpan.Zero;
        });

        string[] wrong =
        [
            "Host",
            "Port",
            "From is not a valid email address",
            "ReplyTo",
            "FromName",
            "BounceAddress",
            "Set both UserName and Password",
            "Security",
            "MaxConnections",
            "IdleTimeout",
        ];
        Assert.All(wrong, part => Assert.Contains(part, failures, StringComparison.Ordinal));
        Assert.DoesNotContain("a password", failures, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_is_not_sent_in_clear_to_another_machine()
    {
        var failures = await FailuresAsync(smtp =>
        {
            (smtp.Host, smtp.From, smtp.Security) = ("mail.example.org", "shop@example.org", SmtpSecurity.None);
            (smtp.UserName, smtp.Password) = ("shop", "a password");
        });

        Assert.Equal(
            "SMTP provider 'smtp': Security is None, so the password would be sent in plain text; "
                + "use StartTls, or a server on this machine.",
            failures
        );
    }

    [Fact]
    public async Task Two_servers_are_two_providers_with_options_of_their_own()
    {
        var failures = await Assert.ThrowsAsync<OptionsValidationException>(() =>
            StartAsync(notifications =>
                notifications
                    .AddSmtp("smtp-eu", smtp => (smtp.Host, smtp.From) = ("mail.example.org", "shop@example.org"))
                    .AddSmtp("smtp-us", smtp => (smtp.Host, smtp.From) = ("no host", "shop@example.org"))
            )
        );

        Assert.Equal("SMTP provider 'smtp-us': Host is not a valid host name or IP address.", failures.Message);
    }

    private static async Task<string> FailuresAsync(Action<SmtpOptions> configure) =>
        (
            await Assert.ThrowsAsync<OptionsValidationException>(() =>
                StartAsync(notifications => notifications.AddSmtp(configure))
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
