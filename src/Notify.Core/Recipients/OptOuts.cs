using Notify.Providers;
using Notify.Storage;

namespace Notify.Core.Recipients;

/// <summary>
/// Records the opt-outs that vendors report, such as a reply of STOP: as a preference of the user, or of the phone number if it
/// belongs to no user. The preferences of a phone number are stored like those of a user without a profile, under an id that
/// begins with <c>phone:</c>, so that they can be read, changed and deleted in the same way.
/// </summary>
internal sealed class OptOuts(IUserStore users, TimeProvider time)
{
    /// <summary>
    /// Gets the id under which the preferences of a direct address are stored; null if they are not. Only phone numbers have
    /// replies, so that nothing needs to be read for other addresses.
    /// </summary>
    public static string? FindId(Channel channel, string address) => channel == Channel.Sms ? $"phone:{address}" : null;

    /// <summary>
    /// Records that the recipient of a delivery opted out of its channel. Returns whether this changed anything.
    /// </summary>
    public async ValueTask<bool> RecordAsync(Delivery delivery, PreferenceSource source, CancellationToken cancellationToken)
    {
        var unwanted = new Preference
        {
            Channel = delivery.Channel,
            Status = PreferenceStatus.OptedOut,
            Source = source,
            ChangedAt = time.GetUtcNow(),
        };
        return (delivery.UserId ?? FindId(delivery.Channel, delivery.To.Value)) is { } id
            && await users.UpdateAsync(delivery.Tenant, id, OptOut, cancellationToken).ConfigureAwait(false);

        UserRecord? OptOut(UserRecord user) =>
            user.With(unwanted) is var changed && ReferenceEquals(changed, user) ? null : changed;
    }
}
