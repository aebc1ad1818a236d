namespace Notify.Hosting.Authentication;

/// <summary>Marks the endpoints of this package among the application's own.</summary>
internal sealed class NotificationsEndpoint
{
    public static NotificationsEndpoint Instance { get; } = new();
}
