namespace Notify;

/// <summary>The permissions of an API key or a token. Scopes are independent: no scope includes another.</summary>
[Flags]
public enum ApiScope
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Sends and cancels notifications, and reports receipts.</summary>
    Send = 1,

    /// <summary>Reads notifications, users, devices, topics, templates, counts and events.</summary>
    Read = 2,

    /// <summary>
    /// Changes users, devices, topics, preferences, templates and workflows, replays dead letters, and runs jobs.
    /// </summary>
    Manage = 4,

    /// <summary>
    /// Manages API keys, event endpoints and members, reads the audit log, and exports users, devices and everything about a
    /// user.
    /// </summary>
    Admin = 8,

    /// <summary>
    /// Acts for any tenant, which the header <c>X-Notify-Tenant</c> selects. Without it, a key acts only for its own tenant.
    /// </summary>
    Platform = 16,
}
