using Notify.Core.Telemetry;

namespace Notify.Core.Triggers;

/// <summary>Accepts many triggers, in batches that are stored in one write each.</summary>
internal sealed class TriggerBatches(TriggerPlanner planner, NotificationIntake intake)
{
    /// <summary>
    /// The maximum number of triggers in a batch: enough to make a flush cheap, few enough that other callers, who may have to
    /// wait for the write, do not notice it.
    /// </summary>
    private const int MaxTriggers = 512;

    /// <summary>The number of triggers that are planned concurrently, which bounds the concurrent reads from the store.</summary>
    private const int MaxPlanning = 32;

    /// <summary>Accepts the triggers in their order.</summary>
    /// <returns>The outcomes, in the order of the triggers.</returns>
    public async Task<IReadOnlyList<TriggerOutcome>> RunAsync(
        IReadOnlyList<Trigger> triggers,
        CancellationToken cancellationToken
    )
    {
        var outcomes = new TriggerOutcome[triggers.Count];
        for (var begin = 0; begin < triggers.Count; begin += MaxTriggers)
        {
            var count = Math.Min(MaxTriggers, triggers.Count - begin);
            await RunBatchAsync(triggers, begin, outcomes.AsMemory(begin, count), cancellationToken).ConfigureAwait(false);
        }

        return outcomes;
    }

    private async ValueTask RunBatchAsync(
        IReadOnlyList<Trigger> triggers,
        int begin,
        Memory<TriggerOutcome> outcomes,
        CancellationToken cancellationToken
    )
    {
        var plans = await PlanAsync(triggers, begin, outcomes.Length, cancellationToken).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        PlannedRequest[] planned = [.. plans.Where(plan => plan.Outcome is null).Select(plan => plan.Planned)];
        var stored = planned.Length > 0 ? await intake.StoreManyAsync(planned, cancellationToken).ConfigureAwait(false) : [];

        var next = 0;
        for (var i = 0; i < plans.Length; i++)
            outcomes.Span[i] = plans[i].Outcome ?? stored[next++];
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
