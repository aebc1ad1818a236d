using Notify.Providers;

namespace Notify.Testing;

/// <summary>A provider of the sandbox that answers some attempts with the outcome that the test set.</summary>
internal sealed class FailingProvider(IDeliveryProvider sandbox, SandboxFailures failures) : IDeliveryProvider
{
    public string Name => sandbox.Name;

    public Channel Channel => sandbox.Channel;

    public ValueTask<Outcome> SendAsync(Delivery delivery, CancellationToken cancellationToken) =>
        failures.Take(delivery) is { } outcome ? new(outcome) : sandbox.SendAsync(delivery, cancellationToken);
}
