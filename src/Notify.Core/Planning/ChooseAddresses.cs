using Notify.Delivering;
using Notify.Queueing;

namespace Notify.Planning;

/// <summary>Chooses where each recipient is reached, and the provider that sends there.</summary>
internal sealed class ChooseAddresses(ProviderCatalog providers) : IPlanningStep
{
    public ValueTask ApplyAsync(DeliveryPlan plan, CancellationToken cancellationToken)
    {
        foreach (var draft in plan.Drafts)
        {
            var channel = draft.Recipient.Channel!.Value;
            draft.To = new Address(channel, draft.Recipient.Value, draft.Recipient.Platform);
            draft.Provider = providers.Of(channel)[0].Name;
        }

        return ValueTask.CompletedTask;
    }
}
