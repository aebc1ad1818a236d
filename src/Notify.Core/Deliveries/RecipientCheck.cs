using System.Buffers.Binary;
using Notify.Core.Events;
using Notify.Core.Providers;
using Notify.Core.Recipients;
using Notify.Core.Settlements;
using Notify.Core.Timing;
using Notify.Providers;
using Notify.Storage;

namespace Notify.Core.Deliveries;

/// <summary>
/// Checks deliveries that have waited against the current data of their users: a user may have been deleted, may have declined or
/// unsubscribed, or may have another address or device. A delivery that is sent right after it was planned needs no check, so the
/// common path reads nothing here. A direct address has no user and needs no check either. An event is checked against its
/// subscription.
/// </summary>
internal sealed class RecipientCheck(
    IRecipientCheckStore store,
    TopicSubscriptions subscriptions,
    EventSubscriptionCache eventSubscriptions,
    ProviderRouter router,
    DueTimePolicy policy,
    DeliverySettler settler,
    TimeProvider time
)
{
    /// <summary>How long after it was planned a delivery counts as sent right away.</summary>
    private static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The precision of the time within an id. A delivery that was due at once may appear to be due up to this much after it was
    /// planned.
    /// </summary>
    private static readonly TimeSpan IdPrecision = TimeSpan.FromMilliseconds(1);

    /// <summary>
    /// Determines whether a delivery was planned a while ago, because it was scheduled, retried or replayed, or waited behind a
    /// backlog.
    /// </summary>
    public static bool IsNeeded(Delivery delivery, DateTimeOffset now)
    {
        if (delivery.UserId is null && !EventForwarder.IsEvent(delivery))
            return false;

        var plannedAt = GetPlannedTime(delivery.Id);
        return delivery.AttemptsSpent > 0
            || delivery.RetryDelay > TimeSpan.Zero
            || delivery.Fallback is { Step: > 0 }
            || delivery.DueAt > plannedAt + IdPrecision
            || now - plannedAt >= FreshFor;
    }

    /// <summary>
    /// Reads the users of all leases at once. Cancels the deliveries that must not be sent any more, postpones those in quiet
    /// hours, and redirects those whose address changed. Returns the leases to send.
    /// </summary>
    public async ValueTask<IReadOnlyList<Lease>> CheckAsync(IReadOnlyList<Lease> leases, CancellationToken cancellationToken)
    {
        var results = await DecideAsync(leases, cancellationToken).ConfigureAwait(false);
        var unsent = new List<(Lease Lease, Settlement Settlement)>();
        var redirected = new List<(Lease Lease, Address To)>();
        var current = new List<Lease>(leases.Count);
        for (var i = 0; i < leases.Count; i++)
        {
            if (results[i].Reason is { } reason)
                unsent.Add((leases[i], settler.Cancel(leases[i], reason)));
            else if (results[i].DueAt is { } dueAt)
                unsent.Add((leases[i], settler.Postpone(leases[i], dueAt)));
            else if (results[i].To is { } to)
                redirected.Add((leases[i], to));
            else
                current.Add(leases[i]);
        }

        if (unsent.Count > 0)
            await settler.SettleUnsentAsync(unsent, cancellationToken).ConfigureAwait(false);
        if (redirected.Count > 0)
            current.AddRange(await RedirectAsync(redirected, cancellationToken).ConfigureAwait(false));
        return current;
    }

    private async ValueTask<CheckResult[]> DecideAsync(IReadOnlyList<Lease> leases, CancellationToken cancellationToken)
    {
        RecipientQuestion?[] questions =
        [
            .. leases.Select(lease =>
                EventForwarder.IsEvent(lease.Delivery) ? null : CreateQuestion(lease.Delivery, lease.Delivery.Topic)
            ),
        ];
        var answers = await ReadAsync(questions.OfType<RecipientQuestion>(), cancellationToken).ConfigureAwait(false);
        var results = new CheckResult[leases.Count];
        var unsubscribed = new List<int>();
        for (var i = 0; i < results.Length; i++)
        {
            if (questions[i] is not { } question)
            {
                results[i] = await DecideEventAsync(leases[i].Delivery, cancellationToken).ConfigureAwait(false);
                continue;
            }

            results[i] = Decide(leases[i].Delivery, answers[question]);
            if (results[i].Reason is null && question.Topic is not null && !answers[question].IsSubscribed)
                unsubscribed.Add(i);
        }

        foreach (var i in unsubscribed)
        {
            if (!await SubscribesToAnotherAsync(leases[i].Delivery, cancellationToken).ConfigureAwait(false))
                results[i] = CheckResult.Cancel($"the user unsubscribed from '{leases[i].Delivery.Topic}'");
        }

        return results;
    }

    private async ValueTask<Dictionary<RecipientQuestion, RecipientAnswer>> ReadAsync(
        IEnumerable<RecipientQuestion> questions,
        CancellationToken cancellationToken
    )
    {
        RecipientQuestion[] distinct = [.. questions.Distinct()];
        if (distinct.Length == 0)
            return [];
        var answers = await store.ReadAsync(distinct, cancellationToken).ConfigureAwait(false);
        return distinct.Zip(answers).ToDictionary(pair => pair.First, pair => pair.Second);
    }

    // A delivery names one of its notification's topics, and the user may still subscribe to another.
    private ValueTask<bool> SubscribesToAnotherAsync(Delivery delivery, CancellationToken cancellationToken) =>
        subscriptions.HasAnotherAsync(
            delivery.Tenant,
            delivery.UserId!,
            delivery.NotificationId,
            delivery.Topic!,
            cancellationToken
        );

    private CheckResult Decide(Delivery delivery, RecipientAnswer answer)
    {
        if (answer.User is not { User: { } user } stored)
            return CheckResult.Cancel("the user was deleted");
        if (!policy.IsMandatory(delivery.Category) && !stored.Wants(delivery.Category, delivery.Channel))
            return CheckResult.Cancel("declined by the user's preferences");
        var device = FindDevice(delivery, answer.Devices);
        if (FindAddress(delivery, user, device) is not { } address)
        {
            return CheckResult.Cancel(
                delivery.Channel == Channel.Push
                    ? "the device was pruned or now belongs to another user"
                    : $"the user no longer has an address for {delivery.Channel}"
            );
        }

        var now = time.GetUtcNow();
        var dueAt = policy.GetDueTime(delivery, now, RecipientClock.From(user, device));
        if (dueAt > now)
            return CheckResult.Postpone(dueAt);
        if (address == delivery.To)
            return default;
        return router.GetRoute(address).Count == 0
            ? CheckResult.Cancel($"no provider sends {address.Channel} to {address.Platform}")
            : CheckResult.Redirect(address);
    }

    // The provider stays the same: events that wait must be signed as those before them.
    private async ValueTask<CheckResult> DecideEventAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        var id = EventForwarder.GetSubscription(delivery);
        if (
            await eventSubscriptions.FindAsync(delivery.Tenant, id, cancellationToken).ConfigureAwait(false)
            is not { } subscription
        )
            return CheckResult.Cancel("the event subscription was deleted");
        if (!subscription.IsEnabled && delivery.Content.Event!.Type != NotifyEventTypes.SubscriptionTest)
            return CheckResult.Cancel("the event subscription is disabled");
        return subscription.Url == delivery.To.Value
            ? default
            : CheckResult.Redirect(new Address(Channel.Webhook, subscription.Url));
    }

    // A device keeps its id when its token is refreshed. An app that was reinstalled may have a new id and the same token.
    private static Device? FindDevice(Delivery delivery, IReadOnlyList<Device> devices) =>
        devices.FirstOrDefault(device => device.Id == delivery.DeviceId)
        ?? devices.FirstOrDefault(device => device.Token == delivery.To.Value && device.App == delivery.To.App);

    private static Address? FindAddress(Delivery delivery, User user, Device? device)
    {
        if (delivery.Channel == Channel.Push)
            return device is null
                ? null
                : new Address(Channel.Push, device.Token) { Platform = device.Platform, App = device.App };
        if (delivery.Channel == Channel.Inbox)
            return new Address(Channel.Inbox, user.Id);
        return user.Addresses.TryGetValue(delivery.Channel.AddressName, out var address)
            ? new Address(delivery.Channel, address)
            : null;
    }

    private async ValueTask<IEnumerable<Lease>> RedirectAsync(
        List<(Lease Lease, Address To)> redirected,
        CancellationToken cancellationToken
    )
    {
        Redirection[] redirections =
        [
            .. redirected.Select(redirect => new Redirection(redirect.Lease.Delivery.Id, redirect.Lease.Fence, redirect.To)),
        ];
        var applied = await store.RedirectAsync(redirections, cancellationToken).ConfigureAwait(false);
        return redirected
            .Where((_, i) => applied[i])
            .Select(redirect => redirect.Lease with { Delivery = redirect.Lease.Delivery with { To = redirect.To } });
    }

    private static RecipientQuestion CreateQuestion(Delivery delivery, string? topic) =>
        new()
        {
            Tenant = delivery.Tenant,
            UserId = delivery.UserId!,
            Topic = topic,
            WithDevices = delivery.Channel == Channel.Push,
        };

    // A delivery's id is a UUIDv7, whose first 48 bits are the time at which it was planned.
    private static DateTimeOffset GetPlannedTime(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64BigEndian(bytes) >>> 16);
    }

    /// <summary>
    /// The result for one delivery: the reason to cancel it, the time to postpone it to, or the address to redirect it to. None
    /// of them if it is sent as it is.
    /// </summary>
    private readonly record struct CheckResult(string? Reason, DateTimeOffset? DueAt, Address? To)
    {
        public static CheckResult Cancel(string reason) => new(reason, null, null);

        public static CheckResult Postpone(DateTimeOffset dueAt) => new(null, dueAt, null);

        public static CheckResult Redirect(Address to) => new(null, null, to);
    }
}
