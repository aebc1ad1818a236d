using Notify.Recipients;

namespace Notify.Planning;

/// <summary>Finds what is known of the recipients. One that is named twice is notified once.</summary>
internal sealed class ResolveRecipients(IUserStore users, IDeviceStore devices) : IPlanningStep
{
    public async ValueTask ApplyAsync(DeliveryPlan plan, CancellationToken cancellationToken)
    {
        string[] ids = [.. plan.Recipients.Where(recipient => recipient.Kind == RecipientKind.User).Select(recipient => recipient.Value)];
        var known = ids.Length == 0
            ? []
            : (await users.FindAsync(plan.Notification.Tenant, ids, cancellationToken).ConfigureAwait(false)).ToDictionary(user => user.Id);
        var theirs = known.Count == 0
            ? Enumerable.Empty<Device>().ToLookup(device => device.UserId)
            : (await devices.FindAsync(plan.Notification.Tenant, [.. known.Keys], cancellationToken).ConfigureAwait(false)).ToLookup(device => device.UserId);

        var seen = new HashSet<Recipient>();
        for (var i = 0; i < plan.Recipients.Count; i++)
        {
            var recipient = plan.Recipients[i];
            if (!seen.Add(recipient))
                continue;

            if (recipient.Kind != RecipientKind.User)
                plan.Planned.Add(new PlannedRecipient(recipient, null, []));
            else if (known.TryGetValue(recipient.Value, out var user))
                plan.Planned.Add(new PlannedRecipient(recipient, user, [.. theirs[user.Id]]));
            else
                plan.Unknown.Add(i);
        }
    }
}
