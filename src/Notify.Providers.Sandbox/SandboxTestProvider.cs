using Microsoft.Extensions.Logging;

namespace Notify.Providers.Sandbox;

/// <summary>Captures test notifications over every channel, and answers with the outcome that their address names.</summary>
internal sealed class SandboxTestProvider(SandboxInbox inbox, ILogger<SandboxProvider> logger) : ITestDeliveryProvider
{
    public string Name => ITestDeliveryProvider.ReservedName;

    /// <summary>Gets a channel that nothing is sent over. The provider serves the channels of the other providers.</summary>
    public Channel Channel { get; } = Channel.Create("test");

    public ValueTask<Outcome> SendAsync(Delivery delivery, CancellationToken cancellationToken) => new(Send(delivery));

    private Outcome Send(Delivery delivery)
    {
        try
        {
            var failure = MagicAddress.FindOutcome(delivery);
            var message = inbox.Capture(delivery, failure?.Reason);
            return failure ?? Outcome.Sent($"{message.Sequence}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Log.FileNotWritten(logger, Name, exception);
            return Outcome.ProviderFailed($"the sandbox file could not be written ({exception.GetType().Name})");
        }
    }
}
