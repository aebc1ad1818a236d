namespace Notify.Providers.DotApns.Tests;

internal static class Deliveries
{
    public const string Token = "00fc13adff785122b4ad28809a3420982341241421348097878e577c991de8f0";

    public static Delivery Push(Content? content = null)
    {
        var now = TimeProvider.System.GetUtcNow();
        return new Delivery
        {
            Id = Guid.CreateVersion7(now),
            NotificationId = Guid.CreateVersion7(now),
            Tenant = Trigger.DefaultTenant,
            Priority = Priority.Normal,
            To = new Address(Channel.Push, Token) { Platform = Platform.Ios },
            Provider = "dotapns",
            Content = content ?? new Content { Title = "Shipped", Body = "content-text" },
            ContentIndex = 0,
            AcceptedAt = now,
            DueAt = now,
            ExpiresAt = now.AddHours(1),
        };
    }
}
