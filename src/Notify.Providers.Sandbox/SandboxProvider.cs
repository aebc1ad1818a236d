using Microsoft.Extensions.Logging;

namespace Notify.Providers.Sandbox;

/// <summary>Captures the messages of one channel.</summary>
internal sealed class SandboxProvider(
    Channel channel,
    SandboxInbox inbox,
    SandboxAnswers answers,
    ILogger<SandboxProvider> logger
) : IDeliveryProvider
{
    public string Name { get; } = GetName(channel);

    public Channel Channel => channel;

    public ValueTask<Outcome> SendAsync(Delivery delivery, CancellationToken cancellationToken) => new(Send(delivery));

    /// <summary>Gets the name of the provider that captures a channel.</summary>
    public static string GetName(Channel channel) => $"sandbox-{channel}";

    private Outcome Send(Delivery delivery)
    {
        try
        {
            var failure = answers.FindOutcome(channel);
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
