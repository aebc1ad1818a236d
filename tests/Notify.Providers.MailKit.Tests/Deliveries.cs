using Notify.Queueing;

namespace Notify.Providers.MailKit.Tests;

/// <summary>Deliveries as the engine hands them to a provider.</summary>
internal static class Deliveries
{
    public static Delivery Email()
    {
        var now = TimeProvider.System.GetUtcNow();
        return new Delivery
        {
            Id = Guid.CreateVersion7(now),
            NotificationId = Guid.CreateVersion7(now),
            Tenant = Trigger.DefaultTenant,
            Priority = Priority.Normal,
            To = new Address(Channel.Email, "ada@example.org"),
            Provider = "mailkit",
            Content = new Content { Title = "Hello", Body = "A body" },
            ContentIndex = 0,
            AcceptedAt = now,
            DueAt = now,
            ExpiresAt = now.AddDays(1),
        };
    }
}
