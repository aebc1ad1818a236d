using Notify.Queueing;

namespace Notify.Load.Wire;

/// <summary>A delivery as the queue hands it to a provider.</summary>
internal static class WireDelivery
{
    public static Delivery Of(string provider, Address to, Content content)
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
