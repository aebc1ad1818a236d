namespace Notify.Host;

/// <summary>
/// Reads which providers the host sends through. Each has a section by its name, whose <c>Type</c> says what it is, and whose
/// other settings are that provider's options: <c>Notify:Providers:mail:Type=smtp</c>,
/// <c>Notify:Providers:mail:Host=smtp.example.org</c>.
/// </summary>
internal static class ProviderSettings
{
    private static readonly Dictionary<string, Action<INotificationsBuilder, string, IConfiguration>> Types = new(
        StringComparer.OrdinalIgnoreCase
    )
    {
        ["apns"] = (notifications, name, settings) => notifications.AddApns(name, settings.Bind),
        ["fcm"] = (notifications, name, settings) => notifications.AddFcm(name, settings.Bind),
        ["smtp"] = (notifications, name, settings) => notifications.AddSmtp(name, settings.Bind),
        ["twilio"] = (notifications, name, settings) => notifications.AddTwilio(name, settings.Bind),
        ["webhook"] = (notifications, name, settings) => notifications.AddWebhook(name, settings.Bind),
        ["webpush"] = (notifications, name, settings) => notifications.AddWebPush(name, settings.Bind),
    };

    /// <summary>Adds the providers that are set; where none is, the sandbox shows what would be sent.</summary>
    /// <exception cref="InvalidOperationException">There is no such type.</exception>
    public static void AddProviders(this INotificationsBuilder notifications, IConfiguration settings, string data)
    {
        IConfigurationSection[] providers =
        [
            .. settings.GetSection("Providers").GetChildren().Where(provider => provider["Type"] is not null),
        ];
        foreach (var provider in providers)
            TypeOf(provider)(notifications, provider.Key, provider);

        if (providers.Length > 0)
            return;

        notifications.AddSandbox(options =>
        {
            settings.GetSection("Sandbox").Bind(options);
            options.File = options.File is { Length: > 0 } file ? Path.Combine(DataFolder.Create(data), file) : null;
        });
    }

    private static Action<INotificationsBuilder, string, IConfiguration> TypeOf(IConfigurationSection provider) =>
        Types.GetValueOrDefault(provider["Type"]!)
        ?? throw new InvalidOperationException(
            $"Notify:Providers:{provider.Key}:Type is '{provider["Type"]}'; use one of {string.Join(", ", Types.Keys)}."
        );
}
