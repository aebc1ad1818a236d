using Notify.Core.Recipients;
using Notify.Storage;

namespace Notify.Core.Planning;

/// <summary>
/// Finds the users and devices of the recipients, and the opt-outs of phone numbers. A user who is named twice is planned once; a
/// direct address that is given twice remains, so that the timeline tells why one of the two got no message.
/// </summary>
internal sealed class ResolveRecipients(IUserStore userStore, IDeviceStore deviceStore) : IPlanningStep
{
    private static readonly Dictionary<string, UserRecord> NoUsers = [];
    private static readonly ILookup<string, Device> NoDevices = Array.Empty<Device>().ToLookup(device => device.UserId);

    public async ValueTask ApplyAsync(DeliveryPlan plan, CancellationToken cancellationToken)
    {
        var (users, devices) = await FindAsync(plan, cancellationToken).ConfigureAwait(false);
        var seen = plan.Recipients.Count > 1 ? new HashSet<string>(StringComparer.Ordinal) : null;
        for (var i = 0; i < plan.Recipients.Count; i++)
        {
            var recipient = plan.Recipients[i];
            if (recipient.Kind == RecipientKind.User && seen?.Add(recipient.Value) == false)
                continue;

            if (recipient.Kind != RecipientKind.User)
                plan.Planned.Add(new PlannedRecipient(recipient, FindNumber(recipient, users), []));
            else if (users.TryGetValue(recipient.Value, out var user) && user.User is not null)
                plan.Planned.Add(
                    new PlannedRecipient(recipient, user, [.. devices[user.Id]], plan.Topics?.GetValueOrDefault(user.Id))
                );
            else if (plan.Topics is null && plan.Trigger.OnUnknownRecipient != UnknownRecipientBehavior.Skip)
                plan.Unknown.Add(i);
            else
                plan.Planned.Add(new PlannedRecipient(recipient, null, [], plan.Topics?[recipient.Value]));
        }
    }

    private async ValueTask<(Dictionary<string, UserRecord> Users, ILookup<string, Device> Devices)> FindAsync(
        DeliveryPlan plan,
        CancellationToken cancellationToken
    )
    {
        if (!NeedsUsers(plan.Recipients))
            return (NoUsers, NoDevices);

        string[] numbers = [.. plan.Recipients.Select(FindNumberId).OfType<string>().Distinct()];
        string[] ids =
        [
            .. plan.Recipients.Where(recipient => recipient.Kind == RecipientKind.User).Select(recipient => recipient.Value),
            .. numbers,
        ];
        var tenant = plan.Notification.Tenant;
        // A user for whom only preferences are stored counts as one who does not exist.
        var users = (await userStore.FindAsync(tenant, ids, cancellationToken).ConfigureAwait(false))
            .Where(user => user.User is not null || numbers.Contains(user.Id))
            .ToDictionary(user => user.Id);
        string[] owners = [.. users.Values.Where(user => user.User is not null).Select(user => user.Id)];
        return owners.Length == 0
            ? (users, NoDevices)
            : (
                users,
                (await deviceStore.FindAsync(tenant, owners, cancellationToken).ConfigureAwait(false)).ToLookup(device =>
                    device.UserId
                )
            );
    }

    private static bool NeedsUsers(IReadOnlyList<Recipient> recipients)
    {
        for (var i = 0; i < recipients.Count; i++)
        {
            if (recipients[i].Kind == RecipientKind.User || FindNumberId(recipients[i]) is not null)
                return true;
        }

        return false;
    }

    private static string? FindNumberId(Recipient recipient) =>
        recipient.Kind == RecipientKind.Address ? OptOuts.FindId(recipient.Channel!.Value, recipient.Value) : null;

    // A phone number has preferences, but no profile, even if a user has its id.
    private static UserRecord? FindNumber(Recipient recipient, Dictionary<string, UserRecord> users) =>
        FindNumberId(recipient) is { } id && users.TryGetValue(id, out var number) ? number with { User = null } : null;
}
