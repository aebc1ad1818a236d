using Notify.Providers;

namespace Notify.Load.Wire;

/// <summary>Creates deliveries as the queue passes them to a provider.</summary>
internal static class WireDelivery
{
    public static Delivery Create(string provider, Address to, Content content)
    {
        var now = DateTimeOffset.UtcNow;
        return new Delivery
        {
            Id = Guid.CreateVersion7(),
            NotificationId = Guid.CreateVersion7(),
            Tenant = "default",
            Priority = Priority.Normal,
            To = to,
            Provider = provider,
            Content = content,
            ContentIndex = 0,
            AcceptedAt = now,
            DueAt = now,
            ExpiresAt = now.AddDays(3),
        };
    }
}
