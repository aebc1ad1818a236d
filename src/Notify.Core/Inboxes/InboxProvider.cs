using Notify.Core.Templates;
using Notify.Providers;

namespace Notify.Core.Inboxes;

/// <summary>
/// Stores deliveries in the inboxes of their users. It belongs to the engine because it writes to the application's store and has
/// no vendor. An item has the ID of its delivery, so an attempt that is repeated stores nothing twice.
/// </summary>
internal sealed class InboxProvider(string name, InboxWriter writer, TimeProvider time) : IDeliveryProvider
{
    public string Name => name;

    public Channel Channel => Channel.Inbox;

    public async ValueTask<Outcome> SendAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        if (!ContentRules.HasText(delivery.Content))
            return Outcome.Rejected("an inbox item needs a title or a body");

        try
        {
            await writer.AddAsync(CreateItem(delivery)).WaitAsync(cancellationToken).ConfigureAwait(false);
            return Outcome.Sent();
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return Outcome.ProviderFailed($"the inbox could not be stored: {exception.GetType().Name}");
        }
    }

    private InboxItem CreateItem(Delivery delivery)
    {
        var now = InboxTime.GetNow(time);
        var content = delivery.Content;
        return new InboxItem
        {
            Id = delivery.Id,
            NotificationId = delivery.NotificationId,
            Tenant = delivery.Tenant,
            UserId = delivery.To.Value,
            Category = delivery.Category,
            Content = new Content
            {
                Title = content.Title,
                Body = content.Body,
                Data = content.Data,
                Inbox = content.Inbox,
            },
            AcceptedAt = delivery.AcceptedAt,
            CreatedAt = now,
            ChangedAt = now,
        };
    }
}
