using Notify.Recipients;
using Notify.Timing;

namespace Notify.Planning;

/// <summary>
/// Leaves out what users do not want. A direct address has no preferences, and preferences do not apply to a mandatory category.
/// </summary>
internal sealed class ApplyPreferences(DueTimePolicy policy) : IPlanningStep
{
    public ValueTask ApplyAsync(DeliveryPlan plan, CancellationToken cancellationToken)
    {
        if (policy.IsMandatory(plan.Trigger.Category))
            return ValueTask.CompletedTask;

        foreach (var recipient in plan.Planned)
        {
            if (recipient.User is { Preferences.Count: > 0 } user)
                recipient.Wants = channel => Wants(user, plan.Trigger.Category, channel);
        }

        return ValueTask.CompletedTask;
    }

    // A preference for the category outweighs one for the channel, and one for both outweighs either.
    private static bool Wants(User user, string? category, Channel channel)
    {
        var wanted = true;
        var weight = -1;
        foreach (var preference in user.Preferences)
        {
            if (
                (preference.Category is not null && preference.Category != category)
                || (preference.Channel is { } only && only != channel)
            )
                continue;

            var specific = (preference.Category is null ? 0 : 2) + (preference.Channel is null ? 0 : 1);
            if (specific >= weight)
                (wanted, weight) = (preference.Wanted, specific);
        }

        return wanted;
    }
}
