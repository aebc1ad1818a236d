using System.Diagnostics;
using Microsoft.Extensions.Options;
using Notify.Planning;
using Notify.Queueing;
using Notify.Recipients;
using Notify.Templates;

namespace Notify.Triggering;

/// <summary>Makes of a valid trigger what is to be stored: the notification, its deliveries, and what comes later.</summary>
internal sealed class NotificationFactory(
    DeliveryPlanner planner,
    ITopicStore topics,
    IOptions<NotificationsOptions> options,
    Chance chance,
    TimeProvider time
)
{
    /// <exception cref="InvalidRequestException">A recipient is a user whom nobody knows.</exception>
    public async ValueTask<EnqueueRequest> CreateAsync(
        Trigger trigger,
        RenderedContents rendered,
        CancellationToken cancellationToken
    )
    {
        var notification = Accept(trigger, rendered);
        Recipient[] named = [.. trigger.To.Where(recipient => recipient.Kind != RecipientKind.Topic)];
        var planned = await planner.PlanAsync(notification, named, cancellationToken).ConfigureAwait(false);
        InvalidRequestException.ThrowIfAny([
            .. planned.Unknown.Select(index => new FieldError(
                $"to[{trigger.To.IndexOf(named[index])}]",
                "There is no such user."
            )),
        ]);

        return new EnqueueRequest(
            notification,
            planned.Deliveries,
            IdempotencyClaim.Of(notification, options.Value),
            await ExpandAsync(notification, cancellationToken).ConfigureAwait(false),
            planned.Digests
        );
    }

    private Notification Accept(Trigger trigger, RenderedContents rendered)
    {
        var now = time.GetUtcNow();
        var sendAt = trigger.SendAt ?? (trigger.SendAtLocal is { } local ? new DateTimeOffset(local, TimeSpan.Zero) : now);
        return new Notification
        {
            Id = chance.NewId(now),
            Trigger = trigger,
            AcceptedAt = now,
            ExpiresAt = trigger.ExpiresAt ?? (sendAt > now ? sendAt : now) + options.Value.DefaultTimeToLive,
            Contents = rendered.Contents,
            TemplateVersion = rendered.TemplateVersion,
            TraceParent = Activity.Current is { IdFormat: ActivityIdFormat.W3C } current ? current.Id : null,
        };
    }

    // One expansion covers all topics that have subscribers; those that have none are recorded with it.
    private async ValueTask<IReadOnlyList<NewExpansion>> ExpandAsync(
        Notification notification,
        CancellationToken cancellationToken
    )
    {
        List<NewExpansion> expansions = [];
        NewExpansion? all = null;
        foreach (var topic in notification.Trigger.Topics())
        {
            var subscribers = await topics.CountAsync(notification.Tenant, topic, cancellationToken).ConfigureAwait(false) ?? 0;
            if (subscribers == 0)
                expansions.Add(new NewExpansion(topic, 0, DueAt: null));
            else
                all = new NewExpansion(all?.Topic ?? topic, (all?.Total ?? 0) + subscribers, notification.AcceptedAt);
        }

        return all is null ? expansions : [all, .. expansions];
    }
}
