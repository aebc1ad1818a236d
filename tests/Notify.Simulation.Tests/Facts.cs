using Notify.Providers;

namespace Notify.Simulation.Tests;

/// <summary>The facts about a delivery, from watching the store and the vendors.</summary>
internal sealed class Facts(int number, Delivery delivery)
{
    /// <summary>Gets its number in traces, from 1.</summary>
    public int Number => number;

    public Delivery Delivery { get; set; } = delivery;

    public DeliveryState State { get; set; }

    public DateTimeOffset? DueAt { get; set; }

    /// <summary>Gets or sets the fence of its last lease.</summary>
    public long Fence { get; set; }

    /// <summary>Gets or sets the process that has the lease; null after it was settled.</summary>
    public SimulatedProcess? Holder { get; set; }

    public DateTimeOffset HeldUntil { get; set; }

    /// <summary>Gets or sets the step of the run in which its present lease was taken.</summary>
    public long HeldSince { get; set; }

    /// <summary>Gets when it was planned: its id is a UUIDv7 of that moment.</summary>
    public DateTimeOffset PlannedAt { get; } =
        DateTimeOffset.FromUnixTimeMilliseconds(Convert.ToInt64(delivery.Id.ToString("N")[..12], 16));

    /// <summary>Gets or sets whether its present lease took a free slot, which a claim may not.</summary>
    public bool FillsSlot { get; set; }

    /// <summary>Gets or sets the time before which no attempt may begin.</summary>
    public DateTimeOffset NotBefore { get; set; } = delivery.DueAt;

    public int Spent { get; set; }

    public int Acceptances { get; set; }

    public List<ObservedAttempt> Attempts { get; } = [];
}

/// <summary>A call to a provider and its result.</summary>
internal sealed class ObservedAttempt(SimulatedProcess process, Facts facts, DateTimeOffset startedAt)
{
    public SimulatedProcess Process => process;

    public Facts Facts => facts;

    public DateTimeOffset StartedAt => startedAt;

    /// <summary>Gets or sets the answer of the vendor; null when it did nothing.</summary>
    public Outcome? Answer { get; set; }

    /// <summary>Gets or sets whether the engine received that answer.</summary>
    public bool IsHeard { get; set; }

    public bool IsInFlight { get; set; } = true;

    /// <summary>Gets or sets whether the process crashed or gave up before it could settle.</summary>
    public bool IsCutOff { get; set; }

    /// <summary>Gets or sets whether it counted against the retry budget. A repeated settlement counts once.</summary>
    public bool IsSpent { get; set; }

    /// <summary>Gets or sets whether a settlement of it is on its way.</summary>
    public bool IsSettling { get; set; }

    /// <summary>Gets or sets whether its settlement failed.</summary>
    public bool SettleFailed { get; set; }

    /// <summary>Gets or sets whether its settlement was refused because the lease was lost.</summary>
    public bool LostItsLease { get; set; }

    /// <summary>Gets whether the message may be sent again although the vendor accepted it, in a world with faults.</summary>
    public bool MayBeRepeated => Answer is null || !IsHeard || IsCutOff || IsSettling || SettleFailed || LostItsLease;
}
