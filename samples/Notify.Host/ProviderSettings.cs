namespace Notify.Host;

/// <summary>
/// Reads the providers of the host. Each has a section with its name. <c>Type</c> selects the kind of provider, and the other
/// settings are its options: <c>Notify:Providers:mail:Type=smtp</c>, <c>Notify:Providers:mail:Host=smtp.example.org</c>.
/// </summary>
internal static class ProviderSettings
{
    private static readonly Dictionary<string, Action<INotificationsBuilder, string, IConfiguration>> Types = new(
        StringComparer.OrdinalIgnoreCase
    )
    {
        ["apns"] = (notifications, name, settings) => notifications.AddApns(name, settings.Bind),
        ["fcm"] = (notifications, name, settings) => notifications.AddFcm(name, settings.Bind),
        ["smtp"] = (notifications, name, settings) => AddCallback(notifications.AddSmtp(name, settings.Bind), settings),
        ["twilio"] = (notifications, name, settings) => notifications.AddTwilio(name, settings.Bind),
        ["webhook"] = (notifications, name, settings) => notifications.AddWebhook(name, settings.Bind),
        ["webpush"] = (notifications, name, settings) => notifications.AddWebPush(name, settings.Bind),
    };

    /// <summary>Adds the configured providers. Without any, adds the sandbox, which shows what would be sent.</summary>
    /// <exception cref="InvalidOperationException">A provider has an unknown type.</exception>
    public static void AddProviders(this INotificationsBuilder notifications, IConfiguration settings, string data)
    {
        IConfigurationSection[] providers =
        [
            .. settings.GetSection("Providers").GetChildren().Where(provider => provider["Type"] is not null),
        ];
        notifications.ConfigureAttachmentUrls(settings.GetSection("AttachmentUrls").Bind);
        // A notification without channels goes to the inbox as well, so an operator must ask for it.
        if (settings.GetSection("Inbox").Exists())
            notifications.AddInbox(settings.GetSection("Inbox").Bind);
        if (settings.GetSection("Tracking").Exists())
            notifications.AddTracking(settings.GetSection("Tracking").Bind);
        foreach (var provider in providers)
            GetRegistration(provider)(notifications, provider.Key, provider);

        // Test keys work beside real providers.
        notifications.AddTestSandbox();
        if (providers.Length > 0)
            return;

        notifications.AddSandbox(options =>
        {
            settings.GetSection("Sandbox").Bind(options);
            options.File = options.File is { Length: > 0 } file ? Path.Combine(DataFolder.Create(data), file) : null;
        });
    }

    /// <summary>
    /// Adds the callback of the mail vendor: <c>Notify:Providers:mail:SesCallback:Key=...</c>, or the section
    /// <c>SendGridCallback</c> or <c>PostmarkCallback</c>.
    /// </summary>
    private static void AddCallback(INotificationProviderBuilder provider, IConfiguration settings)
    {
        if (settings.GetSection("SesCallback") is var ses && ses.Exists())
            provider.AddSesCallback(ses.Bind);
        if (settings.GetSection("SendGridCallback") is var sendGrid && sendGrid.Exists())
            provider.AddSendGridCallback(sendGrid.Bind);
        if (settings.GetSection("PostmarkCallback") is var postmark && postmark.Exists())
            provider.AddPostmarkCallback(postmark.Bind);
    }

    private static Action<INotificationsBuilder, string, IConfiguration> GetRegistration(IConfigurationSection provider) =>
        Types.GetValueOrDefault(provider["Type"]!)
        ?? throw new InvalidOperationException(
            $"Notify:Providers:{provider.Key}:Type '{provider["Type"]}' is unknown. Use one of {string.Join(", ", Types.Keys)}."
        );
}
