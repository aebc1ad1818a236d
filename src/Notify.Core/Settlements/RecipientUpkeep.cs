using Microsoft.Extensions.Logging;
using Notify.Core.Providers;
using Notify.Providers;
using Notify.Storage;

namespace Notify.Core.Settlements;

/// <summary>
/// Learns about recipients from what vendors answer: dead push tokens, webhooks that are gone, people who want to be left alone.
/// It comes before the delivery is settled: a crash between the two learns once and repeats the attempt, never the reverse.
/// </summary>
internal sealed class RecipientUpkeep(
    IDeviceStore devices,
    IUserStore users,
    IEnumerable<IDeviceEventSink> sinks,
    TimeProvider time,
    ILogger<RecipientUpkeep> logger
)
{
    private readonly IDeviceEventSink[] _sinks = [.. sinks];

    public async ValueTask LearnAsync(Delivery delivery, Execution execution, CancellationToken cancellationToken)
    {
        try
        {
            var outcome = execution.Outcome!;
            if (outcome.IsOptOut)
                await OptOutAsync(delivery, execution.Provider, cancellationToken).ConfigureAwait(false);
            else if (delivery.Channel == Channel.Push)
                await PruneAsync(delivery, execution, cancellationToken).ConfigureAwait(false);
            else if (delivery.Channel == Channel.Webhook)
                await DisableAsync(delivery, execution.Provider, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            Log.UpkeepFailed(logger, delivery.Id, exception);
        }
    }

    private async ValueTask PruneAsync(Delivery delivery, Execution execution, CancellationToken cancellationToken)
    {
        var reason = execution.Outcome!.Reason!;
        var deadAt = execution.Outcome.GoneSince ?? execution.StartedAt;
        if (
            !await devices
                .PruneAsync(delivery.Tenant, delivery.To.App, delivery.To.Value, reason, deadAt, cancellationToken)
                .ConfigureAwait(false)
        )
            return;

        Log.DevicePruned(logger, delivery.Id, execution.Provider, reason);
        if (_sinks.Length > 0)
            await PublishAsync(delivery, reason, cancellationToken).ConfigureAwait(false);
    }

    // A delivery knows its token and its user, and not which of the user's devices has the token.
    private async ValueTask PublishAsync(Delivery delivery, string reason, CancellationToken cancellationToken)
    {
        var theirs = delivery.UserId is { } user
            ? await devices.ListAsync(delivery.Tenant, user, cancellationToken).ConfigureAwait(false)
            : [];
        var pruned = new DeviceEvent
        {
            Kind = DeviceEventKind.Pruned,
            Tenant = delivery.Tenant,
            DeviceId = theirs.FirstOrDefault(device => device.Token == delivery.To.Value && device.App == delivery.To.App)?.Id,
            UserId = delivery.UserId,
            Platform = delivery.To.Platform,
            App = delivery.To.App,
            Reason = reason,
            At = time.GetUtcNow(),
        };
        foreach (var sink in _sinks)
            sink.Publish(pruned);
    }

    private async ValueTask OptOutAsync(Delivery delivery, string provider, CancellationToken cancellationToken)
    {
        var unwanted = new Preference(null, delivery.Channel, Wanted: false);
        if (await UpdateUserAsync(delivery, user => user.With(unwanted), cancellationToken).ConfigureAwait(false))
            Log.OptedOut(logger, delivery.Id, provider);
    }

    // Only the endpoint that was called: the user may have another by now.
    private async ValueTask DisableAsync(Delivery delivery, string provider, CancellationToken cancellationToken)
    {
        if (await UpdateUserAsync(delivery, WithoutEndpoint, cancellationToken).ConfigureAwait(false))
            Log.WebhookDisabled(logger, delivery.Id, provider);

        User? WithoutEndpoint(User user) =>
            user.Addresses.GetValueOrDefault(delivery.Channel.Name) == delivery.To.Value
                ? user with
                {
                    Addresses = user.Addresses.Where(address => address.Key != delivery.Channel.Name).ToDictionary(),
                }
                : null;
    }

    // A direct address has no preferences: who gives it, answers for it.
    private async ValueTask<bool> UpdateUserAsync(
        Delivery delivery,
        Func<User, User?> change,
        CancellationToken cancellationToken
    ) =>
        delivery.UserId is { } user
        && await users.UpdateAsync(delivery.Tenant, user, change, cancellationToken).ConfigureAwait(false);
}
