using Notify.Core.Triggers;

namespace Notify.Simulation.Tests;

/// <summary>
/// The callers that trigger: with idempotency keys, again after no answer came, and sometimes with the key of another trigger.
/// </summary>
internal sealed class Callers(Random random, World world)
{
    /// <summary>The category of the triggers that have a throttle.</summary>
    public const string Throttled = "offers";

    private readonly List<Call> _open = [];
    private readonly List<Call> _unanswered = [];
    private readonly List<Trigger> _sent = [];
    private readonly Dictionary<(string Tenant, string Key), (string Body, Guid Id)> _acknowledged = [];
    private int _count;

    public bool AreWaiting => _open.Count > 0;

    public void Trigger(SimulatedProcess process) => Send(process, Compose());

    /// <summary>Repeats a call that was not answered.</summary>
    public void Retry(SimulatedProcess process)
    {
        if (_unanswered.Count == 0)
            return;

        var call = _unanswered[random.Next(_unanswered.Count)];
        _unanswered.Remove(call);
        Send(process, call.Trigger);
    }

    /// <summary>Uses a key again, with the same body or with another one.</summary>
    public void Repeat(SimulatedProcess process)
    {
        if (_sent.Count == 0)
            return;

        // A caller that asks twice at once, or one that uses an old key.
        var earlier = random.Next(3) == 0 ? _sent[^1] : _sent[random.Next(_sent.Count)];
        Send(process, random.Next(2) == 0 ? earlier : WithAnotherBody(earlier));
    }

    public void Cancel(SimulatedProcess process)
    {
        var chosen = random.Next(2) == 0 ? world.Ledger.AnyCollecting(random) : null;
        if ((chosen ?? world.Ledger.AnyNotification(random)) is { } notification)
            _ = process.Notifier.CancelAsync(notification.Tenant, notification.Id);
    }

    /// <summary>Finds a user whom a call that is in flight is for; null when there is none.</summary>
    public (string Tenant, string User)? FindUser(Random chooser)
    {
        var named = _open.Where(call => call.Trigger.To is [{ Kind: RecipientKind.User }]).ToArray();
        if (named.Length == 0)
            return null;

        var trigger = named[chooser.Next(named.Length)].Trigger;
        return (trigger.Tenant, trigger.To[0].Value);
    }

    /// <summary>Handles the calls that have ended.</summary>
    public void Look()
    {
        for (var i = _open.Count - 1; i >= 0; i--)
        {
            var call = _open[i];
            if (!call.Answer.IsCompleted && world.IsAlive(call.Process))
                continue;

            _open.RemoveAt(i);
            if (call.Answer.IsCompletedSuccessfully)
                Acknowledge(call, call.Answer.Result);
            else if (call.Answer.Exception?.InnerException is IdempotencyConflictException conflict)
                CheckConflict(call, conflict);
            else if (call.Answer.Exception?.InnerException is InvalidRequestException refusal)
                CheckRefusal(call, refusal);
            else if (call.Answer.Exception?.InnerException is null or SimulatedFault)
                _unanswered.Add(call);
            else
                world.Ledger.Require(
                    false,
                    $"a trigger fails only when the store does, not with {call.Answer.Exception.InnerException.GetType().Name}"
                );
        }
    }

    private Trigger WithAnotherBody(Trigger earlier) =>
        earlier.Template is null
            ? earlier with
            {
                Content = new Content { Body = $"another {++_count}" },
            }
            : earlier with
            {
                Data = new { number = ++_count },
            };

    private void Send(SimulatedProcess process, Trigger trigger)
    {
        if (trigger.IdempotencyKey is not null)
            _sent.Add(trigger);
        if (trigger.SendAt < world.Clock.Now || trigger.ExpiresAt <= world.Clock.Now)
            return;
        var isHeld = trigger.IdempotencyKey is { } key && world.Ledger.HoldsKey(trigger.Tenant, key);
        _open.Add(new Call(process, trigger, world.Trace.Count, isHeld, process.Notifier.TriggerAsync(trigger)));
    }

    private void CheckRefusal(Call call, InvalidRequestException refusal)
    {
        world.Ledger.Require(!call.IsHeld, "a trigger whose key is held is answered, whatever has changed since");
        world.Ledger.Require(
            refusal.Errors.All(error => error.Field == "expiresAt" ? HasExpiredWaiting(call) : WasForMissingUser(call)),
            "a trigger is refused only where a user does not exist or its time is over"
        );
    }

    // A call may wait for another one with the same key, which then fails. Its own time may be over by then.
    private bool HasExpiredWaiting(Call call) =>
        call.Trigger.ExpiresAt <= world.Clock.Now && FindSent((call.Trigger.Tenant, call.Trigger.IdempotencyKey)).Skip(1).Any();

    private IEnumerable<Trigger> FindSent((string Tenant, string? Key) key) =>
        _sent.Where(sent => (sent.Tenant, sent.IdempotencyKey) == key);

    private bool WasForMissingUser(Call call) =>
        call.Trigger.To.Any(recipient =>
            recipient.Kind == RecipientKind.User && world.Recipients.WasMissing(call.Trigger.Tenant, recipient.Value, call.SentIn)
        );

