namespace Notify.Core.Planning;

/// <summary>One step from a notification to its deliveries.</summary>
internal interface IPlanningStep
{
    ValueTask ApplyAsync(DeliveryPlan plan, CancellationToken cancellationToken);
}
