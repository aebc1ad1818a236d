namespace Notify.Providers.FirebaseAdmin.Tests;

internal static class Deliveries
{
    public const string Token = "dQw4w9WgXcQ:APA91bH-registration-token";

    public static Delivery Push(DateTimeOffset now, Content? content = null) =>
        new()
        {
            Id = Guid.CreateVersion7(now),
            NotificationId = Guid.CreateVersion7(now),
            Tenant = Trigger.DefaultTenant,
            Priority = Priority.Normal,
            To = new Address(Channel.Push, Token) { Platform = Platform.Android },
            Provider = "firebase-admin",
            Content = content ?? new Content { Title = "Shipped", Body = "content-text" },
            ContentIndex = 0,
            AcceptedAt = now,
            DueAt = now,
            ExpiresAt = now.AddHours(1),
        };
}
