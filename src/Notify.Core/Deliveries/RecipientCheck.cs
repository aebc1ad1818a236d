using System.Buffers.Binary;
using Notify.Core.Providers;
using Notify.Core.Settlements;
using Notify.Core.Timing;
using Notify.Providers;
using Notify.Storage;

namespace Notify.Core.Deliveries;

/// <summary>
/// Checks deliveries that waited against what is known of their users now: a user may have been deleted, have declined or
/// unsubscribed, or have another address or device. A delivery that is sent in the moment of its planning needs no second look,
/// so the common path reads nothing here. A direct address has nothing to be checked against.
/// </summary>
internal sealed class RecipientCheck(
    IRecipientCheckStore store,
    INotificationStore notifications,
    ProviderRouter router,
    DueTimePolicy policy,
    DeliverySettler settler,
    TimeProvider time
)
{
    /// <summary>How long after its planning a delivery counts as sent in the same moment.</summary>
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Ids count milliseconds, so a delivery that was due at once may look due up to one later than it was planned.
    /// </summary>
    private static readonly TimeSpan IdPrecision = TimeSpan.FromMilliseconds(1);

    /// <summary>
    /// Determines whether a delivery was planned a while ago: scheduled, retried, replayed, or behind a backlog.
    /// </summary>
    public static bool IsNeeded(Delivery delivery, DateTimeOffset now)
    {
        if (delivery.UserId is null)
            return false;

        var plannedAt = PlannedAt(delivery.Id);
        return delivery.AttemptsSpent > 0
            || delivery.RetryDelay > TimeSpan.Zero
            || delivery.Fallback is { Step: > 0 }
            || delivery.DueAt > plannedAt + IdPrecision
            || now - plannedAt >= Moment;
    }

    /// <summary>
    /// Reads the users of all leases at once, cancels the deliveries that are not to be sent any more, puts off those in quiet
    /// hours, and moves those whose address changed. Returns the leases to send.
    /// </summary>
    public async ValueTask<IReadOnlyList<Lease>> CheckAsync(IReadOnlyList<Lease> leases, CancellationToken cancellationToken)
    {
        var verdicts = await JudgeAsync(leases, cancellationToken).ConfigureAwait(false);
        var unsent = new List<(Lease Lease, Settlement Settlement)>();
        var moved = new List<(Lease Lease, Address To)>();
        var current = new List<Lease>(leases.Count);
        for (var i = 0; i < leases.Count; i++)
        {
            if (verdicts[i].Reason is { } reason)
                unsent.Add((leases[i], settler.Cancel(leases[i], reason)));
            else if (verdicts[i].DueAt is { } dueAt)
                unsent.Add((leases[i], settler.Postpone(leases[i], dueAt)));
            else if (verdicts[i].To is { } to)
                moved.Add((leases[i], to));
            else
                current.Add(leases[i]);
        }

        if (unsent.Count > 0)
            await settler.SettleUnsentAsync(unsent, cancellationToken).ConfigureAwait(false);
        if (moved.Count > 0)
            current.AddRange(await MoveAsync(moved, cancellationToken).ConfigureAwait(false));
        return current;
    }

    private async ValueTask<Verdict[]> JudgeAsync(IReadOnlyList<Lease> leases, CancellationToken cancellationToken)
    {
        RecipientQuestion[] questions = [.. leases.Select(lease => Ask(lease.Delivery, lease.Delivery.Topic))];
        var answers = await ReadAsync(questions, cancellationToken).ConfigureAwait(false);
        var verdicts = new Verdict[leases.Count];
        var unsubscribed = new List<int>();
        for (var i = 0; i < verdicts.Length; i++)
        {
            verdicts[i] = Judge(leases[i].Delivery, answers[questions[i]]);
            if (verdicts[i].Reason is null && questions[i].Topic is not null && !answers[questions[i]].IsSubscribed)
                unsubscribed.Add(i);
        }

        foreach (var i in unsubscribed)
        {
            if (!await SubscribesToAnotherAsync(leases[i].Delivery, cancellationToken).ConfigureAwait(false))
                verdicts[i] = Verdict.Cancel($"the user unsubscribed from '{leases[i].Delivery.Topic}'");
        }

        return verdicts;
    }

    private async ValueTask<Dictionary<RecipientQuestion, RecipientAnswer>> ReadAsync(
        IEnumerable<RecipientQuestion> questions,
        CancellationToken cancellationToken
    )
    {
        RecipientQuestion[] distinct = [.. questions.Distinct()];
        var answers = await store.ReadAsync(distinct, cancellationToken).ConfigureAwait(false);
        return distinct.Zip(answers).ToDictionary(pair => pair.First, pair => pair.Second);
    }

    // A notification to several topics reached the user by one of them, and the user may still subscribe to another.
    private async ValueTask<bool> SubscribesToAnotherAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        var notification = await notifications
            .FindAsync(delivery.Tenant, delivery.NotificationId, cancellationToken)
            .ConfigureAwait(false);
        RecipientQuestion[] others =
        [
            .. (notification?.Trigger.Topics() ?? [])
                .Where(topic => topic != delivery.Topic)
                .Select(topic => Ask(delivery, topic)),
        ];
        return others.Length > 0
            && (await ReadAsync(others, cancellationToken).ConfigureAwait(false)).Values.Any(answer => answer.IsSubscribed);
    }

    private Verdict Judge(Delivery delivery, RecipientAnswer answer)
    {
        if (answer.User is not { } user)
            return Verdict.Cancel("the user was deleted");
        if (!policy.IsMandatory(delivery.Category) && !user.Wants(delivery.Category, delivery.Channel))
            return Verdict.Cancel("the user's preferences decline it");
        var device = FindDevice(delivery, answer.Devices);
        if (FindAddress(delivery, user, device) is not { } address)
        {
            return Verdict.Cancel(
                delivery.Channel == Channel.Push
                    ? "the device is no longer the user's, or was pruned"
                    : $"the user has no address for {delivery.Channel} any more"
            );
        }

        var now = time.GetUtcNow();
        var dueAt = policy.GetDueTime(delivery, now, RecipientClock.From(user, device));
        if (dueAt > now)
            return Verdict.Postpone(dueAt);
        if (address == delivery.To)
            return default;
        return router.GetRoute(address).Count == 0
            ? Verdict.Cancel($"no provider sends {address.Channel} to {address.Platform}")
            : Verdict.Move(address);
    }

    // A device keeps its id when its token is refreshed, and an app that is installed again may keep its token under another id.
    private static Device? FindDevice(Delivery delivery, IReadOnlyList<Device> devices) =>
        devices.FirstOrDefault(device => device.Id == delivery.DeviceId)
        ?? devices.FirstOrDefault(device => device.Token == delivery.To.Value && device.App == delivery.To.App);

    private static Address? FindAddress(Delivery delivery, User user, Device? device)
    {
        if (delivery.Channel == Channel.Push)
            return device is null ? null : new Address(Channel.Push, device.Token, device.Platform, device.App);
        return user.Addresses.TryGetValue(delivery.Channel.Name, out var address) ? new Address(delivery.Channel, address) : null;
    }

    private async ValueTask<IEnumerable<Lease>> MoveAsync(
        List<(Lease Lease, Address To)> moved,
        CancellationToken cancellationToken
    )
    {
        Redirection[] redirections =
        [
            .. moved.Select(move => new Redirection(move.Lease.Delivery.Id, move.Lease.Fence, move.To)),
        ];
        var applied = await store.RedirectAsync(redirections, cancellationToken).ConfigureAwait(false);
        return moved
            .Where((_, i) => applied[i])
            .Select(move => move.Lease with { Delivery = move.Lease.Delivery with { To = move.To } });
    }

    private static RecipientQuestion Ask(Delivery delivery, string? topic) =>
        new(delivery.Tenant, delivery.UserId!, topic, WithDevices: delivery.Channel == Channel.Push);

    // A delivery's id is a UUIDv7 of the moment of its planning.
    private static DateTimeOffset PlannedAt(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64BigEndian(bytes) >>> 16);
    }

    /// <summary>
    /// Why a delivery is cancelled, when it is due instead, or its new address; none where it is sent as it is.
    /// </summary>
    private readonly record struct Verdict(string? Reason, DateTimeOffset? DueAt, Address? To)
    {
        public static Verdict Cancel(string reason) => new(reason, null, null);

        public static Verdict Postpone(DateTimeOffset dueAt) => new(null, dueAt, null);

        public static Verdict Move(Address to) => new(null, null, to);
    }
}
