namespace Notify.Testing;

/// <summary>The options of the sandbox for integration tests.</summary>
public sealed class NotificationsSandboxOptions
{
    /// <summary>
    /// Gets the channels whose providers are replaced. Add the channels of custom providers. Default: push, SMS, email and
    /// webhook. The inbox is part of Notify and works as in the application.
    /// </summary>
    public ISet<Channel> Channels { get; } = new HashSet<Channel> { Channel.Push, Channel.Sms, Channel.Email, Channel.Webhook };
}
