using Notify;

namespace NotifyHost;

/// <summary>Reads the store and the providers from the settings below <c>Notify</c>.</summary>
internal static class Settings
{
    /// <summary>Uses PostgreSQL, with Redis beside it if there is one, and otherwise a SQLite file on this machine.</summary>
    public static INotificationsBuilder UseStore(this INotificationsBuilder notifications, IConfiguration settings)
    {
        if (settings["PostgreSql"] is not { Length: > 0 } postgreSql)
            return notifications.UseSqlite(settings["Sqlite"] ?? "Data Source=notify.db");

        notifications.UsePostgreSql(postgreSql);
        return settings["Redis"] is { Length: > 0 } redis ? notifications.UseRedis(redis) : notifications;
    }

    /// <summary>Adds the providers that are configured. Without any, the sandbox shows what would be sent.</summary>
    public static INotificationsBuilder AddProviders(this INotificationsBuilder notifications, IConfiguration settings)
    {
        var smtp = settings.GetSection("Smtp");
        var fcm = settings.GetSection("Fcm");
        if (smtp["Host"] is { Length: > 0 })
            notifications.AddSmtp(smtp.Bind);
        if (fcm["CredentialsFile"] is { Length: > 0 })
            notifications.AddFcm(fcm.Bind);
        // Test keys work beside real providers.
        notifications.AddTestSandbox();
        return smtp["Host"] is { Length: > 0 } || fcm["CredentialsFile"] is { Length: > 0 }
            ? notifications
            : notifications.AddSandbox();
    }
}
