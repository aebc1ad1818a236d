global using Notify.Providers.MailKit.Tests;
global using Notify.Providers.Smtp.Tests;
global using MailOptions = Notify.Providers.MailKit.MailKitOptions;
global using MailSecurity = Notify.Providers.MailKit.MailKitSecurity;
using Microsoft.Extensions.DependencyInjection;

namespace Notify.Providers.MailKit.Tests;

/// <summary>The provider that the tests of every mail provider run against here: the one over MailKit.</summary>
internal static class MailProvider
{
    public const string Name = "mailkit";

    public const string LoginRefused = "the server requires STARTTLS or refused the login";

    public const string NoStartTls = "the server does not offer STARTTLS, a common login mechanism or 8BITMIME";

    // The tests' authority publishes no list of what it revoked.
    public static void Add(INotificationsBuilder notifications, Action<MailOptions> configure) =>
        notifications.AddMailKit(mail =>
        {
            mail.CheckCertificateRevocation = false;
            configure(mail);
        });
}
