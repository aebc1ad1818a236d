using Notify.Core.Keys;

namespace Notify.Core.Planning;

/// <summary>Finds the team of the tenant, if the notification goes only to it.</summary>
internal sealed class FindTeam(TeamDirectory teams) : IPlanningStep
{
    public async ValueTask ApplyAsync(DeliveryPlan plan, CancellationToken cancellationToken)
    {
        if (plan.Trigger.Kind == ApiKeyKind.Team)
            plan.Team = await teams.FindAsync(plan.Notification.Tenant, cancellationToken).ConfigureAwait(false);
    }
}
