using Notify.Core.Planning;
using Notify.Core.Telemetry;

namespace Notify.Core.Triggers;

/// <summary>Accepts many triggers, in batches that are stored in one write each.</summary>
internal sealed class TriggerBatches(TriggerPlanner planner, NotificationIntake intake, UnusedPermits unusedPermits)
{
    /// <summary>
    /// The maximum number of triggers in a batch: enough to make a flush cheap, few enough that other callers, who may have to
    /// wait for the write, do not notice it.
    /// </summary>
    private const int MaxTriggers = 256;

    /// <summary>The number of triggers that are planned concurrently, which bounds the concurrent reads from the store.</summary>
    private const int MaxPlanning = 32;

    /// <summary>
    /// Accepts the triggers in their order. While one batch is stored, the next one is planned. Batches are stored one after the
    /// other, because the order of triggers with a collapse key matters.
    /// </summary>
    /// <returns>The outcomes, in the order of the triggers.</returns>
    public async Task<IReadOnlyList<TriggerOutcome>> RunAsync(
        IReadOnlyList<Trigger> triggers,
        CancellationToken cancellationToken
    )
    {
        var outcomes = new TriggerOutcome[triggers.Count];
        var storing = Task.FromResult(true);
        for (var begin = 0; begin < triggers.Count; begin += MaxTriggers)
        {
            var batch = outcomes.AsMemory(begin, Math.Min(MaxTriggers, triggers.Count - begin));
            var plans = await PlanAsync(triggers, begin, batch.Length, cancellationToken).ConfigureAwait(false);
            var isStored = await storing.ConfigureAwait(false);
            storing = StoreAsync(plans, batch, cancellationToken);
            if (!isStored)
                break;
        }

        return await storing.ConfigureAwait(false) ? outcomes : throw new OperationCanceledException(cancellationToken);
    }

    /// <summary>Stores a batch. Returns false, and stores nothing, if the caller has cancelled.</summary>
    private async Task<bool> StoreAsync(Plan[] plans, Memory<TriggerOutcome> outcomes, CancellationToken cancellationToken)
    {
        PlannedRequest[] planned = [.. plans.Where(plan => plan.Outcome is null).Select(plan => plan.Planned)];
        if (cancellationToken.IsCancellationRequested)
        {
            foreach (var one in planned)
                await unusedPermits.GiveBackAsync(one.Permits).ConfigureAwait(false);
            return false;
        }

        var stored = planned.Length > 0 ? await intake.StoreManyAsync(planned, cancellationToken).ConfigureAwait(false) : [];
        var next = 0;
        for (var i = 0; i < plans.Length; i++)
            outcomes.Span[i] = plans[i].Outcome ?? stored[next++];
        return true;
    }

    // Most triggers name addresses, and are planned without waiting. Those that name users, topics or templates wait for the
    // store, and are planned concurrently.
    private async ValueTask<Plan[]> PlanAsync(
        IReadOnlyList<Trigger> triggers,
        int begin,
        int count,
        CancellationToken cancellationToken
    )
    {
        var planning = new ValueTask<Plan>[count];
        var plans = new Plan[count];
        for (var i = 0; i < count + MaxPlanning; i++)
        {
            if (i < count)
                planning[i] = PlanAsync(triggers[begin + i], cancellationToken);
            if (i >= MaxPlanning)
                plans[i - MaxPlanning] = await planning[i - MaxPlanning].ConfigureAwait(false);
        }

        return plans;
    }

    private async ValueTask<Plan> PlanAsync(Trigger trigger, CancellationToken cancellationToken)
    {
        using var activity = EngineTelemetry.StartTrigger();
        try
        {
            ArgumentNullException.ThrowIfNull(trigger);
            var (known, planned) = await planner.PlanAsync(trigger, cancellationToken).ConfigureAwait(false);
            if (known is { } duplicate)
                return new Plan(new TriggerOutcome(duplicate), default);

            activity?.SetTag("notify.notification.id", planned.Request.Notification.Id);
            return new Plan(null, planned);
        }
        catch (Exception exception)
        {
            return new Plan(new TriggerOutcome(exception), default);
        }
    }

    /// <summary>A planned trigger, or its outcome if that is known already.</summary>
    private readonly record struct Plan(TriggerOutcome? Outcome, PlannedRequest Planned);
}
