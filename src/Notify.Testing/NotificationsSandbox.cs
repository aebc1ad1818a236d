using System.Globalization;
using Microsoft.Extensions.Time.Testing;
using Notify.Core.Digests;
using Notify.Core.InMemory;
using Notify.Core.Queue;
using Notify.Core.Topics;
using Notify.Providers;
using Notify.Providers.Sandbox;

namespace Notify.Testing;

/// <summary>
/// The notifications of an application under test, without vendors and databases. <c>AddNotificationsSandbox</c> registers it as
/// a singleton.
/// </summary>
public sealed class NotificationsSandbox
{
    private static readonly TimeSpan CheckInterval = TimeSpan.FromMilliseconds(2);

    private readonly ISandbox _sandbox;
    private readonly InMemoryStore _store;
    private readonly SandboxFailures _failures;
    private readonly Action _wake;

    internal NotificationsSandbox(
        ISandbox sandbox,
        InMemoryStore store,
        SandboxFailures failures,
        WorkSignal deliveries,
        ExpansionWorker topics,
        DigestWorker digests,
        FakeTimeProvider time
    )
    {
        (_sandbox, _store, _failures, Time) = (sandbox, store, failures, time);
        _wake = () =>
        {
            deliveries.Set();
            topics.Wake();
            digests.Wake();
        };
    }

    /// <summary>
    /// Gets the clock of the application. It stands still until the test advances it. <see cref="AdvanceAsync"/> also sends what
    /// falls due on the way, at its own time.
    /// </summary>
    public FakeTimeProvider Time { get; }

    /// <summary>
    /// Gets or sets how long <see cref="WaitAsync"/> waits, in real time, before it fails. Default: 30 seconds.
    /// </summary>
    public TimeSpan WaitTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Gets the messages that were sent so far, as they were rendered. An attempt that failed sent nothing. At most 100,000 of
    /// each tenant are kept.
    /// </summary>
    public Selection<SandboxMessage> Messages => new([.. _sandbox.Messages.Reverse()], MessageSelectionExtensions.Words);

    /// <summary>
    /// Waits until everything that is due has been sent or has failed. Deliveries that wait for a later time, such as a schedule
    /// or a retry, are left; <see cref="AdvanceAsync"/> reaches them.
    /// </summary>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <exception cref="TimeoutException">Something was still due after <see cref="WaitTimeout"/>.</exception>
    public async Task WaitAsync(CancellationToken cancellationToken = default)
    {
        var started = TimeProvider.System.GetTimestamp();
        // A settled delivery may publish an event to a subscription, which is a new delivery; hence the second look.
        for (var idle = 0; idle < 2; )
        {
            var pending = _store.GetPendingWork(Time.GetUtcNow());
            idle = pending.Due == 0 ? idle + 1 : 0;
            if (TimeProvider.System.GetElapsedTime(started) > WaitTimeout && pending.Due > 0)
                throw new TimeoutException(Describe(pending.Due));

            if (pending.Due > 0)
                _wake();
            await Task.Delay(CheckInterval, TimeProvider.System, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Advances the clock, and stops at every time at which something falls due until that has been sent or has failed.
    /// </summary>
    /// <param name="by">The time to advance by.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <exception cref="TimeoutException">Something was still due after <see cref="WaitTimeout"/>.</exception>
    public async Task AdvanceAsync(TimeSpan by, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        var end = Time.GetUtcNow() + by;
        await WaitAsync(cancellationToken).ConfigureAwait(false);
        while (_store.GetPendingWork(Time.GetUtcNow()).NextDueAt is { } next && next <= end)
        {
            Time.SetUtcNow(next);
            await WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        if (Time.GetUtcNow() < end)
            Time.SetUtcNow(end);
        await WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes the next attempts to an address end with an outcome instead of being sent.</summary>
    /// <param name="address">The address in the format of its channel, such as <c>ada@example.org</c>.</param>
    /// <param name="outcome">The outcome, such as <c>Outcome.Rejected("mailbox full")</c>.</param>
    /// <param name="attempts">The number of attempts. Default: all.</param>
    public void Fail(string address, Outcome outcome, int attempts = int.MaxValue)
    {
        ArgumentException.ThrowIfNullOrEmpty(address);
        ArgumentNullException.ThrowIfNull(outcome);
        ArgumentOutOfRangeException.ThrowIfLessThan(attempts, 1);
        _failures.Add(
            delivery => delivery.To.Normalize().Value == AddressFormat.Normalize(delivery.Channel, address),
            outcome,
            attempts
        );
    }

    /// <summary>Makes all attempts over a channel end with an outcome, as if its provider were down.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="outcome">The outcome, such as <c>Outcome.ProviderFailed("maintenance")</c>.</param>
    public void Fail(Channel channel, Outcome outcome)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        _failures.Add(delivery => delivery.Channel == channel, outcome, int.MaxValue);
    }

    /// <summary>Ends all failures that <c>Fail</c> set.</summary>
    public void StopFailing() => _failures.Clear();

    private string Describe(int due)
    {
        var seconds = WaitTimeout.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture);
        return $"{due} deliveries, topics or digests are still due after {seconds} seconds. "
            + "Is the application started? Its log may tell what failed.";
    }
}