    private void Acknowledge(Call call, TriggerResult result)
    {
        world.Ledger.Acknowledged(result.Id, ExpectedDeliveries(call.Trigger));
        if (call.Trigger.IdempotencyKey is not { } key)
            return;

        var body = GetBody(call.Trigger);
        if (_acknowledged.TryAdd((call.Trigger.Tenant, key), (body, result.Id)))
            return;

        var first = _acknowledged[(call.Trigger.Tenant, key)];
        world.Ledger.Require(first.Id == result.Id, "the same key gives the same id");
        world.Ledger.Require(first.Body == body, "the same key with another body is a conflict");
    }

    private void CheckConflict(Call call, IdempotencyConflictException conflict)
    {
        var key = (call.Trigger.Tenant, call.Trigger.IdempotencyKey!);
        world.Ledger.Require(
            FindSent(key).Any(other => GetBody(other) != GetBody(call.Trigger)),
            "the same key with the same body is no conflict"
        );
        if (_acknowledged.TryGetValue(key, out var first))
            world.Ledger.Require(
                first.Id == conflict.ExistingId && first.Body != GetBody(call.Trigger),
                "a conflict names the one that holds the key"
            );
    }

    private Trigger Compose()
    {
        var tenant = Audience.Tenants[random.Next(Audience.Tenants.Length)];
        var number = ++_count;
        DateTimeOffset? sendAt = random.Next(5) == 0 ? world.Clock.Now + TimeSpan.FromSeconds(random.Next(1, 120)) : null;
        var trigger = new Trigger
        {
            Tenant = tenant,
            To = Recipient.Email($"direct{number}@example.org"),
            Content = new Content { Body = $"message {number}" },
            Priority = (Priority)random.Next(3),
            IdempotencyKey = random.Next(3) > 0 ? $"key-{number}" : null,
            SendAt = sendAt,
            ExpiresAt = random.Next(4) == 0 ? (sendAt ?? world.Clock.Now) + TimeSpan.FromSeconds(random.Next(1, 90)) : null,
            CollapseKey = random.Next(8) == 0 ? "collapse" : null,
            Category = random.Next(6) == 0 ? Nights.Mandatory : null,
        };
        return random.Next(18) switch
        {
            15 => Throttle(trigger) with { To = Recipient.User(Audience.Busiest), Channels = [Channel.Email] },
            16 => Throttle(trigger) with { To = Recipient.Topic(Audience.Topic), Channels = [Channel.Email] },
            17 => Throttle(trigger) with { To = Recipient.Email("popular@example.org") },
            12 or 13 => Collected(trigger, number) with { To = Recipient.User(Audience.Busiest) },
            14 => Collected(trigger, number) with { To = Recipient.Topic(Audience.Topic) },
            0 => trigger with { To = Recipient.Topic(Audience.Topic), Channels = [Channel.Email] },
            1 => trigger with { To = Recipient.Email(Vendor.NeverTaken) },
            2 or 3 => trigger with { To = Recipient.User(world.Audience.AnyUser()), Channels = [Channel.Email] },
            4 or 5 => trigger with { To = Recipient.User(world.Audience.AnyUser()), Channels = [Channel.Push] },
            6 => trigger with
            {
                To = Recipient.User(world.Audience.AnyUser()),
                Channels = [Channel.Push],
                Fallback = [new FallbackStep(Channel.Email, TimeSpan.FromSeconds(random.Next(5, 60)))],
            },
            7 or 8 => trigger with
            {
                To = [Recipient.Email($"first{number}@example.org"), Recipient.Email($"second{number}@example.org")],
            },
            9 => trigger with { To = Recipient.Email("same@example.org"), CollapseKey = "collapse" },
            _ => trigger,
        };
    }

    private Trigger Throttle(Trigger trigger) =>
        trigger with
        {
            Category = Throttled,
            Throttle = world.Conditions.Throttle,
            IdempotencyKey = trigger.IdempotencyKey ?? $"throttled-{_count}",
        };

    private Trigger Collected(Trigger trigger, int number) =>
        trigger with
        {
            Content = null,
            Template = Audience.Template,
            Data = new { number },
            Channels = [Channel.Email],
            Digest = new Digest { Window = TimeSpan.FromSeconds(random.Next(1, 60)) },
            Category = random.Next(6) == 0 ? "orders" : null,
            Priority = random.Next(6) == 0 ? Priority.High : Priority.Normal,
            CollapseKey = null,
            SendAt = null,
            ExpiresAt = null,
        };

    // Push goes to the devices that are left, and the deliveries of a topic come later.
    private static int ExpectedDeliveries(Trigger trigger) =>
        trigger switch
        {
            { Digest: not null } => 0,
            { To: [{ Kind: RecipientKind.Topic }] } => 0,
            { Channels: [var channel], Fallback: null } when channel == Channel.Push => 0,
            _ => trigger.To.Count,
        };

    private static string GetBody(Trigger trigger) => trigger.Content?.Body ?? $"{trigger.Data}";

    /// <param name="Process">The process that was called.</param>
    /// <param name="Trigger">The trigger.</param>
    /// <param name="SentIn">The step of the run in which it was sent.</param>
    /// <param name="IsHeld">Whether its idempotency key was held by then.</param>
    /// <param name="Answer">The answer.</param>
    private sealed record Call(SimulatedProcess Process, Trigger Trigger, long SentIn, bool IsHeld, Task<TriggerResult> Answer);
}
