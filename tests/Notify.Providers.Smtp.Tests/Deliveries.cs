namespace Notify.Providers.Smtp.Tests;

/// <summary>Deliveries as the engine hands them to a provider.</summary>
internal static class Deliveries
{
    public static Delivery To(string address, Content? content = null, string? user = null)
    {
        var now = TimeProvider.System.GetUtcNow();
        return new Delivery
        {
            Id = Guid.CreateVersion7(now),
            NotificationId = Guid.CreateVersion7(now),
            Tenant = Trigger.DefaultTenant,
            Priority = Priority.Normal,
            To = new Address(Channel.Email, address),
            Provider = MailProvider.Name,
            Content = content ?? new Content { Title = "Hello", Body = "A body" },
            ContentIndex = 0,
            UserId = user,
            AcceptedAt = now,
            DueAt = now,
            ExpiresAt = now.AddDays(1),
        };
    }
}
