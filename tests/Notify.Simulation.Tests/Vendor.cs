using Notify.Providers;

namespace Notify.Simulation.Tests;

/// <summary>
/// The vendors behind all providers. A message that they accept is sent, whether or not the engine gets the answer.
/// </summary>
internal sealed class Vendor(Random random, Conditions conditions)
{
    public const string NeverTaken = "never@example.org";

    private readonly HashSet<string> _deadTokens = [];
    private readonly Dictionary<string, DateTimeOffset> _saidDead = [];

    /// <summary>Gets or sets whether vendors still refuse and fail.</summary>
    public bool HasFaults { get; set; } = true;

    /// <summary>Gets or sets a dead token whose app is about to be installed again.</summary>
    public string? Returning { get; set; }

    public void Revive(string token) => _deadTokens.Remove(token);

    /// <summary>Finds when the last attempt began to which the vendor answered that the token is dead.</summary>
    public DateTimeOffset? FindDeadSince(string token) => _saidDead.TryGetValue(token, out var at) ? at : null;

    public bool DrawHang() => HasFaults && random.NextDouble() < conditions.Hangs;

    public Outcome Answer(Delivery delivery, DateTimeOffset startedAt)
    {
        if (delivery.To.Value == NeverTaken)
            return Outcome.Rejected("never taken");
        if (_deadTokens.Contains(delivery.To.Value) || (delivery.Channel == Channel.Push && HasFaults && random.Next(12) == 0))
            return Gone(delivery.To.Value, startedAt);
        if (!HasFaults || random.NextDouble() >= conditions.Refuses)
            return Outcome.Sent(delivery.Id.ToString("N"));

        TimeSpan? after = random.Next(4) switch
        {
            0 => TimeSpan.Zero,
            1 => TimeSpan.FromSeconds(random.Next(1, 30)),
            _ => null,
        };
        return random.Next(10) switch
        {
            < 5 => Outcome.Retry("busy", after),
            < 7 => Outcome.ProviderFailed("down", after),
            < 8 => Outcome.Throttled("slow down", after),
            _ => Outcome.Rejected("not today nor ever"),
        };
    }

    private Outcome Gone(string token, DateTimeOffset startedAt)
    {
        _deadTokens.Add(token);
        _saidDead[token] = startedAt;
        if (random.Next(3) == 0)
            Returning = token;
        return Outcome.RecipientGone("unregistered");
    }
}

/// <summary>A provider as one process has it.</summary>
internal sealed class SimulatedProvider(string name, Channel channel, SimulatedProcess process, World world) : IDeliveryProvider
{
    public string Name => name;

    public Channel Channel => channel;

    public ValueTask<Outcome> SendAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        var attempt = world.Ledger.AttemptStarts(process, delivery);
        return world.Operations.CallAsync(
            process,
            name,
            () => Take(delivery, attempt),
            cancellationToken,
            attempt.Facts.Number,
            _ => world.Ledger.Heard(attempt),
            () => world.Ledger.NotHeard(attempt),
            world.Vendor.DrawHang()
        );
    }

    private Outcome Take(Delivery delivery, ObservedAttempt attempt)
    {
        attempt.Answer = world.Vendor.Answer(delivery, attempt.StartedAt);
        if (attempt.Answer.Kind == OutcomeKind.Sent)
            world.Ledger.VendorAccepts(attempt);
        return attempt.Answer;
    }
}
