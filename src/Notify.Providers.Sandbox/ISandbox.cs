namespace Notify.Providers.Sandbox;

/// <summary>
/// The messages that the sandbox's providers captured instead of sending them. <c>AddSandbox</c> registers it as a singleton.
/// </summary>
public interface ISandbox
{
    /// <summary>
    /// Gets a snapshot of the most recent messages, newest first. It contains at most <see cref="SandboxOptions.Capacity"/>
    /// messages of each tenant.
    /// </summary>
    IReadOnlyList<SandboxMessage> Messages { get; }

    /// <summary>
    /// Streams the messages that are captured after this call, in the order in which they are captured. Every watcher receives
    /// every message. A watcher that lags by more than <see cref="SandboxOptions.Capacity"/> messages misses the oldest ones; a
    /// slow watcher never delays a send. To receive all messages, call this method first, then read <see cref="Messages"/>, and
    /// skip each message of the stream whose <see cref="SandboxMessage.Tenant"/> and <see cref="SandboxMessage.Sequence"/> are
    /// among them.
    /// </summary>
    /// <param name="cancellationToken">Ends the stream.</param>
    /// <returns>A stream that can be enumerated once. Messages are collected for it until the enumeration ends.</returns>
    /// <exception cref="OperationCanceledException">
    /// <paramref name="cancellationToken"/> was cancelled. The enumeration throws this exception.
    /// </exception>
    IAsyncEnumerable<SandboxMessage> WatchAsync(CancellationToken cancellationToken);
}
