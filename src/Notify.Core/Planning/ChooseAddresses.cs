using Notify.Core.Providers;
using Notify.Providers;

namespace Notify.Core.Planning;

/// <summary>Chooses the addresses of each recipient for each fallback step, and the provider that sends to them.</summary>
internal sealed class ChooseAddresses(ProviderRouter router, ProviderCatalog catalog, IdGenerator ids) : IPlanningStep
{
    public ValueTask ApplyAsync(DeliveryPlan plan, CancellationToken cancellationToken)
    {
        var steps = GetSteps(plan.Trigger);
        foreach (var recipient in plan.Planned)
            AddDrafts(plan, recipient, steps);
        return ValueTask.CompletedTask;
    }

    private List<Step> GetSteps(Trigger trigger)
    {
        if (trigger is { Channels: null, Fallback: null })
            return [new Step(catalog.Channels, TimeSpan.Zero)];

        var later = trigger.Fallback ?? [];
        IReadOnlyList<Channel> first = trigger.Channels is { } named
            ? [.. named.Distinct()]
            : [.. catalog.Channels.Where(channel => later.All(step => step.Channel != channel))];
        List<Step> steps = [new Step(first, TimeSpan.Zero)];
        foreach (var step in later)
        {
            // A channel that does not wait is used together with the one before.
            if (step.After == TimeSpan.Zero)
                steps[^1] = steps[^1] with { Channels = [.. steps[^1].Channels, step.Channel] };
            else
                steps.Add(new Step([step.Channel], step.After, step.Unless));
        }

        return steps;
    }

    // A step without an address for this recipient is left out, and the next step takes its place in the chain.
    private void AddDrafts(DeliveryPlan plan, PlannedRecipient recipient, List<Step> steps)
    {
        var chain = steps.Count > 1 ? CreateChain(plan, recipient, steps) : (Guid?)null;
        var place = 0;
        var after = TimeSpan.Zero;
        foreach (var step in steps)
        {
            if (place > 0)
                after += step.After;
            var hasAddress = false;
            foreach (var channel in step.Channels)
            {
                foreach (var (address, device) in GetAddresses(recipient, channel))
                {
                    var skipped = FindReasonToSkip(plan, recipient, address);
                    hasAddress |= skipped is null;
                    plan.Drafts.Add(
                        new DeliveryDraft
                        {
                            Recipient = recipient,
                            UserId = recipient.UserId,
                            To = address,
                            Provider = FindProvider(plan, address),
                            Device = device,
                            Fallback = chain is null || skipped is not null ? null : new FallbackPlace(chain.Value, place),
                            After = after,
                            SkippedBecause = skipped,
                        }
                    );
                }
            }

            if (hasAddress)
                place++;
        }
    }

    // The conditions of the steps are a part of the ID, so the steps that this recipient has must be known first.
    private Guid CreateChain(DeliveryPlan plan, PlannedRecipient recipient, List<Step> steps)
    {
        var id = ids.Create(plan.Notification.AcceptedAt);
        if (steps.TrueForAll(step => step.Unless is null))
            return id;

        return FallbackPlace.CreateChain(
            id,
            [
                .. steps
                    .Where(step =>
                        step.Channels.SelectMany(channel => GetAddresses(recipient, channel))
                            .Any(found => FindReasonToSkip(plan, recipient, found.Item1) is null)
                    )
                    .Skip(1)
                    .Select(step => step.Unless),
            ]
        );
    }

    // Only the content of a trigger can limit the providers. A template contains texts alone.
    private string FindProvider(DeliveryPlan plan, Address address) =>
        plan.Trigger.Kind == ApiKeyKind.Test
            ? ITestDeliveryProvider.ReservedName
            : (
                plan.Notification.Contents is [{ Content: var content }]
                    ? router.GetRoute(address, content)
                    : router.GetRoute(address)
            )
                .FirstOrDefault()
                ?.Name
                ?? "";

    private SkipReason? FindReasonToSkip(DeliveryPlan plan, PlannedRecipient recipient, Address address)
    {
        if (plan.Team?.Contains(recipient.UserId, address) == false)
            return SkipReason.NotOnTeam;
        if (recipient.Wants?.Invoke(address.Channel) == false)
            return recipient.UserId is null ? SkipReason.PhoneOptedOut : SkipReason.OptedOut;
        return router.GetRoute(address).Count == 0
            ? new SkipReason(SkipCodes.UnsupportedPlatform, $"no provider sends {address.Channel} to {address.Platform}")
            : null;
    }

    private static IEnumerable<(Address Address, Device? Device)> GetAddresses(PlannedRecipient recipient, Channel channel)
    {
        if (recipient.Recipient is { Kind: RecipientKind.Address } direct)
            return direct.Channel == channel ? [(new Address(channel, direct.Value) { Platform = direct.Platform }, null)] : [];
        if (recipient.User is null)
            return [];
        if (channel == Channel.Push)
            return recipient.Devices.Select(device =>
                (new Address(channel, device.Token) { Platform = device.Platform, App = device.App }, (Device?)device)
            );
        if (channel == Channel.Inbox)
            return [(new Address(channel, recipient.User.Id), null)];
        return recipient.User.Addresses.TryGetValue(channel.AddressName, out var address)
            ? [(new Address(channel, address), null)]
            : [];
    }

    private sealed record Step(IReadOnlyList<Channel> Channels, TimeSpan After, ReceiptKind? Unless = null);
}
