namespace Notify.Core.Planning;

/// <summary>One step from a notification to its deliveries.</summary>
internal interface IPlanningStep
{
    /// <summary>Applies the step to a plan.</summary>
    ValueTask ApplyAsync(DeliveryPlan plan, CancellationToken cancellationToken);
}
