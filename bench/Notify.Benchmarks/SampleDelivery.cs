using Notify.Providers;

namespace Notify.Benchmarks;

/// <summary>A push of the usual size: a title, a sentence, two values, a link.</summary>
internal static class SampleDelivery
{
    public static Content Content { get; } =
        new()
        {
            Title = "Your order was shipped",
            Body = "It left our warehouse this morning and will arrive tomorrow between 9 and 12.",
            Data = new Dictionary<string, string> { ["order"] = "4711", ["carrier"] = "DHL" },
            Push = new PushContent
            {
                Link = "shop://orders/4711",
                Sound = "default",
                Badge = 1,
            },
        };

    public static Delivery To(Address address) =>
        new()
        {
            Id = Guid.CreateVersion7(),
            NotificationId = Guid.CreateVersion7(),
            Tenant = Trigger.DefaultTenant,
            Priority = Priority.Normal,
            To = address,
            Provider = "vendor",
            Content = Content,
            ContentIndex = 0,
            AcceptedAt = DateTimeOffset.UtcNow,
            DueAt = DateTimeOffset.UtcNow,
            ExpiresAt = DateTimeOffset.UtcNow.AddDays(1),
        };
}
