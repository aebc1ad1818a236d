namespace Notify.Providers.Sandbox;

/// <summary>
/// What would have gone out: the messages that the sandbox's providers captured. Registered as a singleton by <c>AddSandbox</c>.
/// </summary>
public interface ISandbox
{
    /// <summary>
    /// The messages captured last, newest first, at most <see cref="SandboxOptions.Capacity"/>. A snapshot: it does not change.
    /// </summary>
    IReadOnlyList<SandboxMessage> Messages { get; }

    /// <summary>
    /// The messages captured after this call, in the order of their capture. There may be several watchers, and each gets every
    /// message; one that lags by more than <see cref="SandboxOptions.Capacity"/> misses the oldest, and never delays a send.
    /// To miss nothing, watch first, then read <see cref="Messages"/>, and skip each <see cref="SandboxMessage.Sequence"/> seen
    /// there.
    /// </summary>
    /// <param name="cancellationToken">Ends the watch.</param>
    /// <returns>A stream to enumerate once; the watch lasts until the enumeration ends.</returns>
    /// <exception cref="OperationCanceledException">By the enumeration, when the watch is cancelled.</exception>
    IAsyncEnumerable<SandboxMessage> WatchAsync(CancellationToken cancellationToken);
}
