using Notify.Delivering;
using Notify.Queueing;

namespace Notify.Simulation.Tests;

/// <summary>What the world knows of a delivery, from watching the store and the vendors.</summary>
internal sealed class Facts(int number, Delivery delivery)
{
    /// <summary>A short name for traces, counting from 1.</summary>
    public int Number => number;

    public Delivery Delivery { get; set; } = delivery;

    public DeliveryState State { get; set; }

    public DateTimeOffset? DueAt { get; set; }

    /// <summary>The last fence that a lease of it had.</summary>
    public long Fence { get; set; }

    /// <summary>Who has the lease, and until when; null after it was settled.</summary>
    public SimulatedProcess? Holder { get; set; }

    public DateTimeOffset HeldUntil { get; set; }

    /// <summary>Gets or sets the step of the run in which its present lease was taken.</summary>
    public long HeldSince { get; set; }

    /// <summary>Gets when it was planned: its id is a UUIDv7 of that moment.</summary>
    public DateTimeOffset PlannedAt { get; } =
        DateTimeOffset.FromUnixTimeMilliseconds(Convert.ToInt64(delivery.Id.ToString("N")[..12], 16));

    /// <summary>Whether its present lease filled a slot that was free, as a claim need not.</summary>
    public bool FillsSlot { get; set; }

    /// <summary>No attempt before this.</summary>
    public DateTimeOffset NotBefore { get; set; } = delivery.DueAt;

    public int Spent { get; set; }

    public int Acceptances { get; set; }

    public List<ObservedAttempt> Attempts { get; } = [];
}

/// <summary>A call to a provider, and what became of it.</summary>
internal sealed class ObservedAttempt(SimulatedProcess process, Facts facts, DateTimeOffset startedAt)
{
    public SimulatedProcess Process => process;

    public Facts Facts => facts;

    public DateTimeOffset StartedAt => startedAt;

    /// <summary>What the vendor answered; null when it did nothing.</summary>
    public Outcome? Answer { get; set; }

    /// <summary>Whether the engine heard that answer.</summary>
    public bool IsHeard { get; set; }

    public bool IsUnderWay { get; set; } = true;

    /// <summary>The process crashed or gave up before it could settle.</summary>
    public bool IsCutOff { get; set; }

    /// <summary>Whether it counted against the retry budget: a settlement that is repeated counts once.</summary>
    public bool IsSpent { get; set; }

    /// <summary>A settlement of it is on its way, or failed, or came to a lease that was lost.</summary>
    public bool IsSettling { get; set; }

    public bool SettleFailed { get; set; }

    public bool LostItsLease { get; set; }

    /// <summary>Whether a world with faults may send the message again though the vendor accepted it.</summary>
    public bool MayBeRepeated => Answer is null || !IsHeard || IsCutOff || IsSettling || SettleFailed || LostItsLease;
}
