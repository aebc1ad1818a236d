namespace Notify.Hosting.Authentication;

/// <summary>Marks the endpoints of this package, to distinguish them from those of the application.</summary>
internal sealed class NotificationsEndpoint
{
    public static NotificationsEndpoint Instance { get; } = new();
}
