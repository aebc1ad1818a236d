using Microsoft.Extensions.Logging;
using Notify.Core.Analytics;
using Notify.Core.Events;
using Notify.Core.Providers;
using Notify.Core.Recipients;
using Notify.Core.Telemetry;
using Notify.Providers;
using Notify.Storage;

namespace Notify.Core.Settlements;

/// <summary>
/// Updates recipients according to the answers of vendors: prunes dead push tokens, removes webhooks that are gone, and records
/// opt-outs.
/// </summary>
/// <remarks>
/// The recipient is updated before the delivery is settled. A crash between the two repeats the attempt, and then the update,
/// which changes nothing the second time. In the reverse order a crash would lose the update.
/// </remarks>
internal sealed class RecipientUpkeep(
    IDeviceStore devices,
    IUserStore users,
    OptOuts optOuts,
    CountRecorder counts,
    DeviceEvents events,
    EventSubscriptionSwitch disabler,
    ILogger<RecipientUpkeep> logger
)
{
    /// <summary>
    /// Updates the recipient of a delivery according to the outcome of its attempt. Failures are logged, not thrown.
    /// </summary>
    public async ValueTask UpdateAsync(Delivery delivery, Execution execution, CancellationToken cancellationToken)
    {
        try
        {
            var outcome = execution.Outcome!;
            if (EventForwarder.IsEvent(delivery))
                await disabler.DisableAsync(delivery, outcome.Reason!, cancellationToken).ConfigureAwait(false);
            else if (outcome.IsOptOut)
                await RecordOptOutAsync(delivery, execution.Provider, cancellationToken).ConfigureAwait(false);
            else if (delivery.Channel == Channel.Push)
                await PruneDeviceAsync(delivery, execution, cancellationToken).ConfigureAwait(false);
            else if (delivery.Channel == Channel.Webhook)
                await RemoveWebhookAsync(delivery, execution.Provider, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            Log.UpkeepFailed(logger, delivery.Id, exception);
        }
    }

    private async ValueTask PruneDeviceAsync(Delivery delivery, Execution execution, CancellationToken cancellationToken)
    {
        var reason = execution.Outcome!.Reason!;
        var deadAt = execution.Outcome.GoneSince ?? execution.StartedAt;
        if (
            !await devices
                .PruneAsync(delivery.Tenant, delivery.To.App, delivery.To.Value, reason, deadAt, cancellationToken)
                .ConfigureAwait(false)
        )
            return;

        EngineTelemetry.CountPruned(execution.Provider);
        Log.DevicePruned(logger, delivery.Id, execution.Provider, reason);
        counts.Add(
            Counts.Create(delivery.Tenant, AnalyticsMeasure.Pruned, execution.StartedAt) with
            {
                Channel = delivery.Channel,
                Provider = execution.Provider,
            }
        );
        if (await events.ArePrunedWantedAsync(delivery.Tenant, cancellationToken).ConfigureAwait(false))
            await PublishAsync(delivery, execution, cancellationToken).ConfigureAwait(false);
    }

    // A delivery has the token, but the event needs the id of the device, so the user's devices are read.
    private async ValueTask PublishAsync(Delivery delivery, Execution execution, CancellationToken cancellationToken)
    {
        var theirs = delivery.UserId is { } user
            ? await devices.ListAsync(delivery.Tenant, user, cancellationToken).ConfigureAwait(false)
            : [];
        var pruned = new DeviceEventData
        {
            DeviceId = theirs.FirstOrDefault(device => device.Token == delivery.To.Value && device.App == delivery.To.App)?.Id,
            User = delivery.UserId,
            Platform = delivery.To.Platform,
            App = delivery.To.App,
            Reason = execution.Outcome!.Reason,
            Provider = execution.Provider,
        };
        await events.PublishPrunedAsync(delivery, pruned, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask RecordOptOutAsync(Delivery delivery, string provider, CancellationToken cancellationToken)
    {
        if (await optOuts.RecordAsync(delivery, PreferenceSource.Reply, cancellationToken).ConfigureAwait(false))
            Log.OptedOut(logger, delivery.Id, provider);
    }

    // Removes only the endpoint that was called: the user may have another one by now.
    private async ValueTask RemoveWebhookAsync(Delivery delivery, string provider, CancellationToken cancellationToken)
    {
        if (await UpdateUserAsync(delivery, WithoutEndpoint, cancellationToken).ConfigureAwait(false))
            Log.WebhookDisabled(logger, delivery.Id, provider);

        UserRecord? WithoutEndpoint(UserRecord stored) =>
            stored.User?.Addresses.GetValueOrDefault(delivery.Channel.AddressName) == delivery.To.Value
                ? stored.WithUser(user =>
                    user with
                    {
                        Addresses = user.Addresses.Where(address => address.Key != delivery.Channel.AddressName).ToDictionary(),
                    }
                )
                : null;
    }

    // A direct address belongs to no user, so there is nothing to update.
    private async ValueTask<bool> UpdateUserAsync(
        Delivery delivery,
        Func<UserRecord, UserRecord?> change,
        CancellationToken cancellationToken
    ) =>
        delivery.UserId is { } user
        && await users.UpdateAsync(delivery.Tenant, user, change, cancellationToken).ConfigureAwait(false);
}
